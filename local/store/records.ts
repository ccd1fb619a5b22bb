/** Outcomes and costs that are no calls, read back one by one. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { CostRow } from '../cost-row.ts'
import type { OutcomeRow } from '../outcome-row.ts'
import { costs } from './costs-table.ts'
import type { Period } from './figures.ts'
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
