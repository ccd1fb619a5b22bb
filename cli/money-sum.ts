/** Exact sums of amounts, in units of 10^-18 USD: finer than any rate of the price book. */

import { toPico } from '../local/store/money.ts'

const DECIMALS = 18
const ATTO_PER_PICO = 1_000_000n

/** @param exact a decimal such as `0.0025`, as prices state it; or the number of one that was stored */
export function toAtto(exact: string | number): bigint {
  // As the store rounds it, so that the sums of all commands agree to the last digit.
  if (typeof exact === 'number') return toPico(exact) * ATTO_PER_PICO
  const negative = exact.startsWith('-')
  const [whole = '', fraction = ''] = (negative ? exact.slice(1) : exact).split('.')
  const units = BigInt(whole + fraction.padEnd(DECIMALS, '0').slice(0, DECIMALS))
  return negative ? -units : units
}

/** USD as an exact decimal without trailing zeros. */
export function attoText(units: bigint): string {
  if (units < 0n) return `-${attoText(-units)}`
  const digits = String(units).padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  return digits.slice(0, -DECIMALS) + (fraction === '' ? '' : `.${fraction}`)
}
