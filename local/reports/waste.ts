/** Spend that bought nothing, or more than it had to. */

import type { Store } from '../store.ts'
import type { CallFilter } from '../store/call-filter.ts'
import type { Wasted } from '../store/wasted.ts'
import { cacheMisses, type CacheMiss, type Price } from './cache-misses.ts'

export interface WasteReport {
  /** All spend on calls in the period, USD. */
  readonly spentUsd: number
  /** Of `spentUsd`, all `kinds` together; each call is in one only. */
  readonly wastedUsd: number
  /** Dearest first. */
  readonly kinds: readonly (Wasted & {
    /** Of what the feature spent, 0 to 1; `null` where it spent nothing. */
    readonly share: number | null
  })[]
  /** HTTP attempts beyond the first: providers bill few of them, and say so for none. */
  readonly resent: { readonly attempts: number; readonly calls: number }
  /** Estimates, over and above `wastedUsd`: these calls were of use. */
  readonly cacheMisses: readonly CacheMiss[]
  readonly cacheMissUsd: number
  /** Calls that the estimate looked at: the latest. */
  readonly cacheCalls: number
}

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
