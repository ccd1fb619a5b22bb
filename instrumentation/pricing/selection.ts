/** What a look-up of rates yields. */

import type { CostReason } from '../core/cost.ts'
import type { RateCard } from './card.ts'

/** The rates for each size of prompt, the smallest first; or why there are none. */
export type Selection =
  { readonly bands: readonly Band[] } | { readonly reason: CostReason; readonly detail: string }

export interface Band {
  /** Tokens of all input from which it holds. */
  readonly minPrompt: number
  readonly card: RateCard
  /** At list prices; absent where no contract changes them. */
  readonly list?: RateCard
}
