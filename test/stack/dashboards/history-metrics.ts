/** The contract's metrics as functions of a count of calls, with the labels that processes export. */

import { HOUR_RECORDED, HOURLY } from '../../../dashboards/hourly.ts'
import { LABEL } from '../../../dashboards/labels.ts'
import { QUANTILE } from '../../../dashboards/quantiles.ts'
import * as names from '../../../instrumentation/semconv.ts'
import type { CallSet } from './history.ts'

export interface SeriesOf {
  readonly name: string
  /** Labels of the set. */
  readonly keeps: readonly string[]
  readonly more: Readonly<Record<string, string>>
  /** Has the labels of the process that exported it. */
  readonly ofProcess: boolean
  readonly value: (set: CallSet, calls: number) => number
  /** Sets that share a series are not added: the greatest of them counts. */
  readonly greatest?: boolean
  readonly applies?: (set: CallSet) => boolean
}

const { environment, team, feature, promptName, promptVersion, provider, model } = LABEL
const PROMPT = [environment, feature, promptName, promptVersion]
const CALL = [...PROMPT, team, provider, model]
const UNIT = [environment, team, feature]

type Value = SeriesOf['value']

const counter = (
  metric: names.MetricDefinition,
  keeps: readonly string[],
  more: Readonly<Record<string, string>>,
  value: Value,
  applies?: SeriesOf['applies'],
): SeriesOf => ({
  name: names.prometheusName(metric),
  keeps,
  more,
  ofProcess: true,
  value,
  ...(applies === undefined ? {} : { applies }),
})

/** Of a unit's calls those after the first ask the same again. */
const asked = (set: CallSet, calls: number): number => Math.ceil(calls / set.callsPerUnit)
const again = (set: CallSet, calls: number): number => calls - asked(set, calls)
const repeats = ({ callsPerUnit }: CallSet): boolean => callsPerUnit > 1

const WASTE: readonly (readonly [string, Value, SeriesOf['applies']])[] = [
  ['none', asked, undefined],
  ['repeat', again, repeats],
]

/** Every component that any set has: a set without one has no series of it. */
const COMPONENTS = ['input', 'output', 'cache_read', 'vector_db']

const cost = COMPONENTS.flatMap((component) =>
  WASTE.map(([waste, value, applies]) =>
    counter(
      names.METRIC_COST,
      CALL,
      {
        costspan_cost_component: component,
        costspan_waste: waste,
        costspan_cost_by: 'sdk',
      },
      (set, calls) => value(set, calls) * (set.usd[component] ?? 0),
      (set) => set.usd[component] !== undefined && applies?.(set) !== false,
    ),
  ),
)

const calls = WASTE.map(([waste, value, applies]) =>
  counter(
    names.METRIC_CALLS,
    CALL,
    {
      costspan_waste: waste,
      costspan_cost_status: 'priced',
      costspan_call_end: 'completed',
      gen_ai_operation_name: 'chat',
    },
    value,
    applies,
  ),
)

const attempts = [
  counter(
    names.METRIC_ATTEMPTS,
    [...PROMPT, provider, model],
    { http_response_status_code: '200' },
    (_, n) => n,
  ),
  counter(
    names.METRIC_ATTEMPTS,
    [...PROMPT, provider, model],
    { http_response_status_code: '429' },
    (set, n) => n * set.refused,
    ({ refused }) => refused > 0,
  ),
]

const TEXT = { gen_ai_token_modality: 'text' }
const tokens = [
  counter(names.METRIC_INPUT_TOKENS, CALL, TEXT, (set, n) => n * set.tokens.input),
  counter(names.METRIC_OUTPUT_TOKENS, CALL, TEXT, (set, n) => n * set.tokens.output),
  counter(names.METRIC_CACHE_READ_TOKENS, CALL, TEXT, (set, n) => n * set.tokens.cacheRead),
  counter(names.METRIC_CACHE_WRITE_TOKENS, CALL, TEXT, () => 0),
  counter(names.METRIC_REASONING_TOKENS, CALL, TEXT, () => 0),
  counter(
    names.METRIC_CACHE_SAVINGS,
    CALL,
    {},
    (set, n) => n * (set.usd['cache_read'] ?? 0) * 9,
    ({ tokens: { cacheRead } }) => cacheRead > 0,
  ),
]

const context = ['system', 'history', 'rest'].map((part) =>
  counter(
    names.METRIC_CONTEXT_TOKENS,
    PROMPT,
    { costspan_context_part: part },
    (set, n) => n * set.tokens.input * (set.context[part] ?? 0),
    (set) => set.context[part] !== undefined,
  ),
)

/** Half the calls have half the mean, four in ten the mean, one in ten three and a half times it. */
function shareBelow(limit: number, mean: number): number {
  return (mean / 2 <= limit ? 0.5 : 0) + (mean <= limit ? 0.4 : 0) + (mean * 3.5 <= limit ? 0.1 : 0)
}

