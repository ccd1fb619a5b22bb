/** Why calls have no price, and for whom they were. */

import type { DiagnosedCalls } from '../../instrumentation/core/diagnosis.ts'
import { count, reasonWords } from '../../local/page/words.ts'
import { grouped, total } from './grouped.ts'
import { mend, note, ok, whole, type Finding } from './finding.ts'

/** Calls that failed cost nothing as a rule: they are no hole in the figures. */
export function priceReasonFindings(calls: readonly DiagnosedCalls[]): readonly Finding[] {
  const open = calls.filter(({ reason }) => reason !== undefined && reason !== 'call_failed')
  if (open.length === 0) return calls.length === 0 ? [] : [ok('priced', 'every answer')]
  const groups = grouped(open, ({ status, reason = '', detail = '', end }) =>
    [status, reason, detail, end === 'aborted'].join('\n'),
  )
  const findings = groups.map((group) => {
    const [{ status, reason = '', detail, end }] = group
    if (end === 'aborted' && reason.startsWith('usage_'))
      return abortedFinding(group, status, reason)
    const { what, remedy } = reasonWords(reason)
    const more = detail === undefined ? '' : ` (${detail})`
    const says = `${count(sum(group), 'call')} of ${modelsOf(group)}: ${lowered(what)}${more}: ${reason}`
    return mend(status, says, lowered(remedy).replace(/\.$/, ''))
  })
  // Calls are recorded in the order in which they end, which says nothing: first what can be mended.
  return findings.toSorted((a, b) => Number(b.state === 'mend') - Number(a.state === 'mend'))
}

/** Nobody said what it used, and nobody can be asked. */
function abortedFinding(calls: readonly DiagnosedCalls[], status: string, reason: string): Finding {
  const says = 'the application stopped before the answer said what it used'
  return note(status, `${count(sum(calls), 'call')} of ${modelsOf(calls)}: ${says}: ${reason}`)
}

function modelsOf(calls: readonly DiagnosedCalls[]): string {
  const names = calls.map(({ provider, model = '?' }) => whole(`${provider} ${model}`))
  return [...new Set(names)].join(', ')
}

export function attributionFindings(calls: readonly DiagnosedCalls[]): readonly Finding[] {
  const all = sum(calls)
  if (all === 0) return []
  const without = (['Feature', 'Team'] as const)
    .map((field) => {
      const said = total(calls, (one) => one[`with${field}`])
      return { field: field.toLowerCase(), missing: all - said }
    })
    .filter(({ missing }) => missing > 0)
  if (without.length === 0) return [ok('attributed', 'every call says feature and team')]
  const says = without.map(({ field, missing }) => saidOf(field, missing, all)).join(', ')
  return [
    note(
      'attributed',
      says,
      `${whole("withAttribution({ feature: 'bot', team: 'care' }, fn)")}, or COSTSPAN_FEATURE and COSTSPAN_TEAM`,
    ),
  ]
}

function saidOf(field: string, missing: number, all: number): string {
  return missing === all
    ? `no call says its ${field}`
    : `${missing} of ${all} calls say no ${field}`
}

function sum(calls: readonly DiagnosedCalls[]): number {
  return total(calls, (one) => one.calls)
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
