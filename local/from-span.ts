/** OTLP span -> one call, or nothing where the span is not a call to a model. */

import type { CallEnd } from '../instrumentation/core/call.ts'
import { COST_PARTS, type Cost, type CostPart } from '../instrumentation/core/cost.ts'
import type { PriceRequest } from '../instrumentation/pricing/index.ts'
import * as semconv from '../instrumentation/semconv.ts'
import { spanContext, spanUsage } from '../instrumentation/span-usage.ts'
import { reader, type AttributeReader } from './attribute-reader.ts'
import { compact, originOf, tagsOf, unitOf, whoOf } from './attributed.ts'
import type { OtlpSpan } from './receiver/span.ts'
import type { CallRow, ContextTokens } from './row.ts'
import { tokenFields, type TokenFields } from './span-tokens.ts'

/** Operations of the conventions that send a prompt to a model. */
const CALLS = new Set(['chat', 'generate_content', 'text_completion', 'embeddings'])

/**
 * Operations that contain calls, or that are none: their tokens stand on the calls' own spans.
 * Source: semantic-conventions-genai, `gen_ai.operation.name`, November 2026; `agent_step` is the AI SDK's.
 */
const NOT_CALLS = new Set([
  'create_agent',
  'invoke_agent',
  'invoke_workflow',
  'handle_conversation_turn',
  'execute_tool',
  'plan',
  'agent_step',
  'retrieval',
  'fetch_response',
  'search_memory',
  'create_memory',
  'update_memory',
  'upsert_memory',
  'delete_memory',
  'create_memory_store',
  'delete_memory_store',
])

/** Provider names before v1.37 of the conventions, and as other emitters spell them. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'az.ai.inference': 'azure.ai.inference',
  'az.ai.openai': 'azure.ai.openai',
  azure: 'azure.ai.openai',
  aws: 'aws.bedrock',
  gemini: 'gcp.gemini',
  google: 'gcp.gemini',
  vertex_ai: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
}

/** More than any single call costs: beyond it an amount is an emitter's mistake. USD. */
const HIGHEST_AMOUNT = 1_000_000

/** Usage to dollars: `price` with a book. */
export type Pricer = (request: PriceRequest) => Cost

/** The call of a span; `undefined` for what is not one. Priced here where the span states no cost. */
export function callOfSpan(span: OtlpSpan, price: Pricer): CallRow | undefined {
  const read = reader(span.attributes)
  const tokens = tokenFields(read)
  const models = [
    read.text(semconv.ATTR_RESPONSE_MODEL),
    read.text(semconv.ATTR_REQUEST_MODEL),
  ] as const
  const stated = statedCost(read)
  const operation = read.text(semconv.ATTR_OPERATION_NAME)
  const provider = providerName(read)
  const known = models.some((model) => model !== undefined) || provider !== undefined
  if (!known || !isCall(operation, tokens, stated)) return undefined
  return compact<CallRow>({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    ...originOf(span.resource),
    startedAt: span.startedAt,
    endedAt: span.endedAt,
    operation: operation ?? 'unknown',
    provider: provider ?? 'unknown',
    requestModel: models[1],
    responseModel: models[0],
    end: callEnd(read.text(semconv.ATTR_CALL_END)),
    errorType: read.text(semconv.ATTR_ERROR_TYPE) ?? (span.failed ? '_OTHER' : undefined),
    stream: read.flag(semconv.ATTR_REQUEST_STREAM),
    attempts: 1 + (read.count(semconv.ATTR_RESEND_COUNT) ?? 0),
    ...tokens,
    usage: spanUsage(read.count, operation).usage,
    priceContext: spanContext(read.text),
    ...(stated ?? pricedHere(span, read, models, provider, price)),
    ...unitOf(read),
    ...whoOf(read),
    costCenter: read.text(semconv.ATTR_COST_CENTER),
    user: read.text(semconv.ATTR_USER_ID),
    session: read.text(semconv.ATTR_SESSION_ID),
    tags: tagsOf(read),
    turn: read.count(semconv.ATTR_TURN),
    context: contextTokens(read),
    repeat: read.count(semconv.ATTR_REPEAT),
    waste: read.text(semconv.ATTR_WASTE),
  })
}

type CostFields = Pick<CallRow, 'status' | 'parts'> & {
  readonly reason?: string | undefined
  readonly usd?: number | undefined
  readonly pricedBy?: string | undefined
}

