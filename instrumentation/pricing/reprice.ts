/** What calls that were made would have cost: other rates, another day, another model. Pure. */

import type { PriceContext } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import type { Usage } from '../core/usage.ts'
import type { PriceBook } from './book.ts'
import { price } from './price.ts'

/** A call as it is stored. */
export interface PastCall {
  readonly provider: string
  /** Names to try in order, the one that answered first. */
  readonly models: readonly string[]
  readonly usage?: Usage
  readonly context?: PriceContext
  /** Epoch milliseconds. */
  readonly at: number
}

export interface Change {
  /** Another model in place of one, by its name as called; `provider` where it is another's. */
  readonly models?: ReadonlyMap<string, { readonly provider?: string; readonly model: string }>
  /** The instant whose rates count, epoch milliseconds; each call's own when absent. */
  readonly at?: number
}

/**
 * The cost of a past call under a change. Usage stays as it was: another model's tokenizer may count otherwise. Tier,
 * region and the like stay with the provider, whose words they are.
 */
export function reprice(call: PastCall, book: PriceBook, change: Change): Cost {
  const replaced = call.models.map((model) => change.models?.get(model)).find((found) => found)
  const provider = replaced?.provider ?? call.provider
  return price(book, {
    provider,
    models: replaced === undefined ? call.models : [replaced.model],
    at: change.at ?? call.at,
    ...(call.usage === undefined ? {} : { usage: call.usage }),
    ...(call.context === undefined || provider !== call.provider ? {} : { context: call.context }),
  })
}
