/** Exact arithmetic of the accounts: whole pico-dollars (1e-12 USD). */

import { toText } from '../../instrumentation/pricing/money.ts'

/** To the nearest whole, halves away from zero. */
export function divided(amount: bigint, by: bigint): bigint {
  const twice = 2n * (amount < 0n ? -amount : amount)
  const size = by < 0n ? -by : by
  const whole = (twice + size) / (2n * size)
  return amount < 0n !== by < 0n ? -whole : whole
}

/**
 * The same amounts, adding up to `total`: what rounding left over is put into the largest, and so is what is no more
 * than `dust`; anything beyond stays `remainder`.
 */
export function settled<Name extends string>(
  amounts: ReadonlyMap<Name, bigint>,
  total: bigint,
  dust: number,
): ReadonlyMap<Name | 'remainder', bigint> {
  const size = (pico: bigint): bigint => (pico < 0n ? -pico : pico)
  const kept = [...amounts].filter(([, pico]) => size(pico) > BigInt(dust))
  const left = total - kept.reduce((sum, [, pico]) => sum + pico, 0n)
  kept.sort(([, x], [, y]) => (size(x) === size(y) ? 0 : size(x) > size(y) ? -1 : 1))
  const [largest] = kept
  if (left === 0n) return new Map(kept)
  // With no cause at all the change itself is dust: it is said, not hidden.
  if (largest === undefined) return new Map<Name | 'remainder', bigint>([['remainder', left]])
  return new Map<Name | 'remainder', bigint>([[largest[0], largest[1] + left], ...kept.slice(1)])
}

/** An exact decimal, `-0.0123`. */
export const exactText = (pico: bigint): string => toText(pico, 12)

export const usdOfPico = (pico: bigint): number => Number(exactText(pico))
