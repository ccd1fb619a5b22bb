/** `costspan report units`. */

import { columns } from '../../local/columns.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from '../../local/page/amounts.ts'
import type { UnitGroup, UnitsReport } from '../../local/reports/answers.ts'
import { groupName } from '../../local/page/words.ts'
import { named, percent, tables, type View } from './view.ts'

export const units: View = {
  name: 'units',
  summary: 'what a conversation or another unit costs: mean, p50, p95, p99, the dearest 1%, parts',
  path: '/api/units',
  singleCalls: true,
  takes: ['by', 'since', 'feature'],
  text: (answer: UnitsReport) => ({
    text:
      answer.groups.length === 0
        ? 'No call names a unit: set conversation or unit in withAttribution.\n'
        : tables(costs(answer), parts(answer), dearest(answer)),
    notes: notes(answer),
  }),
}

function costs({ by, groups }: UnitsReport): string {
  const amount = dollarColumn(groups.map(({ usd }) => usd))
  const rows = groups.map((group) => [
    ...keyOf(group, by),
    group.type,
    whole(group.units),
    grouped(group.callsPerUnit, 2),
    `${group.lowerBounds > 0 ? '≥ ' : ''}${dollarsEach(group.usdPerUnit)}`,
    ...[group.p50, group.p95, group.p99, group.max].map(dollarsEach),
    percent(group.top.share),
    amount(group.usd),
  ])
  const heads = ['units', 'calls/unit', 'USD/unit', 'p50', 'p95', 'p99', 'max', 'top 1%', 'USD']
  return columns([[...by, 'unit', ...heads], ...rows], by.length + 1)
}

/** Only where something else than LLM calls cost anything. */
function parts({ by, groups }: UnitsReport): string {
  const rows = groups.flatMap((group) =>
    group.parts.length < 2
      ? []
      : group.parts.map((part) => [
          ...keyOf(group, by),
          group.type,
          part.component === 'llm' ? 'LLM calls' : part.component,
          `$${grouped(part.usdPerUnit, 6)}`,
          dollars(part.usd),
          percent(group.usd > 0 ? part.usd / group.usd : null),
        ]),
  )
  if (rows.length === 0) return ''
  return columns([[...by, 'unit', 'of which', 'USD/unit', 'USD', 'share'], ...rows], by.length + 2)
}

function dearest({ dearest: found }: UnitsReport): string {
  const amount = dollarColumn(found.map(({ usd }) => usd))
  const rows = found
    .slice(0, 5)
    .map((unit) => [
      `${unit.type} ${unit.id}`,
      named(unit.feature),
      new Date(unit.begunAt).toISOString().slice(0, 19).replace('T', ' '),
      whole(unit.calls),
      amount(unit.usd),
    ])
  return columns([['dearest', 'feature', 'begun (UTC)', 'calls', 'USD'], ...rows], 3)
}

function keyOf({ key }: UnitGroup, by: UnitsReport['by']): readonly string[] {
  return by.map((dimension) => groupName(key[dimension] ?? null, dimension))
}

function notes({ groups, unjoined }: UnitsReport): readonly string[] {
  const bounds = groups.reduce((sum, { lowerBounds }) => sum + lowerBounds, 0)
  return [
    ...(bounds > 0
      ? [
          `${whole(bounds)} ${bounds === 1 ? 'unit has' : 'units have'} calls without a whole amount: a lower bound`,
        ]
      : []),
    ...unjoined.map(
      ({ component, usd, records }) =>
        `${dollars(usd)} for ${component} names no unit and is in none (${whole(records)} ${records === 1 ? 'record' : 'records'})`,
    ),
  ]
}
