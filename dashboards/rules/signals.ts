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
import { inSeconds } from '../duration.ts'
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

export const INTERVAL = '15s'
/**
 * Where nothing came for longer, all of a counter counts as new: of ratios that is the process's whole life instead of
 * minutes of it.
 */
const LOOKBACK = '10m'
const SHORT = '2m'
const LONG = '5m'

export type Time = 'now' | 'before'

/** Names of the recorded series. */
export const signal = (name: string, time: Time): string => `costspan:${name}:${time}`

const SHORT_CALLS = `costspan:calls:${SHORT}`
const enough = `${ON_FEATURE} (${SHORT_CALLS} >= ${MIN_CALLS})`

interface Signal {
  readonly name: string
  /** Labels beside environment and feature. */
  readonly by?: readonly string[]
  /** Its increase within a window. */
  readonly over: (by: readonly string[], window: string) => string
}

/** Calls by prompt and waste: read once from the counters, then added up in three ways. */
const callsIn = (window: string): string => `costspan:calls_detail:${window}`
const CALL_DETAIL = [...FEATURE, LABEL.promptName, LABEL.promptVersion, LABEL.waste]

const counted = (metric: MetricDefinition): Signal['over'] => {
  return (by, window) => increaseOf(metric, { by, window, lookback: LOOKBACK })
}

const calls = (selector = ''): Signal['over'] => {
  return (by, window) => `sum by (${by.join(', ')}) (${callsIn(window)}${selector})`
}

const SIGNALS: readonly Signal[] = [
  { name: 'calls', over: calls() },
  { name: 'repeats', over: calls(`{${matching({ [LABEL.waste]: 'repeat' })}}`) },
  { name: 'prompt_calls', by: [LABEL.promptName, LABEL.promptVersion], over: calls() },
  { name: 'cost_USD', over: counted(METRIC_COST) },
  { name: 'units', over: counted(METRIC_UNITS) },
  { name: 'attempts', over: counted(METRIC_ATTEMPTS) },
  { name: 'context_tokens', by: [LABEL.contextPart], over: counted(METRIC_CONTEXT_TOKENS) },
  { name: 'output_tokens', over: counted(METRIC_OUTPUT_TOKENS) },
]

/** Both windows, the one of them that counts now, and the hour before. */
function rulesOf({ name, by = [], over }: Signal): readonly Recording[] {
  const [short, long] = [SHORT, LONG].map((window) => ({
    record: `costspan:${name}:${window}`,
    expr: over([...FEATURE, ...by], window),
  })) as [Recording, Recording]
  return [
    short,
    long,
    {
      record: signal(name, 'now'),
      expr: `(${short.record} and ${enough}) or (${long.record} unless ${enough})`,
    },
    // Each moment of the hour is in as many windows of 5 minutes as there are evaluations in 5 minutes.
    {
      record: signal(name, 'before'),
      expr: `sum_over_time(${long.record}[1h] offset ${LONG}) / ${inSeconds(LONG) / inSeconds(INTERVAL)}`,
    },
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
  ...[SHORT, LONG].map((window) => ({
    record: callsIn(window),
    expr: counted(METRIC_CALLS)(CALL_DETAIL, window),
  })),
  ...SIGNALS.flatMap(rulesOf),
  ...distributionRules('call_cost_USD', METRIC_OPERATION_COST),
  ...distributionRules('call_input_tokens', METRIC_OPERATION_INPUT_TOKENS),
]
