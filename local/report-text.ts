/** A report as a table for a terminal. */

import { columns } from './columns.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from './page/amounts.ts'
import type { Report, ReportFigures } from './report.ts'
import type { Dimension } from './store/dimensions.ts'

/** Of these a missing value means that nobody said whose the call is. */
const ATTRIBUTION: readonly Dimension[] = ['feature', 'team', 'customer', 'costCenter']

/** What stands where a call says nothing. */
function nobody(dimension: Dimension): string {
  return ATTRIBUTION.includes(dimension) ? 'unattributed' : 'not stated'
}

const HEADS = [
  'calls',
  'attempts/call',
  'input/call',
  'output/call',
  'USD',
  'share',
  'USD/unit',
  'unit',
]

/** Ends with a newline. The last line is the total. */
export function reportTable(report: Report): string {
  const amount = dollarColumn([report.totals.usd])
  const rows = report.rows.map((row) => [
    ...report.by.map((dimension) => row.key[dimension] ?? nobody(dimension)),
    ...cells(row, row.share, amount),
  ])
  const total = [
    ...report.by.map((_, n) => (n === 0 ? 'total' : '')),
    ...cells(report.totals, (report.totals.usd ?? 0) > 0 ? 1 : null, amount),
  ]
  return columns([[...report.by, ...HEADS], ...rows, total], report.by.length, 'words')
}

function cells(
  figures: ReportFigures,
  share: number | null,
  amount: (usd: number) => string,
): readonly string[] {
  const { unit, attemptsPerCall, inputTokensPerCall, outputTokensPerCall } = figures
  return [
    whole(figures.calls),
    attemptsPerCall === null ? '-' : grouped(attemptsPerCall, 2),
    inputTokensPerCall === null ? '-' : whole(inputTokensPerCall),
    outputTokensPerCall === null ? '-' : whole(outputTokensPerCall),
    spend(figures, amount),
    share === null ? '-' : `${grouped(share * 100, 1)}%`,
    unit === null ? '-' : dollarsEach(unit.usdPerUnit),
    unit === null ? '-' : unit.type,
  ]
}

/** A lower bound is marked as one. */
function spend(
  { usd, unpricedCalls, partialCalls }: ReportFigures,
  amount: (usd: number) => string,
): string {
  if (usd === null) return 'unpriced'
  return `${unpricedCalls + partialCalls > 0 ? '≥ ' : ''}${amount(usd)}`
}

/** What the figures leave out, one line each, for stderr. */
export function reportNotes(report: Report): readonly string[] {
  const { unpriced, partial, failed } = report.totals
  const said = (reasons: Readonly<Record<string, number>>): string =>
    Object.entries(reasons)
      .map(([reason, calls]) => `${reason} ${calls}`)
      .join(', ')
  const lines: readonly (readonly [number, string, string, string])[] = [
    [unpriced.calls, 'are', 'is', `unpriced and not in the dollars: ${said(unpriced.reasons)}`],
    [partial.calls, 'are', 'is', `priced in part, a lower bound: ${said(partial.reasons)}`],
    [failed.calls, 'have', 'has', 'failed without usage; nothing is counted for them'],
  ]
  return [
    ...lines
      .filter(([n]) => n > 0)
      .map(([n, plural, singular, rest]) => `${callsThat(n, plural, singular)} ${rest}`),
    ...report.otherCosts.map(
      ({ component, usd }) =>
        `${dollars(usd)} for ${component} is no LLM call and not in the dollars: costspan report units`,
    ),
  ]
}

/** `1 call is`, `1,000 calls are`. */
export function callsThat(calls: number, plural: string, singular: string): string {
  return calls === 1 ? `1 call ${singular}` : `${whole(calls)} calls ${plural}`
}
