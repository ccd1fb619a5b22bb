/** Counters that are recorded hour by hour, and the labels that their hours keep. */

import {
  METRIC_ATTEMPTS,
  METRIC_CACHE_READ_TOKENS,
  METRIC_CACHE_SAVINGS,
  METRIC_CALLS,
  METRIC_CONTEXT_TOKENS,
  METRIC_COST,
  METRIC_DROPPED,
  METRIC_INPUT_TOKENS,
  METRIC_OUTCOME_VALUE,
  METRIC_OUTCOMES,
  METRIC_OUTPUT_TOKENS,
  METRIC_UNITS,
  type MetricDefinition,
} from '../instrumentation/semconv.ts'
import { LABEL } from './labels.ts'

export interface HourlyCounter {
  readonly metric: MetricDefinition
  /** The recorded series: a sample an hour, of how much the counter grew in it. */
  readonly hourly: string
  readonly labels: readonly string[]
}

const OWNER = [LABEL.environment, LABEL.team, LABEL.feature]
const PROMPT = [LABEL.promptName, LABEL.promptVersion]
const ALL = [...OWNER, ...PROMPT, LABEL.model]

const counter = (
  metric: MetricDefinition,
  name: string,
  labels: readonly string[],
): HourlyCounter => ({ metric, hourly: `costspan:${name}:hour`, labels })

export const HOURLY = {
  /** USD. */
  cost: counter(METRIC_COST, 'cost_USD', ALL),
  calls: counter(METRIC_CALLS, 'calls', ALL),
  units: counter(METRIC_UNITS, 'units', OWNER),
  /** USD by what it was paid for and what of it was waste. */
  costParts: counter(METRIC_COST, 'cost_parts_USD', [...OWNER, LABEL.component, LABEL.waste]),
  callEnds: counter(METRIC_CALLS, 'call_ends', [
    ...OWNER,
    LABEL.model,
    LABEL.end,
    LABEL.status,
    LABEL.costReason,
  ]),
  attempts: counter(METRIC_ATTEMPTS, 'attempts', [
    LABEL.environment,
    LABEL.feature,
    ...PROMPT,
    LABEL.httpStatus,
  ]),
  cacheSavings: counter(METRIC_CACHE_SAVINGS, 'cache_savings_USD', [...OWNER, LABEL.model]),
  inputTokens: counter(METRIC_INPUT_TOKENS, 'input_tokens', ALL),
  cacheReadTokens: counter(METRIC_CACHE_READ_TOKENS, 'cache_read_tokens', ALL),
  outputTokens: counter(METRIC_OUTPUT_TOKENS, 'output_tokens', ALL),
  contextTokens: counter(METRIC_CONTEXT_TOKENS, 'context_tokens', [
    LABEL.environment,
    LABEL.feature,
    ...PROMPT,
    LABEL.contextPart,
  ]),
  unitTypes: counter(METRIC_UNITS, 'unit_types', [...OWNER, LABEL.unitType, LABEL.unitCounted]),
  outcomes: counter(METRIC_OUTCOMES, 'outcomes', [...OWNER, LABEL.outcome, LABEL.success]),
  outcomeValue: counter(METRIC_OUTCOME_VALUE, 'outcome_value_USD', [
    ...OWNER,
    LABEL.outcome,
    LABEL.success,
  ]),
  dropped: counter(METRIC_DROPPED, 'dropped', [
    LABEL.environment,
    LABEL.service,
    LABEL.signal,
    LABEL.reason,
  ]),
} as const satisfies Readonly<Record<string, HourlyCounter>>

/** 1 for each hour that was recorded. */
export const HOUR_RECORDED = 'costspan:recorded:hour'
