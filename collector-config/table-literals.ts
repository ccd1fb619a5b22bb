/**
 * The tables as OTTL literals, an entry a line. A literal list is built once, when its statement is read; long maps and
 * long texts take the parser seconds (measured, OTTL 0.161), so an entry is one short text.
 */

import type { PriceBook } from '../instrumentation/pricing/book.ts'
import { literal, type LiteralMap } from './ottl.ts'
import type { Card } from './price-card.ts'

/** What a card's text holds, in this order. Rates are 10⁻¹² USD per unit; what there is none of is empty. */
export const CARD = {
  reason: 0,
  id: 1,
  input: 2,
  cacheRead: 3,
  cacheWrite: 4,
  output: 5,
  /** Rates that few calls need: a JSON object by meter. */
  more: 6,
  /** What few cards have: a JSON object. */
  special: 7,
  /** The prompt from which `long` holds, tokens. */
  longFrom: 8,
  /** Another card, with another separator. */
  long: 9,
} as const
export const SEPARATOR = '|'
export const LONG_SEPARATOR = '~'

const OWN_FIELDS: readonly string[] = ['input', 'cacheRead', 'cacheWrite', 'output']

export function cardText(card: Card, separator: string = SEPARATOR): string {
  const rates = { ...card.rates }
  // Billed as output unless it has a rate of its own.
  if (rates['reasoning'] === rates['output']) delete rates['reasoning']
  const { requests, ...others } = rates
  const more = Object.entries(others).filter(([meter]) => !OWN_FIELDS.includes(meter))
  const special = {
    ...(requests === undefined ? {} : { requests }),
    ...(rates['reasoning'] === undefined ? {} : { thinks: true }),
    ...(card.doubt === undefined ? {} : { doubt: card.doubt }),
    ...(card.lifetimesDiffer === true ? { lifetimes: true } : {}),
  }
  const fields = [
    card.reason ?? '',
    card.id ?? '',
    ...OWN_FIELDS.map((meter) => rates[meter] ?? ''),
    more.length === 0 ? '' : JSON.stringify(Object.fromEntries(more)),
    Object.keys(special).length === 0 ? '' : JSON.stringify(special),
    card.longFrom ?? '',
    card.long === undefined ? '' : cardText(card.long, LONG_SEPARATOR),
  ]
  return fields.join(separator)
}

export function textList(texts: readonly string[]): string {
  return `[\n${texts.map(literal).join(',\n')}]`
}

/** Buckets of a hash table: few enough to be read fast, so many that a bucket holds one name or two. */
export const BUCKETS = 1_024
/** The index of a name's bucket, as OTTL computes it: its remainder has the sign of what is divided. */
export function hashIndex(key: string, size: number): string {
  return `FNV(${key}) - FNV(${key}) / ${size} * ${size} + ${size - 1}`
}

/** The same, here. */
export function hashIndexOf(name: string, size: number): number {
  return Number(fnv(name) % BigInt(size)) + size - 1
}

export function nameBuckets(names: ReadonlyMap<string, number>): string {
  const buckets: string[][] = Array.from({ length: 2 * BUCKETS - 1 }, () => [])
  for (const [name, index] of names) {
    buckets[hashIndexOf(name, BUCKETS)]?.push(`${literal(name)}: ${index}`)
  }
  return `[\n${buckets.map((entries) => `{${entries.join(', ')}}`).join(',\n')}]`
}

/** FNV-1a, 64 bits, as OTTL's `FNV` yields it: signed. */
function fnv(text: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return BigInt.asIntN(64, hash)
}

/** Other spellings of providers' names, to the book's. */
export function providerNames({ layers }: PriceBook): LiteralMap {
  return Object.fromEntries(layers.flatMap((layer) => [...layer.providerNames]))
}
