/** What a difference in one class of tokens, of one kind of call, comes to: more tokens, less cache, models, prices. */

import { divided } from './pico.ts'
import { tally, totalOf, type Tally } from './tally.ts'

interface ClassTotal {
  readonly tokens: bigint
  /** 1e-12 USD, as if nothing had been cached. */
  readonly full: bigint
  /** 1e-12 USD. */
  readonly paid: bigint
}

interface ClassTally {
  readonly tokens: Tally
  readonly full: Tally
  readonly paid: Tally
}

export type ByModel = Map<string, ClassTally>

export const classTally = (): ClassTally => ({ tokens: tally(), full: tally(), paid: tally() })

interface ClassEffect {
  readonly tokens: bigint
  readonly cache: bigint
  readonly model: bigint
  readonly price: bigint
}

const NOTHING: ClassEffect = { tokens: 0n, cache: 0n, model: 0n, price: 0n }

/** Together B's paid less A's paid times `units.b / units.a`, to the pico-dollar. */
export function classEffect(
  inA: ByModel,
  inB: ByModel,
  units: { readonly a: bigint; readonly b: bigint },
): ClassEffect {
  const [a, b] = [sumOf(inA), sumOf(inB)]
  const was = divided(units.b * a.paid, units.a)
  const change = b.paid - was
  if (a.tokens === 0n || b.tokens === 0n) return { ...NOTHING, tokens: change }
  // A's tokens a unit, in as many units as B has, at what B paid a token.
  const tokens = b.paid - divided(units.b * a.tokens * b.paid, units.a * b.tokens)
  // What was paid of the uncached amount. Where that is nothing the cache saved nothing.
  const shareA = a.full === 0n ? { paid: 1n, full: 1n } : a
  const uncachedAtA = divided(
    units.b * a.tokens * b.full * shareA.paid,
    units.a * b.tokens * shareA.full,
  )
  const cache = b.paid - tokens - uncachedAtA
  const rates = change - tokens - cache
  if (!isMixed(inA, inB)) return { tokens, cache, price: rates, model: 0n }
  const price = samePrice(inA, inB, shareA, units)
  return { tokens, cache, price, model: rates - price }
}

/** A's tokens at B's rates of the same model less what they cost; models that only one side has are left out. */
function samePrice(
  inA: ByModel,
  inB: ByModel,
  share: { readonly paid: bigint; readonly full: bigint },
  units: { readonly a: bigint; readonly b: bigint },
): bigint {
  let sum = 0n
  for (const model of inA.keys()) {
    const [a, b] = [totalsOf(inA.get(model)), totalsOf(inB.get(model))]
    if (b.tokens === 0n) continue
    const dearer = a.tokens * b.full - a.full * b.tokens
    sum += divided(units.b * dearer * share.paid, units.a * b.tokens * share.full)
  }
  return sum
}

/** One model on both sides leaves no mix. */
function isMixed(inA: ByModel, inB: ByModel): boolean {
  return inA.size > 1 || inB.size > 1 || [...inA.keys()].some((model) => !inB.has(model))
}

function sumOf(totals: ByModel): ClassTotal {
  const sum = { tokens: 0n, full: 0n, paid: 0n }
  for (const each of totals.values()) {
    const { tokens, full, paid } = totalsOf(each)
    sum.tokens += tokens
    sum.full += full
    sum.paid += paid
  }
  return sum
}

function totalsOf(each: ClassTally | undefined): ClassTotal {
  if (each === undefined) return { tokens: 0n, full: 0n, paid: 0n }
  return { tokens: totalOf(each.tokens), full: totalOf(each.full), paid: totalOf(each.paid) }
}
