/** What the processes of a run have told, as findings and a table of calls. */

import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import type { DiagnosedCalls, ProcessDiagnosis } from '../../instrumentation/core/diagnosis.ts'
import { columns } from '../../local/columns.ts'
import { dollars } from '../../local/page/amounts.ts'
import { count } from '../../local/page/words.ts'
import { findingLines, mend, note, ok, type Finding } from './finding.ts'
import { PRELOAD } from './node.ts'
import { attributionFindings, priceReasonFindings } from './report-calls.ts'
import { exportFindings, otherSpanFindings, setUpFindings } from './report-telemetry.ts'
import { grouped, total } from './grouped.ts'
import { aroundARun } from './surroundings.ts'
import { unclaimedFindings } from './report-requests.ts'
import { apiFindings, installedClients } from './packages.ts'

/** How the command ended. */
export interface Ended {
  readonly command: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly seconds: number
  /** Whether NODE_OPTIONS has the preload by itself. */
  readonly preloaded: boolean
}

export interface Report extends Ended {
  /** Whether nothing is to be mended. */
  readonly well: boolean
  readonly findings: readonly Finding[]
  readonly processes: readonly ProcessDiagnosis[]
}

/** @param folder in which the application is installed */
export function reportOf(
  ended: Ended,
  processes: readonly ProcessDiagnosis[],
  folder: string,
): Report {
  const around = aroundARun()
  const findings = [...around, ...findingsOf(ended, processes, folder, around)]
  const well = findings.every(({ state }) => state !== 'mend')
  return { ...ended, well, findings, processes }
}

function findingsOf(
  ended: Ended,
  processes: readonly ProcessDiagnosis[],
  folder: string,
  around: readonly Finding[],
): readonly Finding[] {
  if (processes.length === 0) {
    return [
      mend(
        'hooked',
        'no Node process told of itself: the command is no Node program, or drops NODE_OPTIONS',
        PRELOAD,
      ),
    ]
  }
  const calls = processes.flatMap((one) => one.calls)
  return [
    ...hookFindings(ended, processes),
    ...saidFindings(processes, around),
    ...clientFindings(processes, folder),
    ...priceReasonFindings(calls),
    ...attributionFindings(calls),
    ...exportFindings(processes),
    ...setUpFindings(processes),
    ...(processes.some(({ setUp }) => setUp?.by === 'application') ? apiFindings(folder) : []),
    ...otherSpanFindings(processes),
    ...unclaimedFindings(processes),
  ]
}

function hookFindings(
  { preloaded }: Ended,
  processes: readonly ProcessDiagnosis[],
): readonly Finding[] {
  const off = processes.find((one) => one.off !== undefined)?.off
  if (off !== undefined) return [mend('hooked', `${off}: nothing is observed`, `unset ${off}`)]
  const hooks = unique(processes.flatMap((one) => one.hooks))
  if (hooks.length === 0) return [mend('hooked', 'costspan could not start: nothing is observed')]
  const versions = unique(processes.map(({ version }) => version)).join(', ')
  const says = `${hooks.join(', ')}, by costspan ${versions}`
  const killed = processes.filter((one) => !one.ended).length
  return [
    preloaded || processes.some((one) => one.preloaded)
      ? ok('hooked', says)
      : note('hooked', `${says}, for this run only`, PRELOAD),
    ...(killed === 0
      ? []
      : [
          note(
            'hooked',
            `${count(killed, 'process')} did not end by itself: what it did last may be missing`,
          ),
        ]),
  ]
}

/** What costspan had to say, save what is found in the surroundings already. */
function saidFindings(
  processes: readonly ProcessDiagnosis[],
  around: readonly Finding[],
): readonly Finding[] {
  const known = around.map(({ says }) => says)
  return unique(processes.flatMap(({ said }) => said))
    .filter((line) => !known.some((says) => line.startsWith(says)))
    .map((line) => mend('said', line))
}

function clientFindings(
  processes: readonly ProcessDiagnosis[],
  folder: string,
): readonly Finding[] {
  const clients = processes.flatMap((one) => one.clients)
  if (clients.length === 0) {
    const others = processes.some(({ unclaimed }) => unclaimed.length > 0)
    const remedy = others ? 'see below what was not taken for one' : 'make one while it runs'
    return [mend('calls', 'no LLM call was seen', remedy)]
  }
  const installed = new Map(installedClients(folder).map((one) => [one.name, one.version]))
  const named = clients.map(({ name, version = installed.get(name), hook }) =>
    [name, version, name === hook ? undefined : `by ${hook}`].filter(Boolean).join('\u00a0'),
  )
  const hosts = unique(processes.flatMap(({ calls }) => calls.flatMap(({ host }) => host ?? [])))
  return [
    ok('clients', unique(named).join(', ')),
    ...(hosts.length === 0 ? [] : [ok('hosts', hosts.join(', '))]),
  ]
}

function unique(all: readonly string[]): readonly string[] {
  return [...new Set(all)]
}

export function reportText(report: Report, stream: WriteStream): string {
  const { command, code, signal, seconds, findings, processes } = report
  const how = signal === null ? `ended with ${code ?? 0}` : `was ended by ${signal}`
  const title = `costspan doctor: ${shortened(command)} ${how} after ${seconds.toFixed(1)} s`
  const table = callTable(processes.flatMap(({ calls }) => calls))
  return `\n${styleText('bold', title, { stream })}\n\n${table}${findingLines(findings, stream)}`
}

function shortened(command: string): string {
  return command.length <= 40 ? command : `${command.slice(0, 39)}…`
}

const HEADER = ['provider', 'model', 'calls', 'priced', 'partial', 'unpriced', 'failed', 'USD']
/** What the other columns leave of 80. */
const WIDEST_NAME = 24

function callTable(calls: readonly DiagnosedCalls[]): string {
  if (calls.length === 0) return ''
  const groups = grouped(calls, ({ provider, model = '' }) => `${provider}\n${model}`)
  const rows = groups.map((group) => {
    const [{ provider, model = '?' }] = group
    const sum = (of: (one: DiagnosedCalls) => boolean): string => {
      const some = total(group.filter(of), (one) => one.calls)
      return some === 0 ? '-' : String(some)
    }
    const usd = total(group, (one) => one.usd)
    const failed = (one: DiagnosedCalls): boolean => one.reason === 'call_failed'
    return [
      provider,
      model.slice(0, WIDEST_NAME),
      sum(() => true),
      sum((one) => one.status === 'priced'),
      sum((one) => one.status === 'partial'),
      sum((one) => one.status === 'unpriced' && !failed(one)),
      sum(failed),
      usd === 0 ? '-' : dollars(usd),
    ]
  })
  return `${columns([HEADER, ...rows], 2)}\n`
}
