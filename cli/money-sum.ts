/** Exact sums of amounts, in units of 10^-18 USD: as fine as the finest rate of a price book. */

import { decimal, toText, toUnits } from '../instrumentation/pricing/money.ts'
import { toPico } from '../local/store/money.ts'

const DECIMALS = 18
const ATTO_PER_PICO = 1_000_000n

/**
 * @param exact a decimal such as `0.0025`, as prices state it; or the number of one that was stored, rounded as the store
 * rounds it, so that the sums of all commands agree to the last digit
 */
export function toAtto(exact: string | number): bigint {
  if (typeof exact === 'number') return toPico(exact) * ATTO_PER_PICO
  const amount = decimal(exact)
  return amount === undefined ? 0n : BigInt(toUnits(amount, DECIMALS))
}

/** USD as an exact decimal without trailing zeros. */
export function attoText(units: bigint): string {
  return toText(units, DECIMALS)
}
