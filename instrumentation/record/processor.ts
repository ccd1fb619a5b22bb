/**
 * Prices and meters the GenAI spans that other instrumentations make in the same process, and puts attribution on them
 * from their start. `register` installs one in its own provider; who builds a `NodeSDK` adds
 * `spanProcessors: [new CostSpanProcessor()]` before the exporting processor.
 */

import type { Attributes, Span } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import type { Cost } from '../core/cost.ts'
import { text } from '../core/unknown.ts'
import { guard } from '../guard.ts'
import * as names from '../semconv.ts'
import { INFERENCE_OPERATIONS } from './adoption.ts'
import { newAttributeList, toAttributes } from './attribute-list.ts'
import { putAttribution, putCost, wasteOf } from './attributes.ts'
import { foreignCall } from './foreign-call.ts'
import {
  closed,
  coverAncestors,
  isCovered,
  isHandled,
  isOwn,
  noteAttribution,
  opened,
} from './handled-spans.ts'
import type { Metrics } from './metrics.ts'
import { priceCall, type BookSource } from './price-call.ts'
import type { CostedSpan, SpanCosts } from './span-costs.ts'
import type { OpenSpans } from './surroundings.ts'

export interface ProcessorOptions {
  readonly book: BookSource
  readonly metrics: Metrics
  /** The attribution in force where a span of this call starts. */
  readonly attribute: (call: {
    readonly provider: string
    readonly model: string | undefined
    readonly ahead: true
  }) => Attribution
  /** Told of all spans, where their attributes are asked for. */
  readonly openSpans?: OpenSpans | undefined
  /** Prices spans that are no calls, where there are rules. */
  readonly costs?: SpanCosts | undefined
}

/** A span as the SDKs of 2.x and 3.x hand it to processors. */
export interface ProcessedSpan extends CostedSpan {
  spanContext(): { readonly spanId: string }
  readonly parentSpanContext?: { readonly spanId: string } | undefined
  /** The name in SDKs before 2.0. */
  readonly parentSpanId?: string | undefined
}

export interface SpanHooks {
  onStart(span: Span): void
  /** While attributes can be set. Absent before SDK 2.3: then `onEnd` writes into the live attributes. */
  onEnding(span: ProcessedSpan & Pick<Span, 'setAttributes'>): void
  onEnd(span: ProcessedSpan): void
}

export function createSpanHooks(options: ProcessorOptions): SpanHooks {
  const done = new WeakSet()
  const { costs } = options
  const settle = (span: ProcessedSpan, write: (attributes: Attributes) => void): void => {
    if (done.has(span)) return
    done.add(span)
    if (isHandled(span)) return
    const { spanId } = span.spanContext()
    const attributes = ending(span, options) ?? costs?.ending(spanId, span)
    if (attributes !== undefined) write(attributes)
  }
  return {
    onStart(span) {
      if (isOwn(span)) return
      guard('a span starting', () => {
        options.openSpans?.opened(span)
        starting(span, options.attribute)
        costs?.started(...idsOf(span))
      })
    },
    onEnding(span) {
      if (isOwn(span)) return
      guard('pricing a span', () => {
        settle(span, (attributes) => {
          span.setAttributes(attributes)
        })
      })
    },
    onEnd(span) {
      if (isOwn(span)) return
      guard('pricing an ended span', () => {
        settle(span, (attributes) => {
          assign(span.attributes, attributes)
        })
        const { spanId } = span.spanContext()
        closed(spanId)
        costs?.ended(spanId)
        options.openSpans?.closed(span)
      })
    },
  }
}

function idsOf(span: Span): readonly [spanId: string, parentId: string | undefined] {
  const { parentSpanContext, parentSpanId } = span as unknown as ProcessedSpan
  return [span.spanContext().spanId, parentSpanContext?.spanId ?? parentSpanId]
}

function starting(span: Span, attribute: ProcessorOptions['attribute']): void {
  const { attributes } = span as unknown as ProcessedSpan
  opened(...idsOf(span))
  if (attributes[names.ATTR_OPERATION_NAME] === undefined || isHandled(span)) return
  const provider = text(attributes[names.ATTR_PROVIDER_NAME]) ?? 'unknown'
  const model = text(attributes[names.ATTR_REQUEST_MODEL])
  const missing = toAttributes(
    putAttribution(newAttributeList(), attribute({ provider, model, ahead: true })),
  )
  for (const [name, value] of Object.entries(missing)) {
    if (value === undefined) continue
    if (attributes[name] === undefined) span.setAttribute(name, value)
    else Reflect.deleteProperty(missing, name)
  }
  noteAttribution(span, missing)
}

/** What to add to a span that is about to end, or nothing where it is no call or bears a verdict already. */
function ending(span: ProcessedSpan, options: ProcessorOptions): Attributes | undefined {
  const { attributes } = span
  if (attributes[names.ATTR_COST_STATUS] !== undefined) return undefined
  const operation = attributes[names.ATTR_OPERATION_NAME]
  const carriesUsage =
    attributes[names.ATTR_INPUT_TOKENS] !== undefined ||
    attributes[names.ATTR_OUTPUT_TOKENS] !== undefined
  if (isCovered(span.spanContext().spanId)) {
    return carriesUsage
      ? { [names.ATTR_COST_STATUS]: 'covered', [names.ATTR_COST_BY]: 'sdk' }
      : undefined
  }
  if (typeof operation !== 'string' || !INFERENCE_OPERATIONS.has(operation)) return undefined
  const call = foreignCall(span)
  const cost = statedCost(attributes) ?? priceCall(call, options.book)
  options.metrics.record(call, cost)
  coverAncestors(span.spanContext().spanId)
  return {
    ...toAttributes(putCost(newAttributeList(), cost)),
    [names.ATTR_CALL_END]: call.end,
    [names.ATTR_WASTE]: wasteOf(call),
  }
}

/** A cost that the emitter has put on the span itself, USD. */
function statedCost(attributes: Attributes): Cost | undefined {
  const amount = attributes[names.ATTR_COST_AMOUNT]
  const currency = attributes[names.ATTR_COST_CURRENCY] ?? 'USD'
  if (typeof amount !== 'number' || !(amount >= 0) || currency !== 'USD') return undefined
  const source = attributes[names.ATTR_COST_SOURCE] === 'provider' ? 'provider' : 'local'
  return {
    kind: 'priced',
    amount,
    exact: String(amount),
    currency: 'USD',
    source,
    parts: { other: amount },
    lines: [],
    priceId: 'stated',
    book: 'stated',
  }
}

function assign(target: Attributes, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) target[name] = value
}