function histogram(
  metric: names.MetricDefinition,
  keeps: readonly string[],
  mean: (set: CallSet) => number,
): readonly SeriesOf[] {
  const base = counter(metric, keeps, {}, (_, n) => n)
  const buckets = [...(metric.boundaries ?? []), Infinity].map((limit) => ({
    ...base,
    name: `${base.name}_bucket`,
    more: { le: limit === Infinity ? '+Inf' : String(limit) },
    value: (set: CallSet, n: number) => n * shareBelow(limit, mean(set)),
  }))
  const sum = (set: CallSet, n: number): number => n * mean(set)
  return [
    ...buckets,
    { ...base, name: `${base.name}_count` },
    { ...base, name: `${base.name}_sum`, value: sum },
  ]
}

const MODEL = [environment, feature, provider, model]
const callUsd = ({ usd }: CallSet): number =>
  Object.entries(usd).reduce((sum, [part, each]) => sum + (part === 'vector_db' ? 0 : each), 0)

const inputTokens = ({ tokens: { input } }: CallSet): number => input
/** As fast as the demo's simulator, so that the story is no jump. */
const seconds = ({ tokens: { output } }: CallSet): number => 0.1 + output / 20_000

const histograms = [
  ...histogram(names.METRIC_OPERATION_INPUT_TOKENS, PROMPT, inputTokens),
  ...histogram(names.METRIC_DURATION, MODEL, seconds),
  ...histogram(names.METRIC_TIME_TO_FIRST_CHUNK, MODEL, () => 0.4),
  // Processes export it exponential; promtool reads classic ones alone.
  ...histogram(names.METRIC_OPERATION_COST, MODEL, callUsd),
]

const OUTCOME = { costspan_outcome_name: 'ticket.resolved' }
const resolved =
  (share: number): Value =>
  (set, n) =>
    Math.floor(asked(set, n) * share)
/** A search or a draft resolves no ticket. */
const talks = ({ unit }: CallSet): boolean => unit === 'conversation'

const units = [
  counter(names.METRIC_UNITS, [...UNIT, 'costspan_unit_type'], {}, asked),
  counter(
    names.METRIC_OUTCOMES,
    UNIT,
    { ...OUTCOME, costspan_outcome_success: 'true' },
    resolved(0.875),
    talks,
  ),
  counter(
    names.METRIC_OUTCOMES,
    UNIT,
    { ...OUTCOME, costspan_outcome_success: 'false' },
    resolved(0.125),
    talks,
  ),
  counter(
    names.METRIC_OUTCOME_VALUE,
    UNIT,
    OUTCOME,
    (set, n) => resolved(0.875)(set, n) * 2,
    talks,
  ),
]

/** Of November 2026, 23. */
const BOOK_TIME = 1_795_392_000
const book = {
  ...counter(names.METRIC_PRICE_BOOK_TIME, [environment], {}, () => BOOK_TIME),
  greatest: true,
}

export const METRICS: readonly SeriesOf[] = [
  book,
  ...cost,
  ...calls,
  ...attempts,
  ...tokens,
  ...context,
  ...histograms,
  ...units,
]

const picked = (
  labels: Readonly<Record<string, string>>,
  kept: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).filter(([label]) => kept.includes(label)))

/** A counter's hours: the same, by fewer labels and without its process. */
const hours = Object.values(HOURLY).flatMap(({ metric, hourly, labels }) =>
  METRICS.filter(({ name }) => name === names.prometheusName(metric)).map((of) => ({
    ...of,
    name: hourly,
    keeps: of.keeps.filter((label) => labels.includes(label)),
    more: picked(of.more, labels),
    ofProcess: false,
  })),
)

const MEANS: ReadonlyMap<string, (set: CallSet) => number> = new Map(
  [
    [names.METRIC_OPERATION_COST, callUsd] as const,
    [names.METRIC_OPERATION_INPUT_TOKENS, inputTokens] as const,
    [names.METRIC_DURATION, seconds] as const,
  ].map(([metric, mean]) => [metric.name, mean]),
)

const quantiles = Object.values(QUANTILE).map(({ metric, rank, hourly }) => ({
  name: hourly,
  keeps: [environment, feature],
  more: {},
  ofProcess: false,
  greatest: true,
  value: (set: CallSet) => (MEANS.get(metric.name)?.(set) ?? NaN) * (rank > 0.9 ? 3.5 : 0.5),
}))

/** What the hourly rules would have recorded at the end of each hour. */
export const HOURS: readonly SeriesOf[] = [
  ...hours,
  ...quantiles,
  { name: HOUR_RECORDED, keeps: [], more: {}, ofProcess: false, greatest: true, value: () => 1 },
]
