/** What is not known: calls without a price or with only a part of one, and calls that are nobody's. */

import type { DatabaseSync } from 'node:sqlite'
import type { UnattributedGap, UnpricedGap } from '../answers.ts'
import { matching, type CallFilter } from './call-filter.ts'
import { together, UNPRICED, within, type Period } from './figures.ts'
import { moneySum, readMoney } from './money.ts'
import { rolledReasons } from './rolled.ts'

const model = 'COALESCE(response_model, request_model)'

/** By reason, provider and model, the most frequent first. */
export function unpriced(db: DatabaseSync, period: Period, most: number): readonly UnpricedGap[] {
  const { where, values } = within(period)
  const sql = `
    SELECT status, COALESCE(reason, 'unknown') AS why, provider, ${model} AS model, COUNT(*) AS calls,
      MAX(trace_id) AS trace_id
    FROM calls WHERE ${where} AND ((${UNPRICED}) OR status = 'partial')
    GROUP BY status, why, provider, model ORDER BY calls DESC, status DESC, why LIMIT ?`
  return db
    .prepare(sql)
    .all(...values, most)
    .map((record) => ({
      status: record['status'] === 'partial' ? 'partial' : 'unpriced',
      reason: String(record['why']),
      provider: String(record['provider']),
      model: text(record['model']),
      calls: Number(record['calls']),
      traceId: String(record['trace_id']),
    }))
}

/** Calls by reason. Without the calls that failed unbilled, unless that is asked for. */
export function reasons(
  db: DatabaseSync,
  filter: CallFilter,
  status: 'unpriced' | 'partial',
): Readonly<Record<string, number>> {
  const { where, values } = matching(filter)
  const which = status === 'unpriced' ? UNPRICED : `status = 'partial'`
  const sql = `SELECT COALESCE(reason, 'unknown') AS why, COUNT(*) AS calls FROM calls
    WHERE ${where} AND ${which} GROUP BY why`
  const kept = db.prepare(sql).all(...values)
  const found = together(kept, rolledReasons(db, filter, status), ['why'])
  const sorted = [...found].sort(
    (a, b) =>
      Number(b['calls']) - Number(a['calls']) || (String(a['why']) < String(b['why']) ? -1 : 1),
  )
  return Object.fromEntries(sorted.map(({ why, calls }) => [String(why), Number(calls)]))
}

/** Calls without a feature, by service, operation and model, the dearest first. */
export function unattributed(
  db: DatabaseSync,
  period: Period,
  most: number,
): readonly UnattributedGap[] {
  const { where, values } = within(period)
  const sql = `
    SELECT service, operation, ${model} AS model, COUNT(*) AS calls, ${moneySum('usd')},
      MAX(trace_id) AS trace_id
    FROM calls WHERE ${where} AND feature IS NULL
    GROUP BY service, operation, model ORDER BY SUM(usd) DESC, calls DESC LIMIT ?`
  return db
    .prepare(sql)
    .all(...values, most)
    .map((record) => ({
      service: String(record['service']),
      operation: String(record['operation']),
      model: text(record['model']),
      calls: Number(record['calls']),
      usd: readMoney(record, 'usd').usd,
      traceId: String(record['trace_id']),
    }))
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
