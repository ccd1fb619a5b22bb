/** Outcomes and costs that are no calls, read back: rows, sums by component, duplicates that were ignored. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { CostGroup } from '../answers.ts'
import type { CostRow } from '../cost-row.ts'
import type { OutcomeRow } from '../outcome-row.ts'
import { costs } from './costs-table.ts'
import type { Period } from './figures.ts'
import { moneySum, readMoney } from './money.ts'
import { outcomes } from './outcomes-table.ts'

export interface RecordFilter extends Period {
  readonly feature?: string
  readonly unit?: { readonly type: string; readonly id: string }
  /** The latest ones; all when absent. */
  readonly limit?: number
}

/** Oldest first; without duplicates. */
export function outcomeRows(db: DatabaseSync, filter: RecordFilter): readonly OutcomeRow[] {
  return select(db, 'outcomes', outcomes.columns, filter, 'duplicate = 0').map(outcomes.fromRecord)
}

/** Oldest first. */
export function costRows(db: DatabaseSync, filter: RecordFilter): readonly CostRow[] {
  return select(db, 'costs', costs.columns, filter, '1').map(costs.fromRecord)
}

type SqlRecord = Parameters<typeof costs.fromRecord>[0]

function select(
  db: DatabaseSync,
  from: string,
  columns: string,
  filter: RecordFilter,
  condition: string,
): readonly SqlRecord[] {
  const { where, values } = matching(filter)
  const sql = `SELECT ${columns} FROM ${from} WHERE ${where} AND ${condition}`
  if (filter.limit === undefined) return db.prepare(`${sql} ORDER BY at, identity`).all(...values)
  const latest = db.prepare(`${sql} ORDER BY at DESC, identity DESC LIMIT ?`)
  return latest.all(...values, filter.limit).reverse()
}

function matching({ from, to, feature, unit }: RecordFilter): {
  readonly where: string
  readonly values: SQLInputValue[]
} {
  const parts: readonly (readonly [string, SQLInputValue | undefined])[] = [
    ['at >= ?', from],
    ['at < ?', to],
    ['feature = ?', feature],
    ['unit_type = ?', unit?.type],
    ['unit_id = ?', unit?.id],
  ]
  const asked = parts.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]))
  return {
    where: ['1', ...asked.map(({ sql }) => sql)].join(' AND '),
    values: asked.map(({ value }) => value),
  }
}

/** How many outcomes were ignored because their key was known, by name. */
export function duplicates(db: DatabaseSync, period: Period): Readonly<Record<string, number>> {
  const { where, values } = matching(period)
  const sql = `SELECT name, COUNT(*) AS n FROM outcomes WHERE ${where} AND duplicate = 1
    GROUP BY name ORDER BY n DESC, name`
  const found = db.prepare(sql).all(...values)
  return Object.fromEntries(found.map(({ name, n }) => [String(name), Number(n)]))
}

/** What costs can be grouped by. */
const COLUMNS = {
  feature: 'feature',
  team: 'team',
  customer: 'customer',
  service: 'service',
  environment: 'environment',
  promptName: 'prompt_name',
  promptVersion: 'prompt_version',
} as const
export type CostDimension = keyof typeof COLUMNS

/** Sums by component and origin within each group, dearest first. */
export function costGroups(
  db: DatabaseSync,
  period: Period,
  by: readonly CostDimension[],
): readonly CostGroup[] {
  const { where, values } = matching(period)
  const keys = by.map((dimension, n) => `${COLUMNS[dimension]} AS k${n}`)
  const grouping = [...by.map((_, n) => `k${n}`), 'component', 'origin'].join(', ')
  const columns = [...keys, 'component', 'origin', 'COUNT(*) AS records', moneySum('usd')]
  const sql = `SELECT ${columns.join(', ')} FROM costs WHERE ${where} GROUP BY ${grouping}`
  const found = db
    .prepare(sql)
    .all(...values)
    .map((record): CostGroup => {
      const value = (n: number): string | null =>
        typeof record[`k${n}`] === 'string' ? String(record[`k${n}`]) : null
      return {
        key: Object.fromEntries(by.map((dimension, n) => [dimension, value(n)])),
        component: String(record['component']),
        origin: record['origin'] === 'measured' ? 'measured' : 'allocated',
        records: Number(record['records']),
        ...readMoney(record, 'usd'),
      }
    })
  return found.sort((a, b) => b.usd - a.usd || a.component.localeCompare(b.component))
}
