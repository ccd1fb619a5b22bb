/** What a call cost, or why that can't be said. Money is exact inside `pricing` and a USD number here. */

import type { Meter } from './usage.ts'

/** The parts of a cost. They are disjoint and add up to the amount; a part of zero is absent. */
export const COST_PARTS = [
  'input',
  'cache_read',
  'cache_write',
  'output',
  'audio_input',
  'audio_output',
  'image_input',
  'image_output',
  'video_input',
  'video_output',
  'tools',
  'other',
] as const
export type CostPart = (typeof COST_PARTS)[number]

/** Why there is no amount, or only a lower bound of it. Values of `costspan.cost.reason`. */
export type CostReason =
  | 'unknown_model'
  | 'model_missing'
  | 'out_of_range'
  | 'usage_missing'
  | 'usage_incomplete'
  | 'usage_inconsistent'
  | 'rate_missing'
  | 'tier_unknown'
  | 'cache_lifetime_unknown'
  | 'commitment'
  | 'unresolved_profile'
  | 'call_failed'

/** One multiplication of the bill. */
export interface CostLine {
  readonly meter: Meter
  readonly part: CostPart
  /** Billing units: tokens, searches. */
  readonly quantity: number
  /** USD per unit as an exact decimal string, e.g. `0.0000025`. */
  readonly rate: string
  readonly usd: number
}

/** What the same usage costs at list prices, before discounts and negotiated rates. */
export interface ListAmount {
  /** USD. */
  readonly amount: number
  /** The same amount as an exact decimal string. */
  readonly exact: string
  readonly parts: Readonly<Partial<Record<CostPart, number>>>
}

interface Amount {
  /** USD. */
  readonly amount: number
  /** The same amount as an exact decimal string. */
  readonly exact: string
  readonly currency: 'USD'
  /** `provider`: the response stated it. `local`: computed from a price book. */
  readonly source: 'provider' | 'local'
  readonly parts: Readonly<Partial<Record<CostPart, number>>>
  readonly lines: readonly CostLine[]
  /** Which dated rate of which model priced it. */
  readonly priceId: string
  /** Version of the book. */
  readonly book: string
  /** At list prices; absent where no contract changes them. */
  readonly list?: ListAmount
  /** Cached input at the full input rate less what was paid for it, USD; absent without cached input. */
  readonly cacheSavings?: number
}

export type Cost =
  | ({ readonly kind: 'priced' } & Amount)
  /** A lower bound: something was used that could not be counted or priced. */
  | ({ readonly kind: 'partial'; readonly reason: CostReason; readonly detail?: string } & Amount)
  | { readonly kind: 'unpriced'; readonly reason: CostReason; readonly detail?: string }
