/** Health: the tiles. */

import {
  METRIC_CALLS,
  METRIC_PRICE_BOOK_TIME,
  prometheusName,
  UNATTRIBUTED,
} from '../instrumentation/semconv.ts'
import { toDashboard } from './destinations.ts'
import { HOUR_RECORDED, HOURLY } from './hourly.ts'
import { LABEL, matching } from './labels.ts'
import { stat, UNIT, type Question } from './panels.ts'
import { braced, inRange, shareOf, zeroInRange } from './range.ts'
import { RANGE_CAVEAT, UNPRICED } from './spend-now.ts'
import { chosen } from './variables.ts'

export const SCOPE = chosen('environment')
export const NO_CALLS = 'No calls: run `costspan doctor -- node app.js`'
export const BOOK = `${prometheusName(METRIC_PRICE_BOOK_TIME)}${braced(SCOPE)}`
/** What every series of ours is called. */
export const OURS = '__name__=~"costspan_.+|gen_ai_client_.+"'

const common: Pick<Question, 'caveat' | 'noValue' | 'links' | 'width' | 'height'> = {
  caveat: RANGE_CAVEAT,
  noValue: NO_CALLS,
  links: [toDashboard('spend', 'Spend')],
  width: 12,
  height: 3,
}

const callsWith = (...matchers: readonly string[]): string =>
  inRange(HOURLY.callEnds, { selector: [SCOPE, ...matchers].join(','), by: [] })
const share = (...matchers: readonly string[]): string =>
  shareOf(callsWith(...matchers), callsWith())

export const unpricedShare = stat(share(UNPRICED), {
  ...common,
  title: 'What share of calls has no price?',
  formula: 'Calls with `costspan_cost_status="unpriced"` over all calls.',
  caveat: `calls that failed without an answer cost nothing and are not among them. ${RANGE_CAVEAT}`,
  todo: 'the table below says which model and why.',
  unit: UNIT.share,
  steps: [
    [0.0001, 'orange'],
    [0.05, 'red'],
  ],
})

export const partialShare = stat(share(matching({ [LABEL.status]: 'partial' })), {
  ...common,
  title: 'What share is priced only in part?',
  formula: 'Calls with `costspan_cost_status="partial"` over all calls.',
  caveat: 'their cost is a lower bound: a stream that was cut short, a rate that is missing.',
  todo: 'the table below says why.',
  unit: UNIT.share,
  steps: [
    [0.01, 'orange'],
    [0.1, 'red'],
  ],
})

const spend = (...matchers: readonly string[]): string =>
  inRange(HOURLY.cost, { selector: [SCOPE, ...matchers].join(','), by: [] })
const nobodys = spend(matching({ [LABEL.feature]: UNATTRIBUTED }))

export const unattributedShare = stat(shareOf(nobodys, spend()), {
  ...common,
  title: 'What share of spend is nobody’s?',
  formula: 'Spend of the feature `unattributed` over all spend.',
  todo: 'give calls a feature: docs/attribution.md.',
  unit: UNIT.share,
  steps: [
    [0.02, 'orange'],
    [0.1, 'red'],
  ],
})

export const bookAge = stat(`(time() - min(${BOOK})) / 86400`, {
  ...common,
  title: 'How old is the oldest price book?',
  formula: 'Now, less the date of the oldest book that a process uses.',
  caveat:
    'only of processes with costspan; the Collector’s prices are as old as its configuration.',
  todo: 'update costspan, or let it refresh prices: docs/pricing.md.',
  unit: UNIT.days,
  noValue: 'No process reports a price book',
  steps: [
    [45, 'orange'],
    [90, 'red'],
  ],
})

export const missedHours = stat(`clamp_min(24 - sum(count_over_time(${HOUR_RECORDED}[24h])), 0)`, {
  ...common,
  title: 'Are hours of the last day missing?',
  formula: '24, less the hours that were recorded.',
  caveat: 'an installation younger than a day misses those before it.',
  todo: 'fill them: docs/alerts.md, “Recorded hours”.',
  unit: UNIT.count,
  noValue: 'No hour recorded yet: wait an hour, or load collector-config/rules',
  steps: [[1, 'orange']],
})

const cardinality = inRange(HOURLY.dropped, {
  selector: `${SCOPE},${matching({ [LABEL.reason]: 'cardinality' })}`,
  by: [],
})

export const folded = stat(
  `(${cardinality}) or ${zeroInRange(HOURLY.callEnds, { selector: SCOPE, by: [] })}`,
  {
    ...common,
    title: 'Were label sets folded together?',
    formula: 'Growth of `costspan_dropped_total` with the reason `cardinality`.',
    caveat: 'the money stays counted, under `other`.',
    todo: 'too many prompts or features are invented: name fewer.',
    unit: UNIT.count,
    steps: [[1, 'orange']],
  },
)

export const sharedSeries = stat(
  `sum(resets(${prometheusName(METRIC_CALLS)}${braced(SCOPE)}[1h]))`,
  {
    ...common,
    title: 'Do two processes write the same series?',
    formula: 'Times that a counter of calls fell within the last hour.',
    caveat: 'a process begins series of its own (`service.instance.id`): none should ever fall.',
    todo: 'above 0: two processes share an id. Leave OTEL_RESOURCE_ATTRIBUTES without `service.instance.id`.',
    unit: UNIT.count,
    steps: [[1, 'red']],
  },
)

export const seriesCount = stat(`count({${OURS}})`, {
  ...common,
  title: 'How many series are there?',
  formula: 'Series of costspan with a value in the last 5 minutes.',
  caveat: 'of all environments: it is Prometheus’ memory that they take.',
  todo: 'the table below says of which metric.',
  unit: UNIT.count,
  steps: [
    [100_000, 'orange'],
    [300_000, 'red'],
  ],
})
