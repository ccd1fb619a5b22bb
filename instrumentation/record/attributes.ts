/** Call + Cost as span attributes. */

import type { Attributes } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import type { Call, CallRequest, ContextSizes, PriceContext } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import { tokenTotals, type Usage } from '../core/usage.ts'
import * as names from '../semconv.ts'

/** What is known when a call starts: samplers see these. */
export function requestAttributes(request: CallRequest): Attributes {
  return {
    [names.ATTR_OPERATION_NAME]: request.operation,
    [names.ATTR_PROVIDER_NAME]: request.provider,
    [names.ATTR_REQUEST_MODEL]: request.model,
    [names.ATTR_REQUEST_STREAM]: request.stream ? true : undefined,
    [names.ATTR_REQUEST_MAX_TOKENS]: request.maxTokens,
    [names.ATTR_OPENAI_API_TYPE]: request.apiType,
    [names.ATTR_SERVER_ADDRESS]: request.serverAddress,
    [names.ATTR_SERVER_PORT]: request.serverPort,
    [names.ATTR_TURN]: request.context?.turn,
    [names.ATTR_REPEAT]: request.repeat,
  }
}

export function attributionAttributes(attribution: Attribution): Attributes {
  const { unit, prompt, tags } = attribution
  const attributes: Attributes = {
    [names.ATTR_FEATURE]: attribution.feature,
    [names.ATTR_TEAM]: attribution.team,
    [names.ATTR_CUSTOMER]: attribution.customer,
    [names.ATTR_COST_CENTER]: attribution.costCenter,
    [names.ATTR_USER_ID]: attribution.user,
    [names.ATTR_SESSION_ID]: attribution.session,
    [names.ATTR_PROMPT_NAME]: prompt?.name,
    [names.ATTR_PROMPT_VERSION]: prompt?.version,
    [names.ATTR_UNIT_TYPE]: unit?.type,
    [names.ATTR_UNIT_ID]: unit?.id,
    [names.ATTR_CONVERSATION_ID]: unit?.type === 'conversation' ? unit.id : undefined,
  }
  for (const [key, value] of Object.entries(tags ?? {})) attributes[names.PREFIX_TAG + key] = value
  return attributes
}

/** What is known when a call has ended. */
export function answerAttributes(call: Call): Attributes {
  const { answer, request } = call
  const tier =
    request.provider === 'anthropic'
      ? names.ATTR_ANTHROPIC_SERVICE_TIER
      : names.ATTR_OPENAI_SERVICE_TIER
  const firstChunk = call.firstChunkAt
  return {
    [names.ATTR_RESPONSE_ID]: answer.id,
    [names.ATTR_RESPONSE_MODEL]: answer.model,
    [names.ATTR_RESPONSE_FINISH_REASONS]:
      answer.finishReasons === undefined ? undefined : [...answer.finishReasons],
    [names.ATTR_TIME_TO_FIRST_CHUNK]:
      firstChunk === undefined ? undefined : (firstChunk - call.startedAt) / 1000,
    [tier]: answer.context?.serviceTier,
    ...priceContextAttributes(answer.context),
    [names.ATTR_CALL_END]: call.end,
    [names.ATTR_ERROR_TYPE]: call.errorType,
    [names.ATTR_HTTP_STATUS]: call.statusCode,
    [names.ATTR_RESEND_COUNT]:
      call.failedAttempts.length > 0 ? call.failedAttempts.length : undefined,
    [names.ATTR_WASTE]: wasteOf(call),
    ...usageAttributes(answer.usage),
    ...contextAttributes(request.context, answer.usage),
  }
}

