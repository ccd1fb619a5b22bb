/** Figures by group, and what a unit of work (a conversation, a task) of each group costs. */

import type { DatabaseSync } from 'node:sqlite'
import type { Group, UnitFigures } from '../answers.ts'
import { columnOf, type Dimension } from './dimensions.ts'
import { matching, type CallFilter } from './call-filter.ts'
import { FIGURES, readFigures, together } from './figures.ts'
import { moneySum, readMoney } from './money.ts'
import { rolledGroups } from './rolled.ts'

/** Dearest first. Without dimensions: one group of everything. */
export function groups(
  db: DatabaseSync,
  filter: CallFilter,
  by: readonly Dimension[],
): readonly Group[] {
  const { where, values } = matching(filter)
  const keys = by.map((dimension, n) => `${columnOf(dimension)} AS k${n}`)
  const grouping = by.length === 0 ? '' : `GROUP BY ${by.map((_, n) => `k${n}`).join(', ')}`
  const sql = `SELECT ${[...keys, FIGURES].join(', ')} FROM calls WHERE ${where} ${grouping}`
  const columns = by.map((_, n) => `k${n}`)
  const records = together(db.prepare(sql).all(...values), rolledGroups(db, filter, by), columns)
  const units = unitsByGroup(db, filter, by)
  const total = records.reduce((sum, record) => sum + readFigures(record).usd, 0)
  const found = records.map((record): Group => {
    const figures = readFigures(record)
    return {
      key: keyOf(record, by),
      ...figures,
      share: total > 0 ? figures.usd / total : null,
      unit: units.get(identity(record, by)) ?? null,
    }
  })
  return found.sort((a, b) => b.usd - a.usd || b.calls - a.calls)
}

/** Of which no call was pruned. */
const WHOLE_UNIT = `NOT EXISTS (
  SELECT 1 FROM cut_units WHERE cut_units.unit_id = calls.unit_id AND cut_units.unit_type = calls.unit_type)`

function unitsByGroup(
  db: DatabaseSync,
  filter: CallFilter,
  by: readonly Dimension[],
): ReadonlyMap<string, UnitFigures> {
  const { where, values } = matching(filter)
  const keys = by.map((dimension, n) => `${columnOf(dimension)} AS k${n}`)
  const grouping = [...by.map((_, n) => `k${n}`), 'unit_type'].join(', ')
  const columns = [
    ...keys,
    'unit_type',
    'COUNT(*) AS calls',
    'COUNT(DISTINCT unit_id) AS units',
    moneySum('usd'),
  ]
  const sql = `SELECT ${columns.join(', ')} FROM calls
    WHERE ${where} AND unit_id IS NOT NULL AND usd IS NOT NULL AND ${WHOLE_UNIT} GROUP BY ${grouping}`
  const best = new Map<string, UnitFigures>()
  for (const record of db.prepare(sql).all(...values)) {
    const count = Number(record['units'])
    const { usd } = readMoney(record, 'usd')
    const unit = {
      type: String(record['unit_type']),
      count,
      callsPerUnit: Number(record['calls']) / count,
      usd,
      usdPerUnit: usd / count,
    }
    const id = identity(record, by)
    const other = best.get(id)
    if (other === undefined || outranks(unit, other)) best.set(id, unit)
  }
  return best
}

function outranks(a: UnitFigures, b: UnitFigures): boolean {
  if (a.type === 'conversation') return true
  return b.type !== 'conversation' && a.usd > b.usd
}

type SqlRecord = Readonly<Record<string, unknown>>

function keyOf(record: SqlRecord, by: readonly Dimension[]): Group['key'] {
  return Object.fromEntries(by.map((dimension, n) => [dimension, text(record[`k${n}`])]))
}

function identity(record: SqlRecord, by: readonly Dimension[]): string {
  return JSON.stringify(by.map((_, n) => text(record[`k${n}`])))
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
