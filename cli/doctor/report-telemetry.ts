/** Who set OpenTelemetry up, what became of what was exported, and whose spans there were beside ours. */

import type {
  DiagnosedExport,
  DiagnosedSpans,
  ProcessDiagnosis,
} from '../../instrumentation/core/diagnosis.ts'
import { count } from '../../local/page/words.ts'
import { grouped, total } from './grouped.ts'
import { mend, note, ok, whole, type Finding } from './finding.ts'

type Processes = readonly ProcessDiagnosis[]

export function exportFindings(processes: Processes): readonly Finding[] {
  const exports = processes.flatMap((one) => one.exports)
  const others = new Set(
    processes.flatMap(({ setUp }) =>
      setUp?.by === 'costspan' ? setUp.exporters.filter((name) => name !== 'otlp') : [],
    ),
  )
  return [
    ...grouped(exports, ({ url }) => url).flatMap(urlFindings),
    ...[...others].map((name) => note('exported', `spans to: ${name}`)),
  ]
}

function urlFindings(all: readonly [DiagnosedExport, ...DiagnosedExport[]]): readonly Finding[] {
  const [{ url, signal }] = all
  const items = (n: number): string => count(n, ITEMS[signal])
  const lost = total(all, (one) => one.lost + one.waiting)
  const taken = total(all, (one) => one.acknowledged)
  const reason = all.find((one) => one.reason !== undefined)?.reason ?? 'no answer in time'
  return [
    ...(taken === 0 ? [] : [ok('exported', `${items(taken)} taken by ${url}`)]),
    ...(lost === 0
      ? []
      : [mend('exported', `${items(lost)} not taken by ${url}: ${reason}`, remedyOf(reason))]),
  ]
}

const ITEMS = { traces: 'span', metrics: 'export', logs: 'log record' } as const

function remedyOf(reason: string): string {
  if (/HTTP 40[13]/.test(reason)) return 'set OTEL_EXPORTER_OTLP_HEADERS to what it wants to see'
  if (/HTTP 404/.test(reason))
    return 'OTEL_EXPORTER_OTLP_ENDPOINT takes the address without /v1/traces'
  if (reason.startsWith('HTTP')) return 'ask whoever runs it'
  return `${whole('npx costspan local')}, or set OTEL_EXPORTER_OTLP_ENDPOINT`
}

const PROCESSOR = whole('spanProcessors: [new CostSpanProcessor(), …]')

export function setUpFindings(processes: Processes): readonly Finding[] {
  return processes.flatMap(({ setUp, program }) => {
    if (setUp?.by !== 'application') return []
    const whose = `OpenTelemetry, by ${program}${setUp.api === undefined ? '' : ` with API ${setUp.api}`}`
    const exported = 'it exports our spans, which is not checked here'
    if (setUp.processor === true) {
      return [ok('set-up', `${whose}, with CostSpanProcessor; ${exported}`)]
    }
    if (setUp.processor === 'unknown') {
      return [
        note(
          'set-up',
          `${whose}; whether it has CostSpanProcessor shows with the first call`,
          PROCESSOR,
        ),
      ]
    }
    return [
      mend(
        'set-up',
        `${whose}, without CostSpanProcessor: spans that others make of calls are not priced; ${exported}`,
        PROCESSOR,
      ),
    ]
  })
}

export function otherSpanFindings(processes: Processes): readonly Finding[] {
  const scopes = grouped(
    processes.flatMap((one) => one.spans),
    ({ scope }) => scope,
  )
  return scopes.map((all) => ok('spans', `of ${all[0].scope}: ${worded(all)}`))
}

const WORDS = {
  adopted: 'got the cost of the call',
  priced: 'priced by what they say',
  covered: 'covered by one within',
} as const

function worded(all: readonly DiagnosedSpans[]): string {
  const kinds = Object.keys(WORDS) as (keyof typeof WORDS)[]
  return kinds
    .map((kind) => ({ kind, n: total(all, (one) => one[kind]) }))
    .filter(({ n }) => n > 0)
    .map(({ kind, n }) => `${n} ${WORDS[kind]}`)
    .join(', ')
}
