/** Spend that may have bought nothing, each call under one kind only, by feature. */

import type { Wasted } from '../reports/answers.ts'
import type { DatabaseSync } from 'node:sqlite'
import { FAILED_UNITS, matching, type CallFilter } from './call-filter.ts'
import { moneySum, readMoney } from './money.ts'

/** Dearest first. */
export function wasted(db: DatabaseSync, filter: CallFilter): readonly Wasted[] {
  const { where, values } = matching(filter)
  const kind = `CASE WHEN COALESCE(waste, 'none') <> 'none' THEN waste
    WHEN (unit_type, unit_id) IN (${FAILED_UNITS}) THEN 'outcome_failed' END`
  const sql = `
    SELECT ${kind} AS kind, feature, COUNT(*) AS calls, COUNT(*) - COUNT(usd) AS unpriced, ${moneySum('usd')}
    FROM calls WHERE ${where} GROUP BY kind, feature HAVING kind IS NOT NULL`
  const found = db
    .prepare(sql)
    .all(...values)
    .map((record) => ({
      kind: String(record['kind']),
      feature: typeof record['feature'] === 'string' ? record['feature'] : null,
      calls: Number(record['calls']),
      unpricedCalls: Number(record['unpriced']),
      ...readMoney(record, 'usd'),
    }))
  return found.sort((x, y) => y.usd - x.usd || y.calls - x.calls)
}

export function resentCalls(db: DatabaseSync, filter: CallFilter): number {
  const { where, values } = matching({ ...filter, attempts: 2 })
  const found = db.prepare(`SELECT COUNT(*) AS calls FROM calls WHERE ${where}`).get(...values)
  return Number(found?.['calls'] ?? 0)
}
