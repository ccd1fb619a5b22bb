/** The metrics of the contract: name, instrument, unit. Part of `semconv.ts`, which everybody imports. */

export type InstrumentKind = 'counter' | 'histogram' | 'gauge'

export interface MetricDefinition {
  readonly name: string
  readonly kind: InstrumentKind
  /** UCUM, as OpenTelemetry writes it. */
  readonly unit: string
  readonly description: string
  /** Explicit bucket boundaries, in the metric's unit. */
  readonly boundaries?: readonly number[]
}

/** The conventions' boundaries for durations, seconds. */
const DURATION_BOUNDARIES = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
/** 1-2.5-5 a decade from 1e-5 to 10 USD: a mini model's cent fractions and a long agent call both land inside. */
const COST_BOUNDARIES = [
  1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
  2.5, 5, 10,
]
/** The conventions' boundaries for token counts. */
const TOKEN_BOUNDARIES = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
]

export const METRIC_COST = {
  name: 'costspan.cost',
  kind: 'counter',
  unit: 'USD',
  description: 'Cost by component: of LLM calls, and what else was recorded.',
} as const satisfies MetricDefinition
export const METRIC_CALLS = {
  name: 'costspan.calls',
  kind: 'counter',
  unit: '{call}',
  description: 'Logical LLM calls.',
} as const satisfies MetricDefinition
export const METRIC_ATTEMPTS = {
  name: 'costspan.attempts',
  kind: 'counter',
  unit: '{attempt}',
  description: 'HTTP attempts of LLM calls, the last one of each included.',
} as const satisfies MetricDefinition
export const METRIC_CACHE_SAVINGS = {
  name: 'costspan.cache.savings',
  kind: 'counter',
  unit: 'USD',
  description: 'Cached input tokens at the full input rate, less what was paid for them.',
} as const satisfies MetricDefinition
export const METRIC_CONTEXT_TOKENS = {
  name: 'costspan.context.tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens by part of the request, apportioned by byte share: an estimate.',
} as const satisfies MetricDefinition
export const METRIC_INPUT_TOKENS = {
  name: 'gen_ai.client.inference.usage.input_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens, cached and cache-writing included.',
} as const satisfies MetricDefinition
export const METRIC_OUTPUT_TOKENS = {
  name: 'gen_ai.client.inference.usage.output_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Output tokens, reasoning included.',
} as const satisfies MetricDefinition
export const METRIC_CACHE_READ_TOKENS = {
  name: 'gen_ai.client.inference.usage.cache_read.input_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens read from a provider-side cache.',
} as const satisfies MetricDefinition
export const METRIC_CACHE_WRITE_TOKENS = {
  name: 'gen_ai.client.inference.usage.cache_write.input_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens written to a provider-side cache.',
} as const satisfies MetricDefinition
export const METRIC_REASONING_TOKENS = {
  name: 'gen_ai.client.inference.usage.reasoning.output_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Output tokens spent on reasoning.',
} as const satisfies MetricDefinition
export const METRIC_OPERATION_COST = {
  name: 'gen_ai.client.operation.cost',
  kind: 'histogram',
  unit: 'USD',
  description: 'Cost of a single call.',
  boundaries: COST_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_OPERATION_INPUT_TOKENS = {
  name: 'gen_ai.client.inference.operation.input_tokens',
  kind: 'histogram',
  unit: '{token}',
  description: 'Input tokens of a single call.',
  boundaries: TOKEN_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_DURATION = {
  name: 'gen_ai.client.inference.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Duration of a logical call, retries and reading of the stream included.',
  boundaries: DURATION_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_TIME_TO_FIRST_CHUNK = {
  name: 'gen_ai.client.inference.time_to_first_chunk',
  kind: 'histogram',
  unit: 's',
  description: 'Time from the request to the first byte handed to the application.',
  boundaries: DURATION_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_UNITS = {
  name: 'costspan.units',
  kind: 'counter',
  unit: '{unit}',
  description: 'Units of work that began: conversations, tasks, documents.',
} as const satisfies MetricDefinition
export const METRIC_OUTCOMES = {
  name: 'costspan.outcomes',
  kind: 'counter',
  unit: '{outcome}',
  description:
    'Outcomes of units, when they were recorded: joined to a cost they are a ratio of windows.',
} as const satisfies MetricDefinition
export const METRIC_OUTCOME_VALUE = {
  name: 'costspan.outcome.value',
  kind: 'counter',
  unit: 'USD',
  description: 'What outcomes were worth, where the application says so.',
} as const satisfies MetricDefinition
export const METRIC_PRICE_BOOK_TIME = {
  name: 'costspan.price.book.time',
  kind: 'gauge',
  unit: 's',
  description: 'Unix time of the price book in use.',
} as const satisfies MetricDefinition
export const METRIC_DROPPED = {
  name: 'costspan.dropped',
  kind: 'counter',
  unit: '{item}',
  description: 'What was dropped or folded together, by signal and reason.',
} as const satisfies MetricDefinition

/**
 * The name a metric has in Prometheus 3 when it came by OTLP: dots become underscores, a unit in braces is dropped,
 * any other unit is appended, and counters end in `_total`.
 * Source: OpenTelemetry specification, compatibility/prometheus_and_openmetrics.md.
 */
export function prometheusName(metric: Pick<MetricDefinition, 'name' | 'kind' | 'unit'>): string {
  const base = metric.name.replaceAll('.', '_')
  const unit = metric.unit === 's' ? 'seconds' : metric.unit.startsWith('{') ? '' : metric.unit
  const named = unit === '' || base.endsWith(`_${unit}`) ? base : `${base}_${unit}`
  return metric.kind === 'counter' ? `${named}_total` : named
}

/** The label that an attribute becomes there: each character that a label can't have is an underscore. */
export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll(/[^a-zA-Z0-9_]/g, '_')
}
