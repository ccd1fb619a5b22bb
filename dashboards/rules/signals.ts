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

/**
 * What alerts compare are ratios, for which a restart need not be exact: it counts from 0 on. A third of what `money()`
 * reads, which would be most of a processor each 15 s where there are 60,000 series (docs/alerts.md).
 */
const counted = (metric: MetricDefinition): Signal['over'] => {
  return (by, window) => {
    const series = prometheusName(metric)
    const last = `last_over_time(${series}[${window}])`
    const base = `last_over_time(${series}[${LOOKBACK}] offset ${window})`
    return `sum by (${by.join(', ')}) ((${last} - ${base}) >= 0 or ${last})`
  }
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

/** Each moment of the window is in as many windows of 5 minutes as there are evaluations in 5 minutes. */
const addedUp = (recorded: string, window: string, offset: string): string =>
  `sum_over_time(${recorded}[${window}] offset ${offset}) / ${inSeconds(LONG) / inSeconds(INTERVAL)}`

/** Calls by environment and feature, for whoever would count them again. */
export const recordedCalls = {
  /** Of the last 5 minutes. */
  within: `costspan:calls:${LONG}`,
  over: (window: string, offset: string): string =>
    addedUp(`costspan:calls:${LONG}`, window, offset),
} as const

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
    { record: signal(name, 'before'), expr: addedUp(long.record, '1h', LONG) },
  ]
}

/** Which prompt the calls are made with. */
export const PROMPT_CALLS = signal('prompt_calls', 'now')

/** A histogram's calls a second by feature: with explicit buckets, and exponential. */
const KINDS = [
  { kind: 'buckets', suffix: '_bucket', by: [...FEATURE, 'le'] },
  { kind: 'histogram', suffix: '', by: FEATURE },
] as const

/** The counters are read once for each window; of the hour before those 5 minutes are added up, as for `rulesOf`. */
function distributionRules(name: string, metric: MetricDefinition): readonly Recording[] {
  const recorded = (kind: string, window: string): string => `costspan:${name}_${kind}:${window}`
  const quantile = (rank: number, of: (kind: string) => string): string =>
    KINDS.map(({ kind }) => `histogram_quantile(${rank}, ${of(kind)})`).join('\n  or ')
  const within = (window: string): string => quantile(0.5, (kind) => recorded(kind, window))
  const hour = (rank: number): string =>
    quantile(rank, (kind) => `sum_over_time(${recorded(kind, LONG)}[1h] offset ${LONG})`)
  return [
    ...[SHORT, LONG].flatMap((window) =>
      KINDS.map(({ kind, suffix, by }) => ({
        record: recorded(kind, window),
        expr: `sum by (${by.join(', ')}) (rate(${prometheusName(metric)}${suffix}[${window}]))`,
      })),
    ),
    {
      record: signal(`${name}_p50`, 'now'),
      expr: `((${within(SHORT)}) and ${enough}) or ((${within(LONG)}) unless ${enough})`,
    },
    { record: signal(`${name}_p75`, 'before'), expr: hour(0.75) },
    { record: signal(`${name}_p90`, 'before'), expr: hour(0.9) },
    { record: signal(`${name}_p97`, 'before'), expr: hour(0.97) },
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
