/** Explore a feature: what its cost is made of. */

import { causeFigures, CAUSES_CAVEAT, CAUSES_FORMULA, NO_BASELINE, PEAK } from './cause-figures.ts'
import { toDashboard } from './destinations.ts'
import { NO_CALLS, SCOPE, itsWaste, theCalls } from './feature-now.ts'
import { HOURLY } from './hourly.ts'
import { LABEL, NO_MODEL } from './labels.ts'
import { series, UNIT, type Question } from './panels.ts'
import { QUANTILE, quantileOverTime } from './quantiles.ts'
import { inRange, perHour, ratio } from './range.ts'
import { CAUSE_LABEL } from './rules/causes.ts'
import { RANGE_CAVEAT } from './spend-now.ts'
import { ranked, type FigureColumn } from './tables.ts'
import { why } from './why.ts'

const common: Pick<Question, 'noValue' | 'links' | 'width'> = {
  noValue: NO_CALLS,
  links: [theCalls],
  width: 12,
}
const SHAPE = 'a shape by `rate()`, in long ranges by recorded hours: for sums see the tiles.'

export const parts = why(
  { counter: HOURLY.costParts, by: [LABEL.component], per: 'call', selector: SCOPE },
  {
    ...common,
    title: 'What is a call’s cost made of?',
    formula:
      'Cost by `costspan_cost_component` over calls: input, cache, output, tools, and overhead that `recordCost` named.',
    caveat: SHAPE,
    todo: 'the layer that grew says where to look: input in context, output in answers.',
    unit: UNIT.usdPerCall,
    links: [theCalls, itsWaste],
  },
)

export const causesNow = ranked(
  {
    labels: [{ label: CAUSE_LABEL, name: 'Cause' }],
    figures: causeFigures([CAUSE_LABEL], SCOPE),
    rankedBy: PEAK,
  },
  {
    ...common,
    title: 'What has grown against the hour before?',
    formula: CAUSES_FORMULA,
    caveat: CAUSES_CAVEAT,
    todo: 'roll back what changed first: see the releases marked in the charts.',
    unit: UNIT.number,
    noValue: NO_BASELINE,
    links: [itsWaste],
  },
)

export const attempts = why(
  { counter: HOURLY.attempts, by: [LABEL.httpStatus], per: 'call', selector: SCOPE },
  {
    ...common,
    title: 'Is it retries?',
    formula: 'HTTP attempts per logical call, by the status they were answered with.',
    caveat: SHAPE,
    todo: '429: a limit at the provider, or a client that retries too eagerly. 5xx: the provider.',
    unit: UNIT.number,
    width: 8,
  },
)

export const context = why(
  { counter: HOURLY.contextTokens, by: [LABEL.contextPart], per: 'call', selector: SCOPE },
  {
    ...common,
    title: 'Is it context?',
    formula: 'Input tokens per call by part of the request: system, history, tools, rest.',
    caveat: 'parts are apportioned by their length: an estimate. The sum is what was billed.',
    todo: '`history` is what is sent along: shorten or summarise it. `system` is the prompt.',
    unit: UNIT.count,
    width: 8,
  },
)

export const inputSize = series(
  [
    { expr: quantileOverTime(QUANTILE.inputMedian, SCOPE), legend: 'median' },
    { expr: quantileOverTime(QUANTILE.inputHigh, SCOPE), legend: 'p95' },
  ],
  {
    ...common,
    title: 'How long are its requests?',
    formula: 'Median and 95th percentile of input tokens of a call, from the histogram.',
    caveat: 'explicit buckets are powers of 4: read it as a magnitude.',
    todo: 'p95 away from the median: some conversations run away. See the lists at the bottom.',
    unit: UNIT.count,
    width: 8,
  },
)

export const versions = why(
  {
    counter: HOURLY.cost,
    by: [LABEL.promptVersion],
    per: 'call of each',
    selector: SCOPE,
    shape: 'lines',
  },
  {
    ...common,
    title: 'Is it the prompt version?',
    formula: 'Cost per call of each prompt version.',
    caveat: SHAPE,
    todo: 'a version above the others: compare it in the table.',
    unit: UNIT.usdPerCall,
    width: 8,
  },
)

const BY = [LABEL.promptVersion, LABEL.model]
/** Of calls: what is recorded beside them has no model to compare. */
const of = (counter: Parameters<typeof inRange>[0]): string =>
  inRange(counter, { selector: `${SCOPE},${LABEL.model}!="${NO_MODEL}"`, by: BY })

const COMPARED: readonly FigureColumn[] = [
  { name: 'Spend', expr: of(HOURLY.cost), unit: UNIT.usd, bar: true },
  { name: 'Calls', expr: of(HOURLY.calls), unit: UNIT.count },
  { name: 'A call', of: ['Spend', '/', 'Calls'], unit: UNIT.usdPerCall },
  { name: 'Input tokens', expr: ratio(of(HOURLY.inputTokens), of(HOURLY.calls)), unit: UNIT.count },
  {
    name: 'Output tokens',
    expr: ratio(of(HOURLY.outputTokens), of(HOURLY.calls)),
    unit: UNIT.count,
  },
]

export const versionTable = ranked(
  {
    labels: [
      { label: LABEL.promptVersion, name: 'Version' },
      { label: LABEL.model, name: 'Model' },
    ],
    figures: COMPARED,
  },
  {
    ...common,
    title: 'How do prompt versions compare?',
    formula: 'Within the range: spend, calls, and per call its cost and tokens.',
    caveat: `costs beside calls (\`recordCost\`) are left out; ${RANGE_CAVEAT}`,
    todo: 'a dearer version must be a better one: hold it against outcomes.',
    unit: UNIT.usd,
    links: [toDashboard('units', 'Its outcomes')],
    width: 16,
  },
)

export const latency = series(
  [
    { expr: quantileOverTime(QUANTILE.durationMedian, SCOPE), legend: 'median' },
    { expr: quantileOverTime(QUANTILE.durationHigh, SCOPE), legend: 'p95' },
  ],
  {
    ...common,
    title: 'How long does a call take?',
    formula: 'Median and 95th percentile of a logical call, retries and the stream included.',
    caveat: 'from a histogram whose buckets double: between two bounds it is interpolated.',
    todo: 'slower and dearer together: longer answers, or retries.',
    unit: UNIT.seconds,
  },
)

export const endings = series(
  [
    {
      expr: perHour(HOURLY.callEnds, { selector: SCOPE, by: [LABEL.end] }),
      legend: `{{${LABEL.end}}}`,
    },
  ],
  {
    ...common,
    title: 'How do its calls end?',
    formula: 'Calls an hour by `costspan_call_end`.',
    caveat: 'a call that failed without an answer has no price and costs nothing.',
    todo: '`failed`: the provider refuses. `broken_off`: connections. `aborted`: the application.',
    unit: UNIT.number,
  },
  'stacked',
)
