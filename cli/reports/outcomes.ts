/** `costspan report outcomes`. */

import { columns } from '../../local/columns.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from '../../local/page/amounts.ts'
import type { OutcomeFigures, OutcomesReport } from '../../local/reports/answers.ts'
import { named, tables, type View } from './view.ts'

export const outcomes: View = {
  name: 'outcomes',
  summary: 'what a successful outcome costs, and its margin against --baseline OUTCOME=USD',
  path: '/api/outcomes',
  singleCalls: true,
  takes: ['since', 'feature', 'baseline'],
  text: (answer: OutcomesReport) => ({
    text:
      answer.groups.length === 0
        ? 'No outcome of a known unit: recordOutcome(name, { unit, success }) records one.\n'
        : tables(costs(answer), margins(answer)),
    notes: notes(answer),
  }),
}

function costs({ groups }: OutcomesReport): string {
  const amount = dollarColumn(groups.map(({ usd }) => usd))
  const hasValue = groups.some(({ value }) => value !== null)
  const rows = groups.map((group) => [
    group.name,
    named(group.feature),
    ...[group.outcomes, group.succeeded, group.failed].map(whole),
    `${whole(group.units)} ${group.unitType}s`,
    amount(group.usd),
    dollarsEach(group.usdPerOutcome),
    group.usdPerSuccess === null ? '-' : dollarsEach(group.usdPerSuccess),
    ...(hasValue ? [group.value === null ? '-' : dollars(group.value)] : []),
  ])
  const heads = ['outcomes', 'succeeded', 'failed', 'of', 'USD', 'USD/outcome', 'USD/success']
  return columns([['outcome', 'feature', ...heads, ...(hasValue ? ['value'] : [])], ...rows], 2)
}

function margins({ groups }: OutcomesReport): string {
  const rows = groups.flatMap(({ name, feature, margin }) =>
    margin === null
      ? []
      : [
          [
            name,
            named(feature),
            dollars(margin.baselineUsd),
            margin.usdPerSuccess === null ? '-' : dollars(margin.usdPerSuccess),
            margin.times === null ? '-' : `${grouped(margin.times, margin.times < 10 ? 1 : 0)}x`,
            dollars(margin.savedUsd),
          ],
        ],
  )
  if (rows.length === 0) return ''
  const heads = ['baseline', 'margin/success', 'cheaper', 'saved']
  return columns([['outcome', 'feature', ...heads], ...rows], 2)
}

function notes({ groups, unjoined, duplicates, unused }: OutcomesReport): readonly string[] {
  const without = groups.filter(({ unitsWithout }) => unitsWithout > 0)
  return [
    ...without.map(
      (group: OutcomeFigures) =>
        `${whole(group.unitsWithout)} of ${whole(group.units)} ${group.unitType}s of ${named(group.feature)} have no ${group.name} so far; their cost is in it`,
    ),
    ...unjoined.map(({ name, reason, outcomes: count }) =>
      reason === 'no_unit'
        ? `${whole(count)} ${name} without a unit: nothing tells what they cost`
        : `${whole(count)} ${name} of units of which no call or cost has come in so far`,
    ),
    ...Object.entries(duplicates).map(
      ([name, count]) => `${whole(count)} ${name} ignored: their idempotency key was known`,
    ),
    ...unused.map((name) => `--baseline ${name}: there is no such outcome`),
  ]
}
