/**
 * The tables as OTTL literals, an entry a line. A literal list is built once, when its statement is read. The Collector
 * reads each statement four times, at about 10 µs a token, and a single text of 300 kB takes it most of a
 * minute (measured, OTTL 0.161). So a table stands in one statement, and an entry is one short text.
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
  const { requests } = rates
  const more = Object.entries(rates).filter(([meter]) => !OWN_FIELDS.includes(meter))
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

/** Names that share a hash, one after the other: `0012|openai/gpt-4o=0345|openai/gpt-4=`. The number stands before the name. */
interface NameTable {
  /** OTTL: the list of texts. */
  readonly list: string
  /** OTTL: the index in it of the name that has this hash key. */
  readonly indexOf: (hashKey: string) => string
}

/** Longer than any index, its sign included. */
const DIGITS = 5
const HASHES = 2n ** 63n

/**
 * @param hashKey what of a name is hashed: names that differ in the rest only share a text
 * @param size texts of either sign of the hash
 */
export function nameTable(
  names: ReadonlyMap<string, number>,
  hashKey: (name: string) => string,
  size: number,
): NameTable {
  const divisor = HASHES / BigInt(size)
  const texts = Array.from({ length: 2 * size }, () => '')
  for (const [name, index] of names) {
    const at = Number(fnv(hashKey(name)) / divisor) + size
    texts[at] = `${texts[at] ?? ''}${padded(index)}${searched(name)}`
  }
  return {
    list: textList(texts),
    indexOf: (key) => `FNV(${key}) / ${divisor} + ${size}`,
  }
}

function padded(index: number): string {
  const digits = String(Math.abs(index))
  return index < 0 ? `-${digits.padStart(DIGITS - 1, '0')}` : digits.padStart(DIGITS, '0')
}

/** How a name stands in a text; its end is marked, or it would be found in a longer one. */
function searched(name: string): string {
  return `|${name}=`
}

/** OTTL: the number before what was found. */
export function numberBefore(text: string, place: string): string {
  return `Int(Substring(${text}, ${place} - ${DIGITS}, ${DIGITS}))`
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
