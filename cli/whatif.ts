/** What past calls cost and what they would have cost under a change, by group. Pure. */

import type { Cost } from '../instrumentation/core/cost.ts'
import {
  reprice,
  type Change,
  type PastCall,
  type PriceBook,
} from '../instrumentation/pricing/index.ts'
import { resolve } from '../instrumentation/pricing/resolve.ts'
import { attoText, toAtto } from './money-sum.ts'

/** A past call, what it cost and the groups it is counted in. */
export interface Counted {
  readonly call: PastCall
  /** USD, exact or as stored; absent where it was not priced. */
  readonly usd?: string | number | undefined
  /** The value of each grouping, in the order of the groupings. */
  readonly key: readonly string[]
}

/** `A=B`: calls of model A, priced as model B; `provider` where B is another provider's. */
export interface Swap {
  readonly from: string
  readonly provider?: string
  readonly model: string
}

export interface WhatIfRow {
  readonly key: readonly string[]
  readonly calls: number
  /** Of these, calls to which a swap applied. */
  readonly changed: number
  /** Exact decimal strings, USD. */
  readonly now: string
  readonly then: string
  readonly difference: string
}

export interface WhatIf {
  readonly rows: readonly WhatIfRow[]
  readonly total: WhatIfRow
  /** Calls left out of both sums, by reason. */
  readonly left: Readonly<Record<string, number>>
  /** Calls of which one side is only a lower bound. */
  readonly partial: number
}

interface Sum {
  readonly key: readonly string[]
  calls: number
  changed: number
  now: bigint
  then: bigint
}

export function whatIf(
  calls: readonly Counted[],
  book: PriceBook,
  swaps: readonly Swap[],
  at: number | undefined,
): WhatIf {
  const sums = new Map<string, Sum>()
  const total: Sum = { key: [], calls: 0, changed: 0, now: 0n, then: 0n }
  const left: Record<string, number> = {}
  let partial = 0
  const changeOf = changes(book, swaps, at)
  for (const { call, usd, key } of calls) {
    const change = changeOf(call)
    const cost = reprice(call, book, change)
    const reason = reasonLeft(usd, cost)
    if (reason !== undefined || usd === undefined || cost.kind === 'unpriced') {
      left[reason ?? 'unpriced'] = (left[reason ?? 'unpriced'] ?? 0) + 1
      continue
    }
    if (cost.kind === 'partial') partial += 1
    const id = JSON.stringify(key)
    const sum = sums.get(id) ?? { key, calls: 0, changed: 0, now: 0n, then: 0n }
    sums.set(id, sum)
    for (const each of [sum, total]) {
      each.calls += 1
      each.changed += change.models === undefined ? 0 : 1
      each.now += toAtto(usd)
      each.then += toAtto(cost.exact)
    }
  }
  const rows = [...sums.values()].sort((a, b) => (a.now === b.now ? 0 : a.now < b.now ? 1 : -1))
  return { rows: rows.map(shown), total: shown(total), left, partial }
}

function reasonLeft(usd: string | number | undefined, cost: Cost): string | undefined {
  if (usd === undefined) return 'was_unpriced'
  return cost.kind === 'unpriced' ? cost.reason : undefined
}

function shown({ key, calls, changed, now, then }: Sum): WhatIfRow {
  const [a, b, difference] = [now, then, then - now].map(attoText)
  return { key, calls, changed, now: a ?? '', then: b ?? '', difference: difference ?? '' }
}

/** Which change a call is under: remembered by its names, which are few. */
function changes(
  book: PriceBook,
  swaps: readonly Swap[],
  at: number | undefined,
): (call: PastCall) => Change {
  const instant = at === undefined ? {} : { at }
  const known = new Map<string, Change>()
  return (call) => {
    const id = JSON.stringify([call.provider, call.models])
    const found = known.get(id)
    if (found !== undefined) return found
    const swap = swaps.find(({ from }) => means(book, call, from))
    const models =
      swap === undefined ? undefined : new Map(call.models.map((model) => [model, swap] as const))
    const change: Change = { ...instant, ...(models === undefined ? {} : { models }) }
    known.set(id, change)
    return change
  }
}

/** Whether a call is of the model that was named: by that name, or by one that means the same. */
function means(book: PriceBook, call: PastCall, named: string): boolean {
  if (call.models.some((model) => model.toLowerCase() === named.toLowerCase())) return true
  const target = (model: string): string | undefined => {
    const found = resolve(book.layers, call.provider, model, call.at)
    return 'reason' in found ? undefined : `${found.provider}/${found.model}`
  }
  const wanted = target(named)
  return wanted !== undefined && call.models.some((model) => target(model) === wanted)
}
