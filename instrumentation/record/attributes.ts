/** Call + Cost as span attributes. */

import type { Attribution } from '../core/attribution.ts'
import type { Call, CallRequest, ContextSizes, PriceContext } from '../core/call.ts'
import { COST_PARTS, type Cost, type CostPart } from '../core/cost.ts'
import { inputTokens, tokenTotals, type Usage } from '../core/usage.ts'
import * as names from '../semconv.ts'
import { put, type AttributeSink } from './attribute-list.ts'

/** Each function adds to `target`, and only what is known. */
type Target = AttributeSink

/** What is known when a call starts: samplers see these. */
export function putRequest<T extends Target>(target: T, request: CallRequest): T {
  put(target, names.ATTR_OPERATION_NAME, request.operation)
  put(target, names.ATTR_PROVIDER_NAME, request.provider)
  put(target, names.ATTR_SERVER_ADDRESS, request.serverAddress)
  put(target, names.ATTR_SERVER_PORT, request.serverPort)
  put(target, names.ATTR_REQUEST_MODEL, request.model)
  if (request.stream) put(target, names.ATTR_REQUEST_STREAM, true)
  put(target, names.ATTR_REQUEST_MAX_TOKENS, request.maxTokens)
  put(target, names.ATTR_OPENAI_API_TYPE, request.apiType)
  put(target, names.ATTR_TURN, request.context?.turn)
  put(target, names.ATTR_REPEAT, request.repeat)
  return target
}

export function putAttribution<T extends Target>(target: T, attribution: Attribution): T {
  const { unit, prompt, tags } = attribution
  put(target, names.ATTR_FEATURE, attribution.feature)
  put(target, names.ATTR_TEAM, attribution.team)
  put(target, names.ATTR_CUSTOMER, attribution.customer)
  put(target, names.ATTR_COST_CENTER, attribution.costCenter)
  put(target, names.ATTR_USER_ID, attribution.user)
  put(target, names.ATTR_SESSION_ID, attribution.session)
  put(target, names.ATTR_PROMPT_NAME, prompt?.name)
  put(target, names.ATTR_PROMPT_VERSION, prompt?.version)
  if (unit !== undefined) {
    put(target, names.ATTR_UNIT_TYPE, unit.type)
    put(target, names.ATTR_UNIT_ID, unit.id)
    if (unit.type === 'conversation') put(target, names.ATTR_CONVERSATION_ID, unit.id)
  }
  for (const key in tags) put(target, names.PREFIX_TAG + key, tags[key])
  return target
}

/** What is known when a call has ended. */
export function putAnswer<T extends Target>(target: T, call: Call): T {
  const { answer, request } = call
  put(target, names.ATTR_RESPONSE_ID, answer.id)
  put(target, names.ATTR_RESPONSE_MODEL, answer.model)
  if (answer.finishReasons !== undefined) {
    put(target, names.ATTR_RESPONSE_FINISH_REASONS, [...answer.finishReasons])
  }
  if (call.firstChunkAt !== undefined) {
    put(target, names.ATTR_TIME_TO_FIRST_CHUNK, (call.firstChunkAt - call.startedAt) / 1000)
  }
  if (answer.context !== undefined) putPriceContext(target, request.provider, answer.context)
  put(target, names.ATTR_CALL_END, call.end)
  put(target, names.ATTR_ERROR_TYPE, call.errorType)
  put(target, names.ATTR_HTTP_STATUS, call.statusCode)
  const resends = call.failedAttempts.length
  if (resends > 0) put(target, names.ATTR_RESEND_COUNT, resends)
  put(target, names.ATTR_WASTE, wasteOf(call))
  if (answer.usage !== undefined) {
    putUsage(target, answer.usage)
    putContext(target, contextTokens(request.context, answer.usage))
  }
  return target
}

function putUsage(target: Target, usage: Usage): void {
  const totals = tokenTotals(usage)
  put(target, names.ATTR_INPUT_TOKENS, totals.input)
  put(target, names.ATTR_OUTPUT_TOKENS, totals.output)
  putPositive(target, names.ATTR_CACHE_READ_TOKENS, totals.cacheRead)
  putPositive(target, names.ATTR_CACHE_WRITE_TOKENS, totals.cacheWrite)
  putPositive(target, names.ATTR_CACHE_WRITE_5M_TOKENS, usage.cacheWrite5m)
  putPositive(target, names.ATTR_CACHE_WRITE_1H_TOKENS, usage.cacheWrite1h)
  putPositive(target, names.ATTR_REASONING_TOKENS, totals.reasoning)
  putPositive(target, names.ATTR_AUDIO_INPUT_TOKENS, totals.audioInput)
  putPositive(target, names.ATTR_AUDIO_OUTPUT_TOKENS, totals.audioOutput)
  putPositive(target, names.ATTR_IMAGE_INPUT_TOKENS, totals.imageInput)
  putPositive(target, names.ATTR_IMAGE_OUTPUT_TOKENS, totals.imageOutput)
  for (const key in usage) {
    if (!Object.hasOwn(names.USAGE_ATTRIBUTES, key)) continue
    const meter = key as keyof typeof names.USAGE_ATTRIBUTES
    putPositive(target, names.USAGE_ATTRIBUTES[meter], usage[meter])
  }
}

