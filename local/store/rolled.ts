/**
 * What the hourly sums say of the time whose single calls are gone, in the columns that the questions to the calls have.
 * An hour belongs to the period in which it begins. What the sums do not keep (customer, user, session, unit) is not
 * known of that time.
 */

import type { DatabaseSync } from 'node:sqlite'
import { columnOf, type Dimension } from './dimensions.ts'
import type { Period } from './figures.ts'
import { CALL_KEYS } from './rollup-tables.ts'

export interface RolledFilter extends Period {
  /** The value of each dimension; `null`: the calls say nothing. */
  readonly is?: Readonly<Partial<Record<Dimension, string | null>>>
}

export type SqlRecord = Readonly<Record<string, unknown>>

const wasted = `waste NOT IN ('', 'none')`

/** As `FIGURES`. */
const ROLLED_FIGURES = `
SUM(calls) AS calls,
SUM(priced) AS priced,
SUM(attempts) AS attempts,
SUM(repeats) AS repeats,
SUM(input_tokens) AS input_tokens,
SUM(output_tokens) AS output_tokens,
SUM(cache_read_tokens) AS cache_read_tokens,
SUM(cache_write_tokens) AS cache_write_tokens,
SUM(input_counted) AS input_counted,
SUM(output_counted) AS output_counted,
SUM(usd_micro) AS usd_micro,
SUM(usd_rest) AS usd_rest,
COALESCE(SUM(usd_micro) FILTER (WHERE ${wasted}), 0) AS waste_micro,
COALESCE(SUM(usd_rest) FILTER (WHERE ${wasted}), 0) AS waste_rest,
COALESCE(SUM(calls) FILTER (WHERE status = 'unpriced' AND reason <> 'call_failed'), 0) AS unpriced,
COALESCE(SUM(calls) FILTER (WHERE status = 'partial'), 0) AS partial,
COALESCE(SUM(calls) FILTER (WHERE status = 'unpriced' AND reason = 'call_failed'), 0) AS failed`

/** Keys are `k0`, `k1`, …, as those of the groups of calls. */
export function rolledGroups(
  db: DatabaseSync,
  filter: RolledFilter,
  by: readonly Dimension[],
): readonly SqlRecord[] {
  const matched = matching(filter)
  if (matched === undefined || !hasHours(db)) return []
  const { where, values } = matched
  const keys = by.map((dimension, n) => `${rolledColumn(dimension) ?? 'NULL'} AS k${n}`)
  const grouping = ['1', ...by.map((_, n) => `k${n}`)].slice(by.length === 0 ? 0 : 1)
  const sql = `SELECT ${[...keys, ROLLED_FIGURES].join(', ')} FROM call_hours WHERE ${where}`
  const records = db
    .prepare(by.length === 0 ? sql : `${sql} GROUP BY ${grouping.join(', ')}`)
    .all(...values)
  return records.filter((record) => record['calls'] !== null)
}

/** Sums by bucket of time, as the chart has them. */
export function rolledBuckets(
  db: DatabaseSync,
  filter: RolledFilter,
  by: Dimension,
  bucketMs: number,
): readonly SqlRecord[] {
  const matched = matching(filter)
  if (matched === undefined || !hasHours(db)) return []
  const sql = `
    SELECT CAST(hour / ? AS INTEGER) AS bucket, ${rolledColumn(by) ?? 'NULL'} AS name, SUM(calls) AS calls,
      SUM(input_tokens) AS tokens, SUM(input_counted) AS counted, SUM(usd_micro) AS usd_micro, SUM(usd_rest) AS usd_rest
    FROM call_hours WHERE ${matched.where} GROUP BY bucket, name`
  return db.prepare(sql).all(bucketMs, ...matched.values)
}

/** Calls by reason, as `reasons` of the calls. */
export function rolledReasons(
  db: DatabaseSync,
  filter: RolledFilter,
  status: string,
): readonly SqlRecord[] {
  const { where, values } = matching(filter) ?? { where: '0', values: [] }
  const sql = `SELECT COALESCE(NULLIF(reason, ''), 'unknown') AS why, SUM(calls) AS calls FROM call_hours
    WHERE ${where} AND status = ? AND reason <> 'call_failed' GROUP BY why`
  return db.prepare(sql).all(...values, status)
}

/** Hours and calls of the period. */
export function rolledExtent(
  db: DatabaseSync,
  period: Period,
): { readonly calls: number; readonly first?: number; readonly last?: number } {
  const { where, values } = matching(period) ?? { where: '0', values: [] }
  const sql = `SELECT SUM(calls) AS calls, MIN(hour) AS first, MAX(hour) AS last FROM call_hours WHERE ${where}`
  const record = db.prepare(sql).get(...values)
  if (record?.['calls'] == null) return { calls: 0 }
  return {
    calls: Number(record['calls']),
    first: Number(record['first']),
    last: Number(record['last']),
  }
}

function hasHours(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM call_hours LIMIT 1').get() !== undefined
}

function rolledColumn(dimension: Dimension): string | undefined {
  const column = dimension === 'model' ? 'model' : columnOf(dimension)
  return CALL_KEYS.some((key) => key === column) ? `NULLIF(${column}, '')` : undefined
}

/** `undefined` where something is asked for that the sums do not know. */
function matching({
  from,
  to,
  is = {},
  ...more
}: RolledFilter):
  { readonly where: string; readonly values: readonly (string | number)[] } | undefined {
  if (Object.values(more).some((value) => value !== undefined)) return undefined
  const parts = ['hour >= ? AND hour < ?']
  const values: (string | number)[] = [from ?? -Number.MAX_VALUE, to ?? Number.MAX_VALUE]
  for (const [name, value] of Object.entries(is)) {
    const column = rolledColumn(name as Dimension)
    if (column === undefined) return undefined
    parts.push(`${column} IS ?`)
    values.push(value as string)
  }
  return { where: parts.join(' AND '), values }
}
