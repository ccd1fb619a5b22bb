/**
 * The ordinary call in few statements: a name as the book has it, input, cached input and output, nothing that changes
 * the rate. A statement costs about 0.3 µs a span, so what these settle must not pass the others (measured, OTTL 0.161).
 * What they don't settle they leave as it is.
 */

import { PARTS } from '../instrumentation/pricing/card.ts'
import * as names from '../instrumentation/semconv.ts'
import { DATES } from './names.ts'
import { attribute as at, cache, either, element, every, literal, set, when } from './ottl.ts'
import type { Card } from './price-card.ts'
import type { PriceTable } from './price-table.ts'
import { nameTable, numberBefore, textList } from './table-literals.ts'
import { RARE_ATTRIBUTES } from './usage-statements.ts'

const input = at(names.ATTR_INPUT_TOKENS)
const output = at(names.ATTR_OUTPUT_TOKENS)
const read = at(names.ATTR_CACHE_READ_TOKENS)
const write = at(names.ATTR_CACHE_WRITE_TOKENS)
const tier = at(names.ATTR_OPENAI_SERVICE_TIER)
const key = cache('key')
const found = cache('found')
const place = cache('place')
const card = cache('card')
const plain = cache('plain')

export const ORDINARY_CALL = every(
  `IsInt(${input})`,
  `IsInt(${output})`,
  either(`${read} == nil`, `IsInt(${read})`),
  either(`${write} == nil`, `${write} == 0`),
  either(`${tier} == nil`, `${tier} == "default"`),
  `${at(names.ATTR_ANTHROPIC_SERVICE_TIER)} == nil`,
  // Whoever says what only costspan's vocabulary can say says this too: one question instead of 27.
  `${at(names.ATTR_CALL_END)} == nil`,
  ...RARE_ATTRIBUTES.filter((name) => !name.startsWith('costspan.')).map(
    (name) => `${at(name)} == nil`,
  ),
)

/** Where in a fast card's text which number stands, each of WIDTH characters; the id is what follows. */
const WIDTH = 20
const FIELDS = { below: 0, input: WIDTH, cacheRead: 2 * WIDTH, output: 3 * WIDTH } as const
const ID = 4 * WIDTH
/** More tokens than any prompt has. */
const NEVER = 1e15
const NONE = '-'
/** A name whose price depends on more than its usage: no prompt is below its limit. */
const NOT_FAST = fastText(0, 0, 0, 0)
const TEXTS = 512

export function fastStatements({ names: known, cards, book }: PriceTable): readonly string[] {
  const texts = [NOT_FAST]
  const written = new Map([[NOT_FAST, 0]])
  const indices = new Map<string, number>()
  for (const [name, index] of known) {
    const text = textOf(index < 0 ? undefined : cards[index])
    const place = written.get(text) ?? texts.push(text) - 1
    written.set(text, place)
    indices.set(name, place)
  }
  const table = nameTable(indices, beforeYear, TEXTS)
  const model = `Coalesce([${at(names.ATTR_RESPONSE_MODEL)}, ${at(names.ATTR_REQUEST_MODEL)}])`
  const undated = `Split(${key}, "${YEAR}")`
  const ended = (name: string): string => `Concat([${name}, "="], "")`
  return [
    set(key, `Concat(["|", ${at(names.ATTR_PROVIDER_NAME)}, "/", ${model}], "")`),
    set(found, element(table.list, table.indexOf(`${undated}[0]`))),
    set(place, `Index(${found}, ${ended(key)})`),
    set(
      place,
      `Index(${found}, ${ended(`${undated}[0]`)})`,
      // The date is all that follows the name.
      every(`${place} < 0`, `IsMatch(${key}, "${DATES[0]}")`, `Len(${undated}) == 2`),
    ),
    set(card, element(textList(texts), numberBefore(found, place)), `${place} > 0`),
    set(plain, `Double(${input}) - ${orZero(`Double(${read})`)}`, fits),
    ...settled(book),
  ]
}

/** With a date or without: a name's text is the same. */
const YEAR = '-20'
function beforeYear(name: string): string {
  return `|${name.split(YEAR, 1)[0]}`
}

function textOf(one: Card | undefined): string {
  if (one === undefined || !isPlain(one)) return NOT_FAST
  const { input = 0, output = 0, cacheRead = NONE } = one.rates ?? {}
  return fastText(one.longFrom ?? NEVER, input, cacheRead, output) + (one.id ?? '')
}

function fastText(...fields: readonly (number | string)[]): string {
  return fields.map((field) => String(field).padStart(WIDTH, field === NONE ? NONE : '0')).join('')
}

/** Nothing but usage matters to its price, and no usage has to be looked for. */
function isPlain(one: Card): boolean {
  const { input, output, requests, reasoning } = one.rates ?? {}
  const rated = input !== undefined && output !== undefined && reasoning === output
  return rated && requests === undefined && one.doubt === undefined
}

function number(field: keyof typeof FIELDS): string {
  return `Double(Substring(${card}, ${FIELDS[field]}, ${WIDTH}))`
}

const fits = every(
  `${card} != nil`,
  `${input} < ${number('below')}`,
  either(
    `${read} == nil`,
    `${read} == 0`,
    `Substring(${card}, ${FIELDS.cacheRead}, 1) != "${NONE}"`,
  ),
)

/** Of what was found: parts, amount and verdict. */
function settled(book: string): readonly string[] {
  const priced = `${plain} > 0.0`
  const usd = (quantity: string, field: keyof typeof FIELDS): string =>
    `${quantity} * ${number(field)} / 1000000000000.0`
  const part = (meter: 'input' | 'cacheRead' | 'output'): string =>
    at(names.PREFIX_COST_PART + PARTS[meter])
  const constants = {
    [names.ATTR_COST_CURRENCY]: 'USD',
    [names.ATTR_COST_SOURCE]: 'local',
    [names.ATTR_COST_STATUS]: 'priced',
    [names.ATTR_COST_BY]: 'collector',
    [names.ATTR_PRICE_BOOK]: book,
  }
  return [
    set(part('input'), usd(plain, 'input'), priced),
    set(part('cacheRead'), usd(`Double(${read})`, 'cacheRead'), every(`${read} > 0`, priced)),
    set(part('output'), usd(`Double(${output})`, 'output'), every(`${output} > 0`, priced)),
    set(
      at(names.ATTR_COST_AMOUNT),
      [part('input'), orZero(part('cacheRead')), orZero(part('output'))].join(' + '),
      priced,
    ),
    when(`merge_maps(span.attributes, ${literal(constants)}, "upsert")`, priced),
    set(at(names.ATTR_PRICE_ID), `Substring(${card}, ${ID}, Len(${card}) - ${ID})`, priced),
  ]
}

function orZero(value: string): string {
  return `Coalesce([${value}, 0.0])`
}
