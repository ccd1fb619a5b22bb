/** Waste and anomalies: what a call takes, feature by feature. */

import { toDashboard } from './destinations.ts'
import { HOURLY } from './hourly.ts'
import { LABEL, matching } from './labels.ts'
import { series, UNIT, type Question } from './panels.ts'
import { QUANTILE, quantileOverTime } from './quantiles.ts'
import { LIVE, perHour, ratio } from './range.ts'
import { NO_CALLS, SCOPE } from './waste-now.ts'
import { why } from './why.ts'

const BY = [LABEL.feature]
const common: Pick<Question, 'caveat' | 'noValue' | 'links' | 'width'> = {
  caveat: 'a shape by `rate()`, in long ranges by recorded hours: for sums see the tiles.',
  noValue: NO_CALLS,
  links: [toDashboard('feature', 'Explore the feature', { click: 'feature' })],
  width: 8,
}
const perCall = { by: BY, per: 'call of each', selector: SCOPE, shape: 'lines' } as const

export const context = why(
  { ...perCall, counter: HOURLY.contextTokens },
  {
    ...common,
    title: 'Whose context grows?',
    formula: 'Input tokens per call, by feature.',
    todo: 'click the line: the feature’s page says which part.',
    unit: UNIT.count,
  },
)

export const attempts = why(
  { ...perCall, counter: HOURLY.attempts },
  {
    ...common,
    title: 'Whose calls are retried?',
    formula: 'HTTP attempts per logical call, by feature.',
    todo: 'above 1.1: limits at the provider, or a client that retries too eagerly.',
    unit: UNIT.number,
  },
)

export const answers = why(
  { ...perCall, counter: HOURLY.outputTokens },
  {
    ...common,
    title: 'Whose answers grow?',
    formula: 'Output tokens per call, reasoning included, by feature.',
    todo: 'output is the dearest token: ask for less, or bound it.',
    unit: UNIT.count,
  },
)

const repeated = perHour(HOURLY.costParts, {
  selector: `${SCOPE},${matching({ [LABEL.waste]: 'repeat' })}`,
  by: BY,
})

export const repeats = series(
  [
    {
      expr: ratio(repeated, perHour(HOURLY.cost, { selector: SCOPE, by: BY })),
      legend: `{{${LABEL.feature}}}`,
    },
  ],
  {
    ...common,
    title: 'Who asks the same again?',
    formula: 'Spend of repeated requests over all spend, by feature.',
    todo: 'something asks again until an answer passes: find the check, bound its attempts.',
    unit: UNIT.share,
    noValue: 'No repeats in this range',
    width: 12,
  },
)

export const tail = series(
  [
    {
      expr: ratio(
        quantileOverTime(QUANTILE.costTail, SCOPE, LIVE),
        quantileOverTime(QUANTILE.costMedian, SCOPE, LIVE),
      ),
      legend: `{{${LABEL.feature}}}`,
    },
  ],
  {
    ...common,
    title: 'How much dearer are the dearest calls?',
    formula: '99th percentile of what a call costs over the median, by feature.',
    caveat: 'from a histogram with buckets at 1, 2.5 and 5 of each decade: read it as a magnitude.',
    todo: 'above 20 a few calls decide the bill: the feature’s page lists them.',
    unit: UNIT.number,
    noValue: 'No hour recorded yet: choose up to 4 hours',
    steps: [[20, 'orange']],
    width: 12,
  },
)
