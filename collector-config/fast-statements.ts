/**
 * The ordinary call in few statements: a name as the book has it, input, cached input and output, nothing that changes
 * the rate. A statement costs about 0.3 µs a span, so what these settle must not pass the others (measured, OTTL 0.161).
 * What they don't settle they leave as it is.
 */

import { PARTS } from '../instrumentation/pricing/card.ts'
import * as names from '../instrumentation/semconv.ts'
import { DATES, withoutDate } from './names.ts'
import { attribute as at, cache, either, element, every, float, literal, set } from './ottl.ts'
import type { Card } from './price-card.ts'
import type { PriceTable } from './price-table.ts'
import { hashIndex, hashIndexOf } from './table-literals.ts'
import { RARE_ATTRIBUTES } from './usage-statements.ts'

const input = at(names.ATTR_INPUT_TOKENS)
const output = at(names.ATTR_OUTPUT_TOKENS)
const read = at(names.ATTR_CACHE_READ_TOKENS)
const write = at(names.ATTR_CACHE_WRITE_TOKENS)
const tier = at(names.ATTR_OPENAI_SERVICE_TIER)
const key = cache('key')
const card = cache('card')
const plain = cache('plain')

/** More tokens than any prompt has. */
const NEVER = 1e15

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

/** For a name as the book has it, and then for one with a date. */
export function fastStatements(table: PriceTable): {
  readonly exact: readonly string[]
  readonly dated: readonly string[]
} {
  const provider = at(names.ATTR_PROVIDER_NAME)
  const model = `Coalesce([${at(names.ATTR_RESPONSE_MODEL)}, ${at(names.ATTR_REQUEST_MODEL)}])`
  const undated = cache('model')
  const size = slotCount(table)
  const keyOf = (name: string): string => set(key, `Concat([${provider}, "/", ${name}], "")`)
  const found = set(card, element(slots(table, size), hashIndex(key, size)))
  const uncached = `Double(${input}) - ${orZero(`Double(${read})`)}`
  const fits = every(
    `${card}["name"] == ${key}`,
    `${input} < ${card}["below"]`,
    either(`${read} == nil`, `${read} == 0`, `${card}["cacheRead"] != nil`),
  )
  return {
    exact: [keyOf(model), found, set(plain, uncached, fits), ...written(table.book)],
    dated: [
      set(undated, model),
      ...DATES.map((date) => `replace_pattern(${undated}, "${date}", "")`),
      keyOf(undated),
      found,
      set(plain, uncached, every(fits, `${card}["except"][${model}] == nil`)),
      ...written(table.book),
    ],
  }
}

/** Of what was found: parts, amount and verdict. */
function written(book: string): readonly string[] {
  const priced = `${plain} > 0.0`
  const usd = (quantity: string, rate: string): string =>
    `${quantity} * ${card}["${rate}"] / 1000000000000.0`
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
    ...Object.entries(constants).map(([name, value]) => set(at(name), literal(value), priced)),
    set(at(names.ATTR_PRICE_ID), `${card}["id"]`, priced),
  ]
}

function orZero(value: string): string {
  return `Coalesce([${value}, 0.0])`
}

/** What most applications call: no two names of these share a slot; of others the first in this order has it. */
const FIRST = [
  'openai',
  'anthropic',
  'gcp.gemini',
  'aws.bedrock',
  'azure.ai.openai',
  'gcp.vertex_ai',
]

/** Providers of FIRST whose every name has a slot. */
const ALL_OF = 3
const FEWEST_SLOTS = 4_096

function slotCount({ names: known, cards }: PriceTable): number {
  const wanted = [...known].flatMap(([name, index]) => {
    const provider = FIRST.indexOf(name.slice(0, name.indexOf('/')))
    return provider >= 0 && provider < ALL_OF && index > 0 && isPlain(cards[index]) ? [name] : []
  })
  for (let size = FEWEST_SLOTS; size < 4 * FEWEST_SLOTS; size += 1) {
    if (new Set(wanted.map((name) => hashIndexOf(name, size))).size === wanted.length) return size
  }
  return FEWEST_SLOTS
}

/** Cards of models that nothing but usage matters to, one a slot: of two names in a slot the second goes the long way. */
function slots({ names: known, cards }: PriceTable, size: number): string {
  const rank = (name: string): number => {
    const place = FIRST.indexOf(name.slice(0, name.indexOf('/')))
    return place === -1 ? FIRST.length : place
  }
  const placed = new Map<number, string>()
  const byRank = [...known.keys()].sort((a, b) => rank(a) - rank(b))
  for (const name of byRank) {
    const at = hashIndexOf(name, size)
    const index = known.get(name) ?? 0
    if (placed.has(at) || index < 0 || !isPlain(cards[index])) continue
    placed.set(at, name)
  }
  const texts = Array.from({ length: 2 * size - 1 }, () => '{}')
  const others = byRank.filter((name) => known.get(name) !== known.get(withoutDate(name)))
  for (const [at, name] of placed) {
    const except = others.filter((other) => withoutDate(other) === name)
    texts[at] = cardText(name, cards[known.get(name) ?? 0], except)
  }
  return `[\n${texts.join(',\n')}]`
}

function isPlain(one: Card | undefined): boolean {
  const { input, output, requests, reasoning } = one?.rates ?? {}
  const rated = input !== undefined && output !== undefined && reasoning === output
  return rated && requests === undefined && one?.doubt === undefined
}

/** @param except dated names of it that have prices of their own: from these no date must be taken off */
function cardText(name: string, one: Card | undefined, except: readonly string[]): string {
  const { input = 0, output = 0, cacheRead } = one?.rates ?? {}
  const fields = [
    `"name": ${literal(name)}`,
    `"below": ${one?.longFrom ?? NEVER}`,
    `"input": ${float(input)}`,
    ...(cacheRead === undefined ? [] : [`"cacheRead": ${float(cacheRead)}`]),
    `"output": ${float(output)}`,
    `"id": ${literal(one?.id ?? '')}`,
    ...(except.length === 0
      ? []
      : [`"except": {${except.map((other) => `${literal(modelOf(other))}: true`).join(', ')}}`]),
  ]
  return `{${fields.join(', ')}}`
}

function modelOf(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}
