/** A rate card: the rates of one model under one set of circumstances, as whole numbers, one per meter. */

import type { CostPart } from '../core/cost.ts'
import type { Meter } from '../core/usage.ts'
import type { Doubt } from './context.ts'
import { RATE_KEYS, RATES, type RateKey } from './format.ts'
import { decimalsOf, PICO, times, toText, toUnits, type Ratio, type Units } from './money.ts'
import type { Rates, Variant } from './rule.ts'

export interface CardRate {
  readonly part: CostPart
  /** Units of 10^-decimals USD per billing unit. */
  readonly units: Units
  /** The same, USD. */
  readonly text: string
}

export interface RateCard {
  /** USD are written in units of 10^-decimals. */
  readonly decimals: number
  /** Absent where the book has no rate. */
  readonly rates: Readonly<Partial<Record<Meter, CardRate>>>
  /** A cache write of unknown lifetime is billed at the lowest of several rates. */
  readonly lifetimesDiffer: boolean
  readonly doubt: Doubt | undefined
  readonly priceId: string
  readonly book: string
}

export interface CardBasis {
  /** The earlier is overridden by the later, rate by rate. */
  readonly rates: readonly (Rates | undefined)[]
  /** Applied in their order. */
  readonly variants: readonly Variant[]
  /** What a discount leaves of every rate. */
  readonly left: Ratio | undefined
  readonly doubt: Doubt | undefined
  readonly priceId: string
  readonly book: string
}

const PARTS: Readonly<Record<Meter, CostPart>> = {
  input: 'input',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  cacheWrite5m: 'cache_write',
  cacheWrite30m: 'cache_write',
  cacheWrite1h: 'cache_write',
  cacheWrite12h: 'cache_write',
  audioInput: 'audio_input',
  audioCacheRead: 'cache_read',
  imageInput: 'image_input',
  output: 'output',
  reasoning: 'output',
  audioOutput: 'audio_output',
  imageOutput: 'image_output',
  webSearches: 'tools',
  fileSearches: 'tools',
  audioSeconds: 'audio_input',
}

const WRITES: readonly RateKey[] = RATE_KEYS.filter((key) => key.startsWith('cache_write'))

export function cardOf(basis: CardBasis): RateCard {
  const rates = new Map<RateKey, Ratio>()
  for (const table of basis.rates) {
    for (const [key, rate] of table ?? []) rates.set(key, rate)
  }
  for (const variant of basis.variants) apply(variant, rates)
  const perUnit = new Map<Meter, Ratio>()
  for (const [key, rate] of rates) {
    const each = times(rate, { n: 1n, d: RATES[key].per })
    perUnit.set(RATES[key].meter, basis.left === undefined ? each : times(each, basis.left))
  }
  const lifetimesDiffer = completeRates(perUnit, rates)
  const decimals = Math.max(PICO, ...[...perUnit.values()].map(decimalsOf))
  const cardRates: Partial<Record<Meter, CardRate>> = {}
  for (const [meter, rate] of perUnit) {
    const units = toUnits(rate, decimals)
    cardRates[meter] = { part: PARTS[meter], units, text: toText(units, decimals) }
  }
  return {
    decimals,
    rates: cardRates,
    lifetimesDiffer,
    doubt: basis.doubt,
    priceId: basis.priceId,
    book: basis.book,
  }
}

function apply(variant: Variant, rates: Map<RateKey, Ratio>): void {
  for (const [key, rate] of variant.rates) rates.set(key, rate)
  for (const [keys, factor] of variant.multiply) {
    for (const key of keys) {
      const rate = rates.get(key)
      if (rate !== undefined) rates.set(key, times(rate, factor))
    }
  }
}

/**
 * The explicit rules for meters without a rate of their own: reasoning is billed as output; `cache_write` is for the
 * lifetimes that are not listed; a write of unknown lifetime is billed at the lowest rate listed.
 * @returns whether those rates differ, so that the lowest is only a lower bound.
 */
function completeRates(perUnit: Map<Meter, Ratio>, rates: ReadonlyMap<RateKey, Ratio>): boolean {
  const output = perUnit.get('output')
  if (output !== undefined && !perUnit.has('reasoning')) perUnit.set('reasoning', output)
  const meters = WRITES.filter((key) => rates.has(key)).map((key) => RATES[key].meter)
  const listed = meters.flatMap((meter) => perUnit.get(meter) ?? [])
  const unlisted = perUnit.get('cacheWrite')
  if (unlisted !== undefined) {
    for (const key of WRITES) {
      const { meter } = RATES[key]
      if (!perUnit.has(meter)) perUnit.set(meter, unlisted)
    }
  }
  const [first, ...others] = listed
  if (first === undefined) return false
  const lowest = others.reduce((least, rate) => (below(rate, least) ? rate : least), first)
  perUnit.set('cacheWrite', lowest)
  return listed.some((rate) => below(lowest, rate))
}

function below(a: Ratio, b: Ratio): boolean {
  return a.n * b.d < b.n * a.d
}
