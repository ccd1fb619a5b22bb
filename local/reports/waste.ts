/** Spend that bought nothing, or more than it had to. */

import type { WasteReport } from './answers.ts'
import type { Store } from '../store.ts'
import type { CallFilter } from '../store/call-filter.ts'
import { cacheMisses, type Price } from './cache-misses.ts'

const MOST_ROWS = 50_000

export function wasteReport(store: Store, filter: CallFilter, price: Price): WasteReport {
  const features = new Map(
    store.groups(filter, ['feature']).map((group) => [group.key.feature ?? null, group]),
  )
  const kinds = store.wasted(filter).map((one) => {
    const spent = features.get(one.feature)?.usd ?? 0
    return { ...one, share: spent > 0 ? one.usd / spent : null }
  })
  const rows = store.rows({ ...filter, limit: MOST_ROWS })
  const misses = cacheMisses(rows, price)
  const sum = (amounts: readonly { readonly usd: number }[]): number =>
    amounts.reduce((total, { usd }) => total + usd, 0)
  const asked = store.totals(filter)
  return {
    spentUsd: asked.usd,
    wastedUsd: sum(kinds),
    kinds,
    resent: { attempts: asked.attempts - asked.calls, calls: store.resentCalls(filter) },
    cacheMisses: misses,
    cacheMissUsd: sum(misses),
    cacheCalls: rows.length,
  }
}
