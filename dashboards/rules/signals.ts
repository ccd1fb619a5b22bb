/**
 * What the fast alerts compare, by environment and feature: the last 2 minutes where they hold enough calls, else the
 * last 5, against the hour before those 5.
 */

import {
  METRIC_ATTEMPTS,
  METRIC_CALLS,
  METRIC_CONTEXT_TOKENS,
  METRIC_COST,
  METRIC_OPERATION_COST,
  METRIC_OPERATION_INPUT_TOKENS,
  METRIC_OUTPUT_TOKENS,
  METRIC_UNITS,
  prometheusName,
  type MetricDefinition,
} from '../../instrumentation/semconv.ts'
import { LABEL, matching } from '../labels.ts'
import { increaseOf } from '../money.ts'
import type { Recording } from './rule.ts'

/** Calls that a window needs to say anything. */
export const MIN_CALLS = 20
/** Conversations that it needs to tell a changed distribution from a few long ones: the calls of one are alike. */
export const MIN_UNITS = 10
/** Calls that the hour before needs to be a baseline. */
export const MIN_BASELINE_CALLS = 60

export const FEATURE = [LABEL.environment, LABEL.feature]
export const ON_FEATURE = `on (${FEATURE.join(', ')})`

const SHORT = '2m'
const LONG = '5m'

export type Time = 'now' | 'before'

/** Names of the recorded series. */
export const signal = (name: string, time: Time): string => `costspan:${name}:${time}`

const SHORT_CALLS = 'costspan:calls:2m'
const enough = `${ON_FEATURE} (${SHORT_CALLS} >= ${MIN_CALLS})`

interface Signal {
  readonly name: string
  readonly metric: MetricDefinition
  readonly selector?: string
  readonly by?: readonly string[]
}

const SIGNALS: readonly Signal[] = [
  { name: 'calls', metric: METRIC_CALLS },
  { name: 'cost_USD', metric: METRIC_COST },
  { name: 'units', metric: METRIC_UNITS },
  { name: 'attempts', metric: METRIC_ATTEMPTS },
  { name: 'repeats', metric: METRIC_CALLS, selector: matching({ [LABEL.waste]: 'repeat' }) },
  { name: 'context_tokens', metric: METRIC_CONTEXT_TOKENS, by: [LABEL.contextPart] },
  { name: 'output_tokens', metric: METRIC_OUTPUT_TOKENS },
]

function rulesOf({ name, metric, selector = '', by = [] }: Signal): readonly Recording[] {
  const over = (window: string, offset?: string): string =>
    increaseOf(metric, {
      selector,
      by: [...FEATURE, ...by],
      window,
      ...(offset === undefined ? {} : { offset }),
    })
  return [
    {
      record: signal(name, 'now'),
      expr: `(${over(SHORT)} and ${enough}) or (${over(LONG)} unless ${enough})`,
    },
    { record: signal(name, 'before'), expr: over('1h', LONG) },
  ]
}

/** Which prompt the calls are made with. */
export const PROMPT_CALLS = signal('prompt_calls', 'now')

/** Of a histogram, with explicit buckets as well as exponential ones. */
function quantile(metric: MetricDefinition, rank: number, window: string, offset = ''): string {
  const name = prometheusName(metric)
  const by = FEATURE.join(', ')
  const range = `[${window}]${offset === '' ? '' : ` offset ${offset}`}`
  return `(
    histogram_quantile(${rank}, sum by (${by}, le) (rate(${name}_bucket${range})))
    or histogram_quantile(${rank}, sum by (${by}) (rate(${name}${range})))
  )`
}

function distributionRules(name: string, metric: MetricDefinition): readonly Recording[] {
  const now = `(${quantile(metric, 0.5, SHORT)} and ${enough}) or (${quantile(metric, 0.5, LONG)} unless ${enough})`
  return [
    { record: signal(`${name}_p50`, 'now'), expr: now },
    { record: signal(`${name}_p75`, 'before'), expr: quantile(metric, 0.75, '1h', LONG) },
    { record: signal(`${name}_p90`, 'before'), expr: quantile(metric, 0.9, '1h', LONG) },
  ]
}

export const signalRules: readonly Recording[] = [
  { record: SHORT_CALLS, expr: increaseOf(METRIC_CALLS, { by: FEATURE, window: SHORT }) },
  ...SIGNALS.flatMap(rulesOf),
  ...rulesOf({
    name: 'prompt_calls',
    metric: METRIC_CALLS,
    by: [LABEL.promptName, LABEL.promptVersion],
  }).slice(0, 1),
  ...distributionRules('call_cost_USD', METRIC_OPERATION_COST),
  ...distributionRules('call_input_tokens', METRIC_OPERATION_INPUT_TOKENS),
]
