/** The statements of `transform/price`: the engine's steps, in its order, over the tables of `price-table.ts`. */

import * as names from '../instrumentation/semconv.ts'
import { contextStatements } from './context-statements.ts'
import { fastStatements, ORDINARY_CALL } from './fast-statements.ts'
import { LOOKED_UP, lookedUp, modelStatements } from './model-statements.ts'
import type { StatementGroup } from './normalise-statements.ts'
import { attribute as at, cache, either, element, every, literal, set, when } from './ottl.ts'
import type { PriceTable } from './price-table.ts'
import { CARD, cardText, LONG_SEPARATOR, SEPARATOR, textList } from './table-literals.ts'
import { partStatements, quantityStatements } from './usage-statements.ts'

const input = at(names.ATTR_INPUT_TOKENS)
const output = at(names.ATTR_OUTPUT_TOKENS)
const operation = at(names.ATTR_OPERATION_NAME)
const status = at(names.ATTR_COST_STATUS)
const reason = at(names.ATTR_COST_REASON)
const requestModel = at(names.ATTR_REQUEST_MODEL)
const responseModel = at(names.ATTR_RESPONSE_MODEL)
const amount = at(names.ATTR_COST_AMOUNT)
const why = cache('why')

/** Operations that send a prompt to a model; agents and workflows repeat the usage of their calls. */
const INFERENCE = ['chat', 'generate_content', 'text_completion', 'embeddings']

/** A call that bears no verdict and no amount of anybody's. */
const UNPRICED_CALL = every(
  // Most spans are no calls: what answers for them comes first.
  `${operation} != nil`,
  `${status} == nil`,
  `${amount} == nil`,
  either(...INFERENCE.map((name) => `${operation} == ${literal(name)}`)),
)

/** What the model that answered did not tell, the model that was asked for may. */
const ASK_AGAIN = every(
  `${lookedUp('index')} == nil`,
  `${lookedUp('why')} == nil`,
  `${responseModel} != nil`,
  `${requestModel} != nil`,
  `${requestModel} != ${responseModel}`,
)

/** Each for the calls that those before it left open. */
export function priceGroups(table: PriceTable): readonly StatementGroup[] {
  return [
    { condition: every(UNPRICED_CALL, ORDINARY_CALL), statements: fastStatements(table) },
    {
      condition: UNPRICED_CALL,
      statements: modelStatements(table, `Coalesce([${responseModel}, ${requestModel}])`),
    },
    {
      condition: every(UNPRICED_CALL, ASK_AGAIN),
      statements: modelStatements(table, requestModel),
    },
    { condition: UNPRICED_CALL, statements: priceStatements(table) },
  ]
}

/** A field of the rate card that holds. */
function card(field: keyof typeof CARD): string {
  return `${cache('card')}[${CARD[field]}]`
}

function priceStatements(table: PriceTable): readonly string[] {
  const found = `${cache('card')} != nil`
  const cards = textList(table.cards.map((one) => cardText(one)))
  return [
    `merge_maps(span.cache, ${at(LOOKED_UP)}, "upsert")`,
    ...usageProblems(),
    set(why, '"model_missing"', every(`${why} == nil`, `${cache('model')} == nil`)),
    set(why, '"unknown_model"', every(`${why} == nil`, `${cache('index')} == nil`)),
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
    ...verdict(table),
    `delete_key(span.attributes, ${literal(LOOKED_UP)})`,
  ]
}

/** What is no whole number is no count. */
function usageProblems(): readonly string[] {
  const none = every(`not IsInt(${input})`, `not IsInt(${output})`)
  const failed = either(
    'span.status.code == STATUS_CODE_ERROR',
    `${at(names.ATTR_ERROR_TYPE)} != nil`,
  )
  return [set(why, '"usage_missing"', none), set(why, '"call_failed"', every(none, failed))]
}

function verdict({ book, doubts }: PriceTable): readonly string[] {
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
    set(low, element(literal(doubts), cache('doubt')), `${cache('doubt')} != nil`),
    set(low, '"usage_incomplete"', incomplete),
    when(merge(priced), `${why} == nil`),
    set(at(names.ATTR_PRICE_ID), card('id'), `${why} == nil`),
    set(status, '"partial"', every(`${why} == nil`, `${low} != nil`)),
    set(reason, low, every(`${why} == nil`, `${low} != nil`)),
    when(merge(unpriced), `${why} != nil`),
    set(reason, why, `${why} != nil`),
  ]
}
