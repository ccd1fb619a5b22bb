/**
 * Costs of spans that are no LLM calls, by the user's rules: database queries, requests of a gateway. They are counted
 * and written on the span when it ends.
 */

import type { Attributes } from '@opentelemetry/api'
import { mergeAttribution, type Attribution } from '../core/attribution.ts'
import { ruledCost, SPAN_KINDS, type CostRule } from '../core/cost-rule.ts'
import * as names from '../semconv.ts'
import { INFERENCE_OPERATIONS } from './adoption.ts'
import { newAttributeList, toAttributes } from './attribute-list.ts'
import { putAttribution } from './attributes.ts'
import { attributionOf, type EndedSpan } from './foreign-call.ts'
import { putRecordedCost } from './log-events.ts'
import type { Metrics } from './metrics.ts'

/** The parts of a span that are looked at. */
export interface CostedSpan extends EndedSpan {
  readonly name?: string
  readonly kind?: number
  readonly instrumentationScope?: { readonly name?: string }
  /** The scope's name in SDKs before 2.0. */
  readonly instrumentationLibrary?: { readonly name?: string }
}

export interface SpanCosts {
  readonly started: (spanId: string, parentId: string | undefined) => void
  /** A call, which has its own cost, starts below this span: that tells whom the span is for. */
  readonly calledBelow: (spanId: string | undefined, attribution: Attribution) => void
  /** What to add to a span that is about to end; `undefined` where no rule means it. */
  readonly ending: (spanId: string, span: CostedSpan) => Attributes | undefined
  readonly ended: (spanId: string) => void
}

export interface SpanCostsOptions {
  readonly rules: readonly CostRule[]
  readonly metrics: Metrics
  /** The attribution in force where it is asked. */
  readonly attribution: () => Attribution
}

interface OpenSpan {
  readonly parentId: string | undefined
  attribution: Attribution
}

/** A span that never ends must not grow this without bound. */
const MAX_OPEN = 50_000

export function createSpanCosts(options: SpanCostsOptions): SpanCosts {
  const { rules, metrics, attribution } = options
  const open = new Map<string, OpenSpan>()
  return {
    started(spanId, parentId) {
      const current = attribution()
      tellAbove(open, parentId, current)
      if (open.size < MAX_OPEN) open.set(spanId, { parentId, attribution: current })
    },
    calledBelow(spanId, current) {
      tellAbove(open, spanId, current)
    },
    ending(spanId, span) {
      const { attributes } = span
      if (bearsCost(attributes)) return undefined
      const cost = ruledCost(rules, {
        name: span.name ?? '',
        scope: (span.instrumentationScope ?? span.instrumentationLibrary)?.name ?? '',
        kind: SPAN_KINDS[span.kind ?? 0] ?? 'internal',
        attributes,
      })
      if (cost === undefined) return undefined
      const { rule, usd, quantity } = cost
      const known = open.get(spanId)?.attribution ?? attribution()
      const whole = mergeAttribution(known, attributionOf(attributes))
      metrics.other({ component: rule.component, usd, attribution: whole })
      const recorded = {
        component: rule.component,
        usd,
        source: rule.name,
        origin: rule.origin,
        ...(quantity === undefined ? {} : { quantity }),
      }
      const list = putRecordedCost(putAttribution(newAttributeList(), known), recorded)
      return missing(toAttributes(list), attributes)
    },
    ended(spanId) {
      open.delete(spanId)
    },
  }
}

/** A request begins before its handler says whom it is for: it is for whom the first below it is. */
function tellAbove(
  open: ReadonlyMap<string, OpenSpan>,
  spanId: string | undefined,
  attribution: Attribution,
): void {
  let above = openAt(open, spanId)
  while (above !== undefined && above.attribution.unit === undefined) {
    above.attribution = mergeAttribution(attribution, above.attribution)
    above = openAt(open, above.parentId)
  }
}

/** A call, or a span that somebody has priced already. */
function bearsCost(attributes: Attributes): boolean {
  const operation = attributes[names.ATTR_OPERATION_NAME]
  return (
    attributes[names.ATTR_COST_COMPONENT] !== undefined ||
    attributes[names.ATTR_COST_STATUS] !== undefined ||
    (typeof operation === 'string' && INFERENCE_OPERATIONS.has(operation))
  )
}

function openAt(open: ReadonlyMap<string, OpenSpan>, id: string | undefined): OpenSpan | undefined {
  return id === undefined ? undefined : open.get(id)
}

/** What the span says itself stays. */
function missing(known: Attributes, attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(known).filter(([name]) => attributes[name] === undefined),
  )
}