/** Without it the call could not be priced again from its span. */
function putPriceContext(target: Target, provider: string, context: PriceContext): void {
  const tier =
    provider === 'anthropic' ? names.ATTR_ANTHROPIC_SERVICE_TIER : names.ATTR_OPENAI_SERVICE_TIER
  put(target, tier, context.serviceTier)
  for (const key in context) {
    if (!Object.hasOwn(names.PRICE_CONTEXT_ATTRIBUTES, key)) continue
    const field = key as keyof typeof names.PRICE_CONTEXT_ATTRIBUTES
    put(target, names.PRICE_CONTEXT_ATTRIBUTES[field], context[field])
  }
}

type NameOfPart = Readonly<Record<CostPart, string>>

const namesOfParts = (prefix: string): NameOfPart =>
  Object.fromEntries(COST_PARTS.map((part) => [part, prefix + part])) as NameOfPart

const COST_ATTRIBUTES = namesOfParts(names.PREFIX_COST_PART)
const LIST_ATTRIBUTES = namesOfParts(names.PREFIX_LIST_PART)

export function putCost<T extends Target>(target: T, cost: Cost): T {
  put(target, names.ATTR_COST_STATUS, cost.kind)
  put(target, names.ATTR_COST_BY, 'sdk')
  if (cost.kind !== 'priced') put(target, names.ATTR_COST_REASON, cost.reason)
  if (cost.kind === 'unpriced') return target
  put(target, names.ATTR_COST_AMOUNT, cost.amount)
  put(target, names.ATTR_COST_CURRENCY, cost.currency)
  put(target, names.ATTR_COST_SOURCE, cost.source)
  put(target, names.ATTR_PRICE_ID, cost.priceId)
  put(target, names.ATTR_PRICE_BOOK, cost.book)
  for (const part in cost.parts) {
    const usd = cost.parts[part as CostPart]
    if (usd !== 0) put(target, COST_ATTRIBUTES[part as CostPart], usd)
  }
  if (cost.list !== undefined) {
    put(target, names.ATTR_LIST_AMOUNT, cost.list.amount)
    for (const part in cost.list.parts) {
      put(target, LIST_ATTRIBUTES[part as CostPart], cost.list.parts[part as CostPart])
    }
  }
  return target
}

function putPositive(target: Target, name: string, count: number | undefined): void {
  if (count !== undefined && count > 0) put(target, name, count)
}

export type Waste = 'none' | 'retry' | 'repeat' | 'aborted' | 'failed' | 'truncated'

/** How OpenAI and Anthropic say that the output was cut at the token limit. */
const TRUNCATED = ['length', 'max_tokens', 'max_output_tokens']

/** Why what was paid for may have bought nothing; the strongest reason counts. */
export function wasteOf(call: Call): Waste {
  if (call.end === 'failed') return 'failed'
  if (call.end === 'aborted' || call.end === 'broken_off') return 'aborted'
  if (call.request.repeat !== undefined) return 'repeat'
  const truncated = call.answer.finishReasons?.some((reason) => TRUNCATED.includes(reason))
  return truncated === true ? 'truncated' : 'none'
}

export const CONTEXT_PARTS = ['system', 'history', 'tools', 'rest'] as const
export type ContextPart = (typeof CONTEXT_PARTS)[number]

/** Input tokens by part of the request, in proportion to its length: whole tokens that add up to the input. */
export function contextTokens(
  sizes: ContextSizes | undefined,
  usage: Usage | undefined,
): Readonly<Record<ContextPart, number>> | undefined {
  if (sizes === undefined || usage === undefined) return undefined
  const input = inputTokens(usage)
  const whole = sizes.system + sizes.history + sizes.tools + sizes.rest
  if (whole === 0) return undefined
  // Rounding the running sum, so that the parts add up exactly.
  const upTo = (length: number): number => Math.round((input * length) / whole)
  const system = upTo(sizes.system)
  const history = upTo(sizes.system + sizes.history)
  const tools = upTo(sizes.system + sizes.history + sizes.tools)
  return { system, history: history - system, tools: tools - history, rest: input - tools }
}

function putContext(
  target: Target,
  tokens: Readonly<Record<ContextPart, number>> | undefined,
): void {
  if (tokens === undefined) return
  for (const part of CONTEXT_PARTS) put(target, CONTEXT_ATTRIBUTES[part], tokens[part])
}

const CONTEXT_ATTRIBUTES: Readonly<Record<ContextPart, string>> = {
  system: `${names.PREFIX_CONTEXT}system`,
  history: `${names.PREFIX_CONTEXT}history`,
  tools: `${names.PREFIX_CONTEXT}tools`,
  rest: `${names.PREFIX_CONTEXT}rest`,
}
