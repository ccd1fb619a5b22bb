/** When the spend of a period went beyond an amount. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { within, type Period } from './figures.ts'
import { toPico } from './money.ts'

/**
 * Counted back from the end, because of older records only hourly sums may be kept. Epoch milliseconds of the call or
 * cost that went beyond; of the oldest that is kept, where that one is gone; absent where none is.
 * @param left what of the period's spend lies beyond the amount, USD
 */
export function exceededAt(
  db: DatabaseSync,
  { feature, ...period }: Period & { readonly feature?: string },
  left: number,
): number | undefined {
  const calls = within(period)
  const { from = -Number.MAX_VALUE, to = Number.MAX_VALUE } = period
  const [only, values]: readonly [string, readonly SQLInputValue[]] =
    feature === undefined ? ['', []] : ['AND feature = ?', [feature]]
  const sql = `
    SELECT MAX(at) FILTER (WHERE after >= ?) AS beyond, MIN(at) AS oldest FROM (
      SELECT at, SUM(pico) OVER (ORDER BY at DESC ROWS UNBOUNDED PRECEDING) AS after FROM (
        SELECT started_at AS at, usd_pico AS pico FROM calls WHERE ${calls.where} AND usd_pico > 0 ${only}
        UNION ALL
        SELECT at, usd_pico FROM costs WHERE at >= ? AND at < ? AND usd_pico > 0 ${only}))`
  const all = [toPico(left), ...calls.values, ...values, from, to, ...values]
  const found = db.prepare(sql).get(...all)
  const at = found?.['beyond'] ?? found?.['oldest']
  return typeof at === 'number' ? at : undefined
}
