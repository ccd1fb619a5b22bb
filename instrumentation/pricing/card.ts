/** A rate card: the rates of one model under one set of circumstances, as whole numbers, one per meter. */

import type { CostPart } from '../core/cost.ts'
import { METERS, type Meter } from '../core/usage.ts'
import type { Doubt } from './context.ts'
import {
  decimalsOf,
  divisorOf,
  PICO,
  settled,
  times,
  toText,
  toUnits,
  type Ratio,
  type Units,
} from './money.ts'
import type { Rates, Variant } from './rule.ts'

export interface CardRate {
  readonly part: CostPart
  /** Units of the card per billing unit. */
  readonly units: Units
  /** The same, USD. */
  readonly text: string
}

export interface RateCard {
  /** USD are written in units of 10^-decimals / divisor. */
  readonly decimals: number
  /** 1 unless a rate has no finite decimal form. */
  readonly divisor: number
  /** Absent where the book has no rate. */
  readonly rates: Readonly<Partial<Record<Meter, CardRate>>>
  /** Those that the book states; the others follow from them by rule. */
  readonly listed: ReadonlySet<Meter>
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

/** The part of a cost that a meter is billed as. */
export const PARTS: Readonly<Record<Meter, CostPart>> = {
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
  imageCacheRead: 'cache_read',
  videoInput: 'video_input',
  output: 'output',
  reasoning: 'output',
  audioOutput: 'audio_output',
  imageOutput: 'image_output',
  videoOutput: 'video_output',
  webSearches: 'tools',
  fileSearches: 'tools',
  xSearches: 'tools',
  rerankSearches: 'tools',
  codeSessions: 'tools',
  requests: 'other',
  citations: 'input',
  pages: 'input',
  images: 'image_output',
  videoSeconds: 'video_output',
  characters: 'input',
  audioSeconds: 'audio_input',
}

const WRITES: readonly Meter[] = METERS.filter((meter) => meter.startsWith('cacheWrite'))

export function cardOf(basis: CardBasis): RateCard {
  const listed = new Map<Meter, Ratio>()
  for (const table of basis.rates) {
    for (const [meter, rate] of table ?? []) listed.set(meter, rate)
  }
  for (const variant of basis.variants) apply(variant, listed)
  const { left } = basis
  if (left !== undefined) {
    for (const [meter, rate] of listed) listed.set(meter, times(rate, left))
  }
  const { rates, lifetimesDiffer } = completed(listed)
  const divisor = divisorOf([...rates.values()])
  const multiplied = [...rates].map(([meter, rate]) => {
    return [meter, times(rate, { n: divisor, d: 1n })] as const
  })
  const decimals = Math.max(PICO, ...multiplied.map(([, rate]) => decimalsOf(rate)))
  const cardRates: Partial<Record<Meter, CardRate>> = {}
  for (const [meter, rate] of multiplied) {
    const units = toUnits(rate, decimals)
    const text = toText(settled(units, Number(divisor)), decimals)
    cardRates[meter] = { part: PARTS[meter], units, text }
  }
  return {
    decimals,
    divisor: Number(divisor),
    rates: cardRates,
    listed: new Set(listed.keys()),
    lifetimesDiffer,
    doubt: basis.doubt,
    priceId: basis.priceId,
    book: basis.book,
  }
}

function apply(variant: Variant, rates: Map<Meter, Ratio>): void {
  for (const [meter, rate] of variant.rates) rates.set(meter, rate)
  for (const [meters, factor] of variant.multiply) {
    for (const meter of meters) {
      const rate = rates.get(meter)
      if (rate !== undefined) rates.set(meter, times(rate, factor))
    }
  }
}

/**
 * The explicit rules for meters without a rate of their own: reasoning is billed as output; `cache_write` is for the
 * lifetimes that are not listed; a write of unknown lifetime is billed at the lowest rate listed, which is only a lower
 * bound where those rates differ.
 */
function completed(listed: Rates): {
  readonly rates: Rates
  readonly lifetimesDiffer: boolean
} {
  const rates = new Map(listed)
  const output = listed.get('output')
  if (output !== undefined && !listed.has('reasoning')) rates.set('reasoning', output)
  const writes = WRITES.flatMap((meter) => listed.get(meter) ?? [])
  const [first, ...others] = writes
  if (first === undefined) return { rates, lifetimesDiffer: false }
  const unlisted = listed.get('cacheWrite')
  for (const meter of WRITES) {
    if (unlisted !== undefined && !listed.has(meter)) rates.set(meter, unlisted)
  }
  const lowest = others.reduce((least, rate) => (below(rate, least) ? rate : least), first)
  rates.set('cacheWrite', lowest)
  return { rates, lifetimesDiffer: writes.some((rate) => below(lowest, rate)) }
}

function below(a: Ratio, b: Ratio): boolean {
  return a.n * b.d < b.n * a.d
}
