/** Prices of spans that are no LLM calls: which spans a rule means, and what one of them costs. */

import type { Pattern } from './pattern.ts'

export const SPAN_KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const
export type SpanKindName = (typeof SPAN_KINDS)[number]

/** One of them must match. */
export type Conditions = readonly Pattern[]

export interface CostRule {
  /** What the costs give as their source. */
  readonly name: string
  /** `vector_db`, `gateway`. */
  readonly component: string
  /** USD for each span, or for each unit of `quantity`. */
  readonly perCall: number
  /** The span attribute that says how many units it used; a span without it is not meant. */
  readonly quantity?: string
  readonly origin: 'measured' | 'allocated'
  readonly match: {
    readonly name?: Conditions
    readonly scope?: Conditions
    readonly kind?: readonly SpanKindName[]
    /** All of them. */
    readonly attributes: readonly (readonly [name: string, conditions: Conditions])[]
  }
}

/** What rules look at. */
export interface RuledSpan {
  readonly name: string
  readonly scope: string
  readonly kind: SpanKindName
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface RuledCost {
  readonly rule: CostRule
  readonly usd: number
  readonly quantity?: number
}

/** By the first rule that matches. */
export function ruledCost(rules: readonly CostRule[], span: RuledSpan): RuledCost | undefined {
  for (const rule of rules) {
    if (!matches(rule.match, span)) continue
    if (rule.quantity === undefined) return { rule, usd: rule.perCall }
    const quantity = Number(span.attributes[rule.quantity] ?? NaN)
    if (Number.isFinite(quantity) && quantity >= 0) {
      return { rule, usd: rule.perCall * quantity, quantity }
    }
  }
  return undefined
}

function matches(match: CostRule['match'], span: RuledSpan): boolean {
  if (match.kind !== undefined && !match.kind.includes(span.kind)) return false
  if (match.name !== undefined && !match.name.some((fits) => fits(span.name))) return false
  if (match.scope !== undefined && !match.scope.some((fits) => fits(span.scope))) return false
  return match.attributes.every(([name, conditions]) => holds(conditions, span.attributes[name]))
}

function holds(conditions: Conditions, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((one: unknown) => holds(conditions, one))
  if (!['string', 'number', 'boolean'].includes(typeof value)) return false
  return conditions.some((fits) => fits(String(value)))
}
