/** What past calls cost and what they would have cost under a change, by group. Pure. */

import { reprice, type PastCall, type PriceBook } from '../instrumentation/pricing/index.ts'
import { resolve } from '../instrumentation/pricing/resolve.ts'
import { attoText, toAtto } from './money-sum.ts'

/** A past call, what it cost and the groups it is counted in. */
export interface Counted {
  readonly call: PastCall
  /** USD, exact or as stored; absent where it was not priced. */
  readonly usd?: string | number | undefined
  /** Why `usd` is absent. */
  readonly reason?: string | undefined
  /** `usd` is only a lower bound. */
  readonly partial?: boolean | undefined
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
  /** What those calls cost, as far as that is known: exact, USD. */
  readonly leftNow: string
  /** Calls in the sums of which one side is only a lower bound. */
  readonly partial: number
}

interface Sum {
  readonly key: readonly string[]
  calls: number
  changed: number
  now: bigint
  then: bigint
}

/** A call that no swap is for keeps what it cost, unless all are priced at the rates of `at`. */
export function whatIf(
  calls: readonly Counted[],
  book: PriceBook,
  swapOf: SwapFinder,
  at: number | undefined,
): WhatIf {
  const sums = new Map<string, Sum>()
  const total: Sum = { key: [], calls: 0, changed: 0, now: 0n, then: 0n }
  const left: Record<string, number> = {}
  let leftNow = 0n
  let partial = 0
  for (const counted of calls) {
    const { usd, key } = counted
    const swap = swapOf(counted.call)
    const then = thenOf(counted, book, swap, at)
    const now = usd === undefined ? undefined : toAtto(usd)
    if ('reason' in then || now === undefined) {
      const reason = now === undefined ? (counted.reason ?? 'was_unpriced') : thenReason(then)
      left[reason] = (left[reason] ?? 0) + 1
      leftNow += now ?? 0n
      continue
    }
    if (then.partial || counted.partial === true) partial += 1
    const id = JSON.stringify(key)
    const sum = sums.get(id) ?? { key, calls: 0, changed: 0, now: 0n, then: 0n }
    sums.set(id, sum)
    for (const each of [sum, total]) {
      each.calls += 1
      each.changed += swap === undefined ? 0 : 1
      each.now += now
      each.then += then.usd
    }
  }
  const rows = [...sums.values()].sort((a, b) => (a.now === b.now ? 0 : a.now < b.now ? 1 : -1))
  return { rows: rows.map(shown), total: shown(total), left, leftNow: attoText(leftNow), partial }
}

type Then = { readonly usd: bigint; readonly partial: boolean } | { readonly reason: string }

function thenOf(
  { call, usd, partial }: Counted,
  book: PriceBook,
  swap: Swap | undefined,
  at: number | undefined,
): Then {
  if (swap === undefined && at === undefined) {
    return usd === undefined
      ? { reason: 'was_unpriced' }
      : { usd: toAtto(usd), partial: partial === true }
  }
  const models = swap === undefined ? [] : call.models.map((model) => [model, swap] as const)
  const cost = reprice(call, book, {
    ...(at === undefined ? {} : { at }),
    ...(models.length === 0 ? {} : { models: new Map(models) }),
  })
  if (cost.kind === 'unpriced') return { reason: cost.reason }
  return { usd: toAtto(cost.exact), partial: cost.kind === 'partial' }
}

function thenReason(then: Then): string {
  return 'reason' in then ? then.reason : 'was_unpriced'
}

function shown({ key, calls, changed, now, then }: Sum): WhatIfRow {
  const [a, b, difference] = [now, then, then - now].map(attoText)
  return { key, calls, changed, now: a ?? '', then: b ?? '', difference: difference ?? '' }
}

export type SwapFinder = (call: PastCall) => Swap | undefined

/** Which swap is for a call: remembered by its names, which are few. */
export function swapFinder(book: PriceBook, swaps: readonly Swap[]): SwapFinder {
  const known = new Map<string, Swap | undefined>()
  return (call) => {
    const id = JSON.stringify([call.provider, call.models])
    if (known.has(id)) return known.get(id)
    const swap = swaps.find(({ from }) => means(book, call, from))
    known.set(id, swap)
    return swap
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
