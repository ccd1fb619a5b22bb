/**
 * Exact money. A rate is a fraction of USD per billing unit; on a rate card all rates are whole numbers of one small
 * unit (10^-decimals USD, pico-USD unless a rate is finer; a part of it where a rate has no finite decimal form), so that a bill is integer arithmetic with one conversion
 * at its end.
 */

/** A fraction; the denominator is positive. */
export interface Ratio {
  readonly n: bigint
  readonly d: bigint
}

/** Whole units of 10^-decimals USD: a number while it is exact (below 2^53), a bigint beyond. */
export type Units = number | bigint

/** Pico-USD: $/1M tokens is exact to six decimals in it. */
export const PICO = 12
/** Finer than this a rate is rounded, half up: on a billion units that is at most a billionth of a dollar. */
const FINEST = 18

const DECIMAL = /^\d{1,15}(?:\.\d{1,15})?$/
const FRACTION = /^(\d{1,9})\/([1-9]\d{0,8})$/

/** A non-negative decimal such as `2.50`, or `undefined` where the text is not one. */
export function decimal(text: string): Ratio | undefined {
  if (!DECIMAL.test(text)) return undefined
  const [whole = '', fraction = ''] = text.split('.')
  return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) }
}

/** A decimal or a fraction of whole numbers such as `3/2`, or `undefined`. */
export function ratio(text: string): Ratio | undefined {
  const parts = FRACTION.exec(text)
  if (parts === null) return decimal(text)
  return { n: BigInt(parts[1] ?? ''), d: BigInt(parts[2] ?? '') }
}

export function times(a: Ratio, b: Ratio): Ratio {
  return { n: a.n * b.n, d: a.d * b.d }
}

/** How many decimals write the fraction exactly: at least pico, at most `FINEST`. */
export function decimalsOf(value: Ratio): number {
  let decimals = PICO
  while (decimals < FINEST && (value.n * 10n ** BigInt(decimals)) % value.d !== 0n) decimals += 1
  return decimals
}

const LARGEST_DIVISOR = 1_000_000n

/**
 * What fractions must be multiplied by to have a finite decimal form: $0.111 an hour is 0.0002775/9 a second. 1 where
 * that would be too much, which rounds them.
 */
export function divisorOf(values: readonly Ratio[]): bigint {
  let divisor = 1n
  for (const { n, d } of values) {
    let rest = d / gcd(n, d)
    for (const prime of [2n, 5n]) while (rest % prime === 0n) rest /= prime
    divisor *= rest / gcd(rest, divisor)
  }
  return divisor <= LARGEST_DIVISOR ? divisor : 1n
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b)
}

/** Units that were multiplied by the divisor, as they are; rounded half up where they don't divide. */
export function settled(units: Units, divisor: number): Units {
  if (divisor === 1) return units
  const [n, d] = [BigInt(units), BigInt(divisor)]
  return n < 0n ? -narrow((-n * 2n + d) / (d * 2n)) : narrow((n * 2n + d) / (d * 2n))
}

/** The fraction in units of 10^-decimals, rounded half up where it is finer than that. */
export function toUnits(value: Ratio, decimals: number): Units {
  const scaled = value.n * 10n ** BigInt(decimals)
  return narrow((scaled * 2n + value.d) / (value.d * 2n))
}

export function multiply(rate: Units, quantity: number): Units {
  if (typeof rate === 'number') {
    const product = rate * quantity
    if (Number.isSafeInteger(product)) return product
  }
  return BigInt(rate) * BigInt(quantity)
}

export function add(a: Units, b: Units): Units {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return BigInt(a) + BigInt(b)
}

export function subtract(a: Units, b: Units): Units {
  return add(a, -b)
}

/** USD as a number: the double nearest to the exact amount. */
export function toUsd(units: Units, decimals: number): number {
  // Both operands are exact doubles (10^18 too), so the division rounds once.
  return typeof units === 'number' ? units / scaleOf(decimals) : Number(toText(units, decimals))
}

/** USD as an exact decimal string without trailing zeros: `0.0025`. */
export function toText(units: Units, decimals: number): string {
  if (typeof units === 'bigint') return bigText(units, decimals)
  if (units < 0) return `-${toText(-units, decimals)}`
  const scale = scaleOf(decimals)
  const fraction = units % scale
  const whole = (units - fraction) / scale
  return fraction === 0
    ? String(whole)
    : `${whole}.${trimZeros(String(fraction).padStart(decimals, '0'))}`
}

/** `10 ** 12` as a constant: raising to a power took a third of the time of a bill (measured, Node 24). */
function scaleOf(decimals: number): number {
  return decimals === PICO ? 1e12 : 10 ** decimals
}

function bigText(units: bigint, decimals: number): string {
  if (units < 0n) return `-${bigText(-units, decimals)}`
  const scale = 10n ** BigInt(decimals)
  const fraction = units % scale
  if (fraction === 0n) return String(units / scale)
  return `${units / scale}.${trimZeros(String(fraction).padStart(decimals, '0'))}`
}

function trimZeros(digits: string): string {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 48) end -= 1
  return digits.slice(0, end)
}

function narrow(value: bigint): Units {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}
