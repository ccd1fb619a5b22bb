/** Spend that bought nothing, or more than it had to. */

import type { Group } from '../answers.ts'
import type { Store } from '../store.ts'
import type { CallFilter } from '../store/call-filter.ts'
import type { Wasted, WasteReport } from './answers.ts'
import { cacheMisses, type Price } from './cache-misses.ts'

const MOST_ROWS = 20_000

export function wasteReport(store: Store, filter: CallFilter, price: Price): WasteReport {
  const features = new Map(
    store.groups(filter, ['feature']).map((group) => [group.key.feature ?? null, group.usd]),
  )
  const kindOf = (kind: string, group: Group): Wasted => {
    const { usd, usdExact, calls, pricedCalls } = group
    const feature = group.key.feature ?? null
    const spent = features.get(feature) ?? 0
    const share = spent > 0 ? usd / spent : null
    return { kind, feature, calls, unpricedCalls: calls - pricedCalls, usd, usdExact, share }
  }
  const kinds = [
    ...store
      .groups(filter, ['waste', 'feature'])
      .filter(({ key }) => (key.waste ?? 'none') !== 'none')
      .map((group) => kindOf(group.key.waste ?? '', group)),
    // What is no waste by itself, of units that came to nothing.
    ...store
      .groups({ ...filter, outcomeFailed: true, is: { ...filter.is, waste: 'none' } }, ['feature'])
      .map((group) => kindOf('outcome_failed', group)),
  ].sort((x, y) => y.usd - x.usd || y.calls - x.calls)
  const rows = store.rows({ ...filter, limit: MOST_ROWS })
  const misses = cacheMisses(rows, price)
  const sum = (amounts: readonly { readonly usd: number }[]): number =>
    amounts.reduce((total, { usd }) => total + usd, 0)
  const all = store.totals(filter)
  return {
    spentUsd: all.usd,
    wastedUsd: sum(kinds),
    kinds,
    resent: {
      attempts: all.attempts - all.calls,
      calls: store.totals({ ...filter, attempts: 2 }).calls,
    },
    cacheMisses: misses,
    cacheMissUsd: sum(misses),
    cacheCalls: rows.length,
  }
}
