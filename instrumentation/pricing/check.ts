/** Reading values of a price file: each reader returns what it promises or throws, saying where and what is allowed. */

import { isObject } from '../core/unknown.ts'
import { decimal, ratio, type Ratio } from './money.ts'

/** A mistake in a price file: one line that names file, place, what is wrong and what is allowed. */
export class PriceBookError extends Error {
  override readonly name = 'PriceBookError'
  /** The file, or the name the source was given. */
  readonly book: string
  /** Keys from the top of the file to the mistake; empty where the file as a whole can't be read. */
  readonly path: readonly (string | number)[]
  /** What is wrong and what is allowed, without the place. */
  readonly problem: string
  constructor(book: string, path: readonly (string | number)[], problem: string) {
    super([book, path.join('.'), problem].filter((part) => part !== '').join(': '))
    this.book = book
    this.path = path
    this.problem = problem
  }
}

/** A value of a price file and where it stands. */
export interface Place {
  readonly book: string
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

export function fail(place: Place, problem: string): never {
  throw new PriceBookError(place.book, place.path, problem)
}

export function inside(place: Place, key: string | number, value: unknown): Place {
  return { book: place.book, path: [...place.path, key], value }
}

/** The entries of a map; none where the value is absent. */
export function entries(place: Place): readonly (readonly [string, Place])[] {
  const { value } = place
  if (value === undefined) return []
  if (!isObject(value)) fail(place, `${shown(value)} is not allowed; allowed: a map`)
  return Object.entries(value).map(([key, item]) => [key, inside(place, key, item)] as const)
}

/** The elements of a list; a single value is a list of one. */
export function elements(place: Place): readonly Place[] {
  const { value } = place
  if (value === undefined) return []
  if (!Array.isArray(value)) return [place]
  return value.map((item: unknown, index) => inside(place, index, item))
}

/** The entries of a map that may have only the given keys. */
export function fields<K extends string>(
  place: Place,
  allowed: readonly K[],
): Readonly<Partial<Record<K, Place>>> {
  const found: Partial<Record<K, Place>> = {}
  for (const [key, item] of entries(place)) {
    const known = allowed.find((name) => name === key)
    if (known === undefined) {
      fail(item, `no such key; allowed: ${allowed.join(', ')}`)
    }
    found[known] = item
  }
  return found
}

export function word(place: Place): string {
  const { value } = place
  if (typeof value !== 'string' || value === '') {
    fail(place, `${shown(value)} is not allowed; allowed: a text`)
  }
  return value
}

export function oneOf<T extends string>(place: Place, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === place.value)
  if (found === undefined) {
    fail(place, `${shown(place.value)} is not allowed; allowed: ${allowed.join(', ')}`)
  }
  return found
}

/** A rate in USD. */
export function amount(place: Place): Ratio {
  const found = decimal(written(place.value))
  if (found === undefined) {
    fail(
      place,
      `${shown(place.value)} is not allowed; allowed: USD as a plain decimal, not negative, such as '2.50'`,
    )
  }
  return found
}

export function factor(place: Place): Ratio {
  const found = ratio(written(place.value))
  if (found === undefined) {
    fail(
      place,
      `${shown(place.value)} is not allowed; allowed: a decimal or a fraction, such as 1.1 or 3/2`,
    )
  }
  return found
}

/** What is left of a price after a discount of so many percent. */
export function afterPercent(place: Place): Ratio {
  const off = decimal(written(place.value))
  if (off === undefined || off.n > off.d * 100n) {
    fail(
      place,
      `${shown(place.value)} is not allowed; allowed: percent from 0 to 100, such as 12.5`,
    )
  }
  return { n: off.d * 100n - off.n, d: off.d * 100n }
}

/** A whole number of tokens. */
export function tokens(place: Place): number {
  const { value } = place
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    fail(place, `${shown(value)} is not allowed; allowed: a whole number of tokens`)
  }
  return value
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/

/** Epoch milliseconds of `2026-08-21` (its start, UTC) or `2026-08-16T16:00:00Z`. */
export function instant(place: Place): number {
  const text = place.value
  const at =
    typeof text === 'string' && (DAY.test(text) || INSTANT.test(text)) ? Date.parse(text) : NaN
  // Date.parse carries 30 February over into March.
  const carried =
    typeof text === 'string' && DAY.test(text) && Number.isFinite(at)
      ? !new Date(at).toISOString().startsWith(text)
      : false
  if (!Number.isFinite(at) || carried) {
    fail(
      place,
      `${shown(text)} is not allowed; allowed: a day (2026-08-21) or an instant with its zone (2026-08-16T16:00:00Z)`,
    )
  }
  return at
}

/** YAML reads an unquoted 2.50 as a number; its shortest form is the decimal that was written. */
function written(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : ''
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map'
}