/**
 * An operation that contains calls is one itself only where costspan's own processor priced it: that has looked at
 * what lies beneath. An operation we don't know is a call where it used tokens or cost something.
 */
function isCall(
  operation: string | undefined,
  tokens: TokenFields,
  stated: CostFields | undefined,
): boolean {
  if (operation !== undefined && CALLS.has(operation)) return true
  if (operation !== undefined && NOT_CALLS.has(operation)) {
    return stated?.pricedBy === 'sdk' && stated.usd !== undefined
  }
  return Object.keys(tokens).length > 0 || stated?.usd !== undefined
}

/** What the emitter says the call cost, or says that it can't say. */
function statedCost(read: AttributeReader): CostFields | undefined {
  const status = read.text(semconv.ATTR_COST_STATUS)
  const reason = read.text(semconv.ATTR_COST_REASON)
  const pricedBy = read.text(semconv.ATTR_COST_BY)
  const currency = read.text(semconv.ATTR_COST_CURRENCY) ?? 'USD'
  const amount = read.number(semconv.ATTR_COST_AMOUNT)
  if (status === 'covered') return { status, parts: {}, pricedBy }
  if (amount !== undefined && currency === 'USD' && amount >= 0 && amount <= HIGHEST_AMOUNT) {
    const kind = status === 'partial' ? 'partial' : 'priced'
    return { status: kind, reason, usd: amount, parts: costParts(read), pricedBy }
  }
  // The emitter has tried with its own book, which may know the user's private prices: not tried again here.
  if (status === 'unpriced') return { status, reason: reason ?? 'unknown', parts: {}, pricedBy }
  return undefined
}

function pricedHere(
  span: OtlpSpan,
  read: AttributeReader,
  models: readonly (string | undefined)[],
  provider: string | undefined,
  price: Pricer,
): CostFields {
  const pricedBy = 'local'
  const failed = read.text(semconv.ATTR_CALL_END) === 'failed' || span.failed
  const operation = read.text(semconv.ATTR_OPERATION_NAME)
  const { usage, usageReason } = spanUsage(read.count, operation)
  if (usage === undefined && failed) {
    return { status: 'unpriced', reason: 'call_failed', parts: {}, pricedBy }
  }
  if (usage === undefined) {
    return { status: 'unpriced', reason: usageReason ?? 'usage_missing', parts: {}, pricedBy }
  }
  const context = spanContext(read.text)
  const cost = price({
    provider: provider ?? 'unknown',
    models: models.filter((model) => model !== undefined),
    usage,
    ...(usageReason === undefined ? {} : { usageReason }),
    ...(context === undefined ? {} : { context }),
    at: span.startedAt,
  })
  if (cost.kind === 'unpriced') {
    return { status: 'unpriced', reason: cost.reason, parts: {}, pricedBy }
  }
  const why = cost.kind === 'partial' ? cost.reason : undefined
  return { status: cost.kind, reason: why, usd: cost.amount, parts: cost.parts, pricedBy }
}

function costParts(read: AttributeReader): CallRow['parts'] {
  const parts: Partial<Record<CostPart, number>> = {}
  for (const part of COST_PARTS) {
    const value = read.number(semconv.PREFIX_COST_PART + part)
    if (value !== undefined && value >= 0) parts[part] = value
  }
  return parts
}

function providerName(read: AttributeReader): string | undefined {
  const name = read.text(semconv.ATTR_PROVIDER_NAME)
  if (name !== undefined) return name
  const legacy = read.text(semconv.ATTR_SYSTEM_LEGACY)?.toLowerCase()
  if (legacy === undefined) return undefined
  return (Object.hasOwn(PROVIDERS, legacy) ? PROVIDERS[legacy] : undefined) ?? legacy
}

function callEnd(value: string | undefined): CallEnd | undefined {
  const ends: readonly CallEnd[] = ['completed', 'aborted', 'broken_off', 'failed']
  return ends.find((end) => end === value)
}

function contextTokens(read: AttributeReader): ContextTokens | undefined {
  const [system, history, tools, rest] = ['system', 'history', 'tools', 'rest'].map((part) =>
    read.count(semconv.PREFIX_CONTEXT + part),
  )
  if ([system, history, tools, rest].every((part) => part === undefined)) return undefined
  return { system: system ?? 0, history: history ?? 0, tools: tools ?? 0, rest: rest ?? 0 }
}
