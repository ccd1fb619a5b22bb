/**
 * Money in the store: whole pico-dollars (1e-12 USD), so that sums have no rounding of their own. Every published
 * rate is a whole number of pico-dollars a token. A sum is read as whole micro-dollars plus a rest, because a sum of
 * pico-dollars passes 2^53 at 9,007 USD and SQLite's integers at 9.2 million.
 */

import { toText } from '../../instrumentation/pricing/money.ts'

const PICO = 1e12
const PICO_PER_MICRO = 1_000_000

/** `usd` must be finite and below 9 million. */
export function toPico(usd: number): bigint {
  return BigInt(Math.round(usd * PICO))
}

/** Of the parts of a call, which are kept as JSON: SQL for the pico-dollars of one of them. */
export const PARTS_PICO = 'CAST(ROUND(json_each.value * 1e12) AS INTEGER)'

export interface Money {
  readonly usd: number
  /** The same as a decimal string, without rounding. */
  readonly usdExact: string
}

/** Two SQL columns, `NAME_micro` and `NAME_rest`, which `readMoney` puts together. */
export function moneySum(name: string, where = '1', column = 'usd_pico'): string {
  const part = (expression: string): string =>
    `COALESCE(SUM(${expression}) FILTER (WHERE ${where}), 0)`
  const micro = part(`${column} / ${PICO_PER_MICRO}`)
  const rest = part(`${column} % ${PICO_PER_MICRO}`)
  return `${micro} AS ${name}_micro, ${rest} AS ${name}_rest`
}

export function readMoney(row: Readonly<Record<string, unknown>>, name: string): Money {
  return moneyOf(readPico(row, name))
}

export function readPico(row: Readonly<Record<string, unknown>>, name: string): bigint {
  const micro = BigInt(Number(row[`${name}_micro`] ?? 0))
  return micro * BigInt(PICO_PER_MICRO) + BigInt(Number(row[`${name}_rest`] ?? 0))
}

export function moneyOf(pico: bigint): Money {
  const usdExact = toText(pico, 12)
  return { usd: Number(usdExact), usdExact }
}
