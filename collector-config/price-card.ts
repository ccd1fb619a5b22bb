/** A rate card of the engine in plain numbers. */

import type { RateCard } from '../instrumentation/pricing/card.ts'
import type { Band, Selection } from '../instrumentation/pricing/selection.ts'

export interface Card {
  /** 10⁻¹² USD per billing unit, by meter. */
  readonly rates?: Readonly<Record<string, number>>
  /** The prompt from which `long` holds, tokens. */
  readonly longFrom?: number
  readonly long?: Card
  readonly id?: string
  /** Why the amount is only a lower bound. */
  readonly doubt?: string
  /** Cache writes of unknown lifetime are at the lowest of several rates. */
  readonly lifetimesDiffer?: true
  /** Why there is no price. */
  readonly reason?: string
}

export function cardOf(selection: Selection): Card {
  if (!('bands' in selection)) return { reason: selection.reason }
  return bandCard(selection.bands)
}

function bandCard([band, ...longer]: readonly Band[]): Card {
  if (band === undefined) throw new Error('a selection has at least one band')
  const [next] = longer
  return {
    rates: ratesOf(band.card),
    id: band.card.priceId,
    ...(band.card.doubt === undefined ? {} : { doubt: band.card.doubt.reason }),
    ...(band.card.lifetimesDiffer ? { lifetimesDiffer: true } : {}),
    ...(next === undefined ? {} : { longFrom: next.minPrompt, long: bandCard(longer) }),
  }
}

function ratesOf({ rates, decimals, divisor }: RateCard): Record<string, number> {
  const plain: Record<string, number> = {}
  for (const [meter, rate] of Object.entries(rates)) {
    // Whole unless a rate is finer than a pico-dollar.
    plain[meter] = Number(rate.units) / 10 ** (decimals - 12) / divisor
  }
  return plain
}