function usageAttributes(usage: Usage | undefined): Attributes {
  if (usage === undefined) return {}
  const totals = tokenTotals(usage)
  const positive = (count: number | undefined): number | undefined =>
    count !== undefined && count > 0 ? count : undefined
  const attributes: Attributes = {
    [names.ATTR_INPUT_TOKENS]: totals.input,
    [names.ATTR_OUTPUT_TOKENS]: totals.output,
    [names.ATTR_CACHE_READ_TOKENS]: positive(totals.cacheRead),
    [names.ATTR_CACHE_WRITE_TOKENS]: positive(totals.cacheWrite),
    [names.ATTR_CACHE_WRITE_5M_TOKENS]: positive(usage.cacheWrite5m),
    [names.ATTR_CACHE_WRITE_1H_TOKENS]: positive(usage.cacheWrite1h),
    [names.ATTR_REASONING_TOKENS]: positive(totals.reasoning),
    [names.ATTR_AUDIO_INPUT_TOKENS]: positive(totals.audioInput),
    [names.ATTR_AUDIO_OUTPUT_TOKENS]: positive(totals.audioOutput),
    [names.ATTR_IMAGE_INPUT_TOKENS]: positive(totals.imageInput),
    [names.ATTR_IMAGE_OUTPUT_TOKENS]: positive(totals.imageOutput),
  }
  for (const key in usage) {
    if (!Object.hasOwn(names.USAGE_ATTRIBUTES, key)) continue
    const meter = key as keyof typeof names.USAGE_ATTRIBUTES
    attributes[names.USAGE_ATTRIBUTES[meter]] = positive(usage[meter])
  }
  return attributes
}

/** Without it the call could not be priced again from its span. */
function priceContextAttributes(context: PriceContext | undefined): Attributes {
  const attributes: Attributes = {}
  for (const key in context) {
    if (!Object.hasOwn(names.PRICE_CONTEXT_ATTRIBUTES, key)) continue
    const field = key as keyof typeof names.PRICE_CONTEXT_ATTRIBUTES
    attributes[names.PRICE_CONTEXT_ATTRIBUTES[field]] = context[field]
  }
  return attributes
}

export function costAttributes(cost: Cost): Attributes {
  const attributes: Attributes = {
    [names.ATTR_COST_STATUS]: cost.kind,
    [names.ATTR_COST_BY]: 'sdk',
    [names.ATTR_COST_REASON]: cost.kind === 'priced' ? undefined : cost.reason,
  }
  if (cost.kind === 'unpriced') return attributes
  attributes[names.ATTR_COST_AMOUNT] = cost.amount
  attributes[names.ATTR_COST_CURRENCY] = cost.currency
  attributes[names.ATTR_COST_SOURCE] = cost.source
  attributes[names.ATTR_PRICE_ID] = cost.priceId
  attributes[names.ATTR_PRICE_BOOK] = cost.book
  for (const [part, usd] of Object.entries(cost.parts)) {
    if (usd !== 0) attributes[names.PREFIX_COST_PART + part] = usd
  }
  if (cost.list !== undefined) {
    attributes[names.ATTR_LIST_AMOUNT] = cost.list.amount
    for (const [part, usd] of Object.entries(cost.list.parts)) {
      attributes[names.PREFIX_LIST_PART + part] = usd
    }
  }
  return attributes
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

const CONTEXT_PARTS = ['system', 'history', 'tools', 'rest'] as const
export type ContextPart = (typeof CONTEXT_PARTS)[number]

/** Input tokens by part of the request, in proportion to its length: whole tokens that add up to the input. */
export function contextTokens(
  sizes: ContextSizes | undefined,
  usage: Usage | undefined,
): Readonly<Record<ContextPart, number>> | undefined {
  if (sizes === undefined || usage === undefined) return undefined
  const { input } = tokenTotals(usage)
  const whole = CONTEXT_PARTS.reduce((sum, part) => sum + sizes[part], 0)
  if (whole === 0) return undefined
  // Rounding the running sum, so that the parts add up exactly.
  let running = 0
  let given = 0
  const tokens = CONTEXT_PARTS.map((part) => {
    running += sizes[part]
    const upTo = Math.round((input * running) / whole)
    const own = upTo - given
    given = upTo
    return [part, own] as const
  })
  return Object.fromEntries(tokens) as Record<ContextPart, number>
}

function contextAttributes(sizes: ContextSizes | undefined, usage: Usage | undefined): Attributes {
  const tokens = contextTokens(sizes, usage)
  if (tokens === undefined) return {}
  return Object.fromEntries(
    Object.entries(tokens).map(([part, count]) => [names.PREFIX_CONTEXT + part, count]),
  )
}
