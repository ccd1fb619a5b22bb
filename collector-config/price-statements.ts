/** The statements of `transform/price`: the engine's steps, in its order, over the tables of `price-table.ts`. */

import * as names from '../instrumentation/semconv.ts'
import { contextStatements } from './context-statements.ts'
import { modelStatements } from './model-statements.ts'
import { attribute as at, cache, either, element, every, literal, set, when } from './ottl.ts'
import type { PriceTable } from './price-table.ts'
import { CARD, cardText, LONG_SEPARATOR, SEPARATOR, textList } from './table-literals.ts'
import { partStatements, quantityStatements } from './usage-statements.ts'

const input = at(names.ATTR_INPUT_TOKENS)
const output = at(names.ATTR_OUTPUT_TOKENS)
const operation = at(names.ATTR_OPERATION_NAME)
const status = at(names.ATTR_COST_STATUS)
const reason = at(names.ATTR_COST_REASON)
const by = at(names.ATTR_COST_BY)
const requestModel = at(names.ATTR_REQUEST_MODEL)
const responseModel = at(names.ATTR_RESPONSE_MODEL)
const amount = at(names.ATTR_COST_AMOUNT)
const why = cache('why')

/** Operations that send a prompt to a model; agents and workflows repeat the usage of their calls. */
const INFERENCE = ['chat', 'generate_content', 'text_completion', 'embeddings']

/** A call that bears no verdict and no amount of anybody's. */
export const UNPRICED_CALL = every(
  `${status} == nil`,
  `${amount} == nil`,
  either(...INFERENCE.map((name) => `${operation} == ${literal(name)}`)),
)

/** What the model that answered did not tell, the model that was asked for may. */
export const ASK_AGAIN = every(
  `${reason} == "unknown_model"`,
  `${by} == "collector"`,
  `${responseModel} != nil`,
  `${requestModel} != nil`,
  `${requestModel} != ${responseModel}`,
)

/** A field of the rate card that holds. */
function card(field: keyof typeof CARD): string {
  return `${cache('card')}[${CARD[field]}]`
}

export function priceStatements(table: PriceTable): readonly string[] {
  const found = `${cache('card')} != nil`
  const cards = textList(table.cards.map((one) => cardText(one)))
  return [
    ...usageProblems(),
    ...modelStatements(table),
    ...contextStatements(table),
    set(
      cache('card'),
      `Split(${element(cards, cache('index'))}, "${SEPARATOR}")`,
      `${cache('index')} != nil`,
    ),
    set(
      cache('long'),
      `Split(${card('long')}, "${LONG_SEPARATOR}")`,
      every(found, `${card('longFrom')} != ""`, `${input} >= Double(${card('longFrom')})`),
    ),
    set(cache('card'), cache('long'), `${cache('long')} != nil`),
    set(why, card('reason'), every(`${why} == nil`, `${card('reason')} != ""`)),
    set(
      cache('special'),
      `ParseJSON(${card('special')})`,
      every(`${why} == nil`, `${card('special')} != ""`),
    ),
    ...quantityStatements(),
    ...partStatements(),
    ...verdict(table.book),
  ]
}

/** What is no whole number is no count. */
function usageProblems(): readonly string[] {
  const none = every(`not IsInt(${input})`, `not IsInt(${output})`)
  const failed = either(
    'span.status.code == STATUS_CODE_ERROR',
    `${at(names.ATTR_ERROR_TYPE)} != nil`,
  )
  return [
    set(why, '"usage_missing"', none),
    set(why, '"call_failed"', every(`${why} != nil`, failed)),
  ]
}

function verdict(book: string): readonly string[] {
  const low = cache('low')
  const doubt = cache('special', 'doubt')
  const common = { [names.ATTR_COST_BY]: 'collector', [names.ATTR_PRICE_BOOK]: book }
  const priced = literal({
    [names.ATTR_COST_CURRENCY]: 'USD',
    [names.ATTR_COST_SOURCE]: 'local',
    [names.ATTR_COST_STATUS]: 'priced',
    ...common,
  })
  const unpriced = literal({ [names.ATTR_COST_STATUS]: 'unpriced', ...common })
  const incomplete = either(
    `not IsInt(${input})`,
    every(`not IsInt(${output})`, `${operation} != "embeddings"`),
  )
  const merge = (map: string): string => `merge_maps(span.attributes, ${map}, "upsert")`
  return [
    set(
      why,
      '"rate_missing"',
      every(`${why} == nil`, `${low} == "rate_missing"`, `${amount} == nil`),
    ),
    set(amount, '0.0', every(`${why} == nil`, `${amount} == nil`)),
    set(low, doubt, `${doubt} != nil`),
    set(low, '"usage_incomplete"', incomplete),
    when(merge(priced), `${why} == nil`),
    set(at(names.ATTR_PRICE_ID), card('id'), `${why} == nil`),
    when(
      `delete_key(span.attributes, ${literal(names.ATTR_COST_REASON)})`,
      every(`${why} == nil`, `${reason} != nil`),
    ),
    set(status, '"partial"', every(`${why} == nil`, `${low} != nil`)),
    set(reason, low, every(`${why} == nil`, `${low} != nil`)),
    when(merge(unpriced), `${why} != nil`),
    set(reason, why, `${why} != nil`),
  ]
}
