/** Sums of costs, of the parts of calls and of outcomes, by group: of the records that are kept and of the hourly sums. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { CostGroup, OutcomeGroup, PartGroup } from '../answers.ts'
import { together, within, type Period } from './figures.ts'
import { moneySum, PARTS_PICO, readMoney } from './money.ts'
import type { SqlRecord } from './rolled.ts'

/** What records and their hourly sums can be grouped by. */
const COLUMNS = {
  feature: 'feature',
  team: 'team',
  service: 'service',
  environment: 'environment',
  promptName: 'prompt_name',
  promptVersion: 'prompt_version',
  /** Not known of the hourly sums. */
  customer: 'customer',
} as const
export type RecordDimension = keyof typeof COLUMNS

interface Source {
  readonly from: string
  readonly rolled: string
  /** What tells groups apart beside the dimensions, by name. */
  readonly keys: Readonly<Record<string, string>>
  readonly sums: string
  readonly rolledSums: readonly string[]
  readonly condition: (period: Period) => {
    readonly where: string
    readonly values: SQLInputValue[]
  }
}

const byTime: Source['condition'] = ({ from, to }) => ({
  where: 'at >= ? AND at < ?',
  values: [from ?? -Number.MAX_VALUE, to ?? Number.MAX_VALUE],
})
const MONEY = ['usd_micro', 'usd_rest']

const COSTS: Source = {
  from: 'costs',
  rolled: 'cost_hours',
  keys: { component: 'component', origin: 'origin' },
  sums: `COUNT(*) AS records, ${moneySum('usd')}`,
  rolledSums: ['records', ...MONEY],
  condition: byTime,
}
const PARTS: Source = {
  from: 'calls, json_each(calls.parts)',
  rolled: 'part_hours',
  keys: { part: 'json_each.key' },
  sums: `COUNT(*) AS records, ${moneySum('usd', '1', PARTS_PICO)}`,
  rolledSums: ['records', ...MONEY],
  condition: within,
}
const OUTCOMES: Source = {
  from: 'outcomes',
  rolled: 'outcome_hours',
  keys: { name: 'name', success: `COALESCE(CAST(success AS TEXT), '')` },
  sums: `COUNT(*) FILTER (WHERE duplicate = 0) AS records, COUNT(*) FILTER (WHERE duplicate = 1) AS duplicates,
    COUNT(value) FILTER (WHERE duplicate = 0) AS valued, ${moneySum('value', 'duplicate = 0', 'value_pico')}`,
  rolledSums: ['records', 'duplicates', 'valued', 'value_micro', 'value_rest'],
  condition: byTime,
}

/** Costs that are no calls, by component and origin within each group, dearest first. */
export function costGroups(
  db: DatabaseSync,
  period: Period,
  by: readonly RecordDimension[],
): readonly CostGroup[] {
  const found = grouped(db, COSTS, period, by).map((record): CostGroup => ({
    key: keyOf(record, by),
    component: String(record['component']),
    origin: record['origin'] === 'measured' ? 'measured' : 'allocated',
    records: Number(record['records']),
    ...readMoney(record, 'usd'),
  }))
  return found.sort((a, b) => b.usd - a.usd || a.component.localeCompare(b.component))
}

/** The parts of calls' costs within each group, dearest first. */
export function partGroups(
  db: DatabaseSync,
  period: Period,
  by: readonly RecordDimension[],
): readonly PartGroup[] {
  const found = grouped(db, PARTS, period, by).map((record): PartGroup => ({
    key: keyOf(record, by),
    part: String(record['part']),
    calls: Number(record['records']),
    ...readMoney(record, 'usd'),
  }))
  return found.sort((a, b) => b.usd - a.usd || a.part.localeCompare(b.part))
}

/** Outcomes by name within each group, the most frequent first. */
export function outcomeGroups(
  db: DatabaseSync,
  period: Period,
  by: readonly RecordDimension[],
): readonly OutcomeGroup[] {
  const names = new Map<string, SqlRecord[]>()
  for (const record of grouped(db, OUTCOMES, period, by)) {
    const id = JSON.stringify([record['name'], ...by.map((_, n) => record[`k${n}`])])
    names.set(id, [...(names.get(id) ?? []), record])
  }
  const found = [...names.values()].map((records): OutcomeGroup => {
    const sum = (column: string, success?: string): number =>
      records
        .filter((record) => success === undefined || record['success'] === success)
        .reduce((total, record) => total + Number(record[column]), 0)
    const [first = {}] = records
    const money = { value_micro: sum('value_micro'), value_rest: sum('value_rest') }
    return {
      key: keyOf(first, by),
      name: String(first['name']),
      outcomes: sum('records'),
      succeeded: sum('records', '1'),
      failed: sum('records', '0'),
      duplicates: sum('duplicates'),
      valued: sum('valued'),
      value: readMoney(money, 'value'),
    }
  })
  return found.sort((a, b) => b.outcomes - a.outcomes || a.name.localeCompare(b.name))
}

/** How many outcomes were ignored because their idempotency key was known, by name. */
export function duplicateOutcomes(
  db: DatabaseSync,
  period: Period,
): Readonly<Record<string, number>> {
  const found = outcomeGroups(db, period, []).filter(({ duplicates }) => duplicates > 0)
  return Object.fromEntries(found.map(({ name, duplicates }) => [name, duplicates]))
}

function grouped(
  db: DatabaseSync,
  source: Source,
  period: Period,
  by: readonly RecordDimension[],
): readonly SqlRecord[] {
  const own = Object.keys(source.keys)
  const columns = [...by.map((_, n) => `k${n}`), ...own]
  const grouping = columns.map((_, n) => String(n + 1)).join(', ')
  const kept = [
    ...by.map((dimension, n) => `${COLUMNS[dimension]} AS k${n}`),
    ...own.map((name) => `${source.keys[name] ?? name} AS ${name}`),
    source.sums,
  ]
  const rolled = [
    ...by.map((dimension, n) => `${rolledColumn(dimension)} AS k${n}`),
    ...own,
    ...source.rolledSums.map((sum) => `SUM(${sum}) AS ${sum}`),
  ]
  const { where, values } = source.condition(period)
  const sql = `SELECT ${kept.join(', ')} FROM ${source.from} WHERE ${where} GROUP BY ${grouping}`
  const hours = `SELECT ${rolled.join(', ')} FROM ${source.rolled} WHERE hour >= ? AND hour < ? GROUP BY ${grouping}`
  const { from = -Number.MAX_VALUE, to = Number.MAX_VALUE } = period
  return together(db.prepare(sql).all(...values), db.prepare(hours).all(from, to), columns)
}

function rolledColumn(dimension: RecordDimension): string {
  return dimension === 'customer' ? 'NULL' : `NULLIF(${COLUMNS[dimension]}, '')`
}

function keyOf(record: SqlRecord, by: readonly RecordDimension[]): CostGroup['key'] {
  return Object.fromEntries(
    by.map((dimension, n) => {
      const value = record[`k${n}`]
      return [dimension, typeof value === 'string' ? value : null]
    }),
  )
}
