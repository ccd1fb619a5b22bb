/** What calls that were made would have cost: other rates, another day, another model. Pure. */

import type { Cost } from '../core/cost.ts'
import { compactUsage, type Meter, type Usage } from '../core/usage.ts'
import type { PriceBook } from './book.ts'
import { price, type PriceRequest } from './price.ts'

/** A call as it is stored: what it was priced by, but for what the provider stated. */
export type PastCall = Omit<PriceRequest, 'statedCost'>

export interface Change {
  /** Another model in place of one, by its name as called; `provider` where it is another's. */
  readonly models?: ReadonlyMap<string, { readonly provider?: string; readonly model: string }>
  /** The instant whose rates count, epoch milliseconds; each call's own when absent. */
  readonly at?: number
}

/**
 * The cost of a past call under a change. Usage stays as it was: another model's tokenizer may count otherwise. Tier,
 * region and the like stay with the provider, whose words they are. Cached tokens for which the other model has no
 * rate are billed as its plain input.
 */
export function reprice(call: PastCall, book: PriceBook, change: Change): Cost {
  const replaced = call.models.map((model) => change.models?.get(model)).find((found) => found)
  const provider = replaced?.provider ?? call.provider
  const { usage, usageReason, context } = call
  const request: PriceRequest = {
    provider,
    models: replaced === undefined ? call.models : [replaced.model],
    at: change.at ?? call.at,
    ...(usage === undefined ? {} : { usage }),
    ...(usageReason === undefined ? {} : { usageReason }),
    ...(context === undefined || provider !== call.provider ? {} : { context }),
  }
  const cost = price(book, request)
  const plain = replaced === undefined || usage === undefined ? undefined : plainer(usage, cost)
  return plain === undefined ? cost : price(book, { ...request, usage: plain })
}

/** What a model bills cached tokens as that has no rate for them. */
const PLAIN: Readonly<Partial<Record<Meter, Meter>>> = {
  cacheRead: 'input',
  cacheWrite: 'input',
  cacheWrite5m: 'input',
  cacheWrite30m: 'input',
  cacheWrite1h: 'input',
  cacheWrite12h: 'input',
  audioCacheRead: 'audioInput',
  imageCacheRead: 'imageInput',
}

/** The usage with its unbilled cached tokens as plain input; `undefined` where there are none. */
function plainer(usage: Usage, cost: Cost): Usage | undefined {
  if (cost.kind === 'priced') return undefined
  if (cost.kind === 'unpriced' && cost.reason !== 'rate_missing') return undefined
  const billed = cost.kind === 'unpriced' ? [] : cost.lines.map(({ meter }) => meter)
  const moved: Partial<Record<Meter, number>> = { ...usage }
  let found = false
  for (const [meter, quantity] of Object.entries(usage) as [Meter, number][]) {
    const other = PLAIN[meter]
    if (other === undefined || quantity === 0 || billed.includes(meter)) continue
    found = true
    moved[meter] = (moved[meter] ?? 0) - quantity
    moved[other] = (moved[other] ?? 0) + quantity
  }
  return found ? compactUsage(moved) : undefined
}
