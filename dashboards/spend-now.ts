/** Spend: the tiles at its top. */

import { METRIC_COST } from '../instrumentation/semconv.ts'
import { toDashboard } from './destinations.ts'
import { HOUR_RECORDED, HOURLY } from './hourly.ts'
import { LABEL, matching } from './labels.ts'
import { increaseOf } from './money.ts'
import { stat, UNIT } from './panels.ts'
import { before, braced, inRange, LIVE_HOURS, ratio, recent, RESTARTS, shareOf } from './range.ts'
import { chosen } from './variables.ts'

export const SCOPE = chosen('environment', 'team', 'feature', 'model')
export const RANGE_CAVEAT = `up to ${LIVE_HOURS} hours the range is read from the counters and exact. Longer ones add up recorded hours: the hour that is not over yet is missing, except of what is new.`
const NO_SPEND = 'No spend: run `costspan doctor -- node app.js`'
const TILE = { width: 8, height: 3 } as const

const total = inRange(HOURLY.cost, { selector: SCOPE, by: [] })
const deeper = [
  toDashboard('feature', 'Explore a feature'),
  toDashboard('waste', 'What of it is waste'),
]

export const spentInRange = stat(total, {
  title: 'What was spent in this time range?',
  formula: 'Growth of `costspan_cost_USD_total` within the range, series by series.',
  caveat: `calls without a price are not in it; ${RANGE_CAVEAT}`,
  todo: 'look below at who spends it.',
  unit: UNIT.usd,
  noValue: NO_SPEND,
  links: deeper,
  ...TILE,
})

export const comparedWithBefore = stat(`${ratio(total, before(total))} - 1`, {
  title: 'How much more than before?',
  formula: 'Spend of the range over that of the range of the same length before it, less 1.',
  caveat: 'night is compared with day where the range is shorter than a day.',
  todo: 'above 25%: see what changed, at the bottom.',
  unit: UNIT.share,
  noValue: 'Nothing before: choose a later or shorter range',
  steps: [
    [0.25, 'orange'],
    [1, 'red'],
  ],
  links: [toDashboard('waste', 'What has grown')],
  ...TILE,
})

const hour = { selector: SCOPE, by: [], window: '1h', restarted: RESTARTS.matcher }

export const lastHour = stat(increaseOf(METRIC_COST, hour), {
  title: 'What did the last hour cost?',
  formula: 'Growth of `costspan_cost_USD_total` within the hour that ends with the range.',
  caveat: 'exact, and up to date to the last export of the applications (10 s).',
  todo: 'more than you expect: open the feature that leads the chart below.',
  unit: UNIT.usd,
  noValue: NO_SPEND,
  links: deeper,
  ...TILE,
})

const lastDaySpend = `sum (sum_over_time(${HOURLY.cost.hourly}${braced(SCOPE)}[24h]) or ${recent(HOURLY.cost, SCOPE)})`

export const lastDay = stat(lastDaySpend, {
  title: 'What did the last 24 hours cost?',
  formula: 'The recorded hours of 24 hours, and the last hour of what no hour has yet.',
  caveat: 'lags by up to an hour; hours at whose end Prometheus was down are missing.',
  todo: 'compare it with the day’s budget below.',
  unit: UNIT.usd,
  noValue: NO_SPEND,
  links: deeper,
  ...TILE,
})

const meanHour = `sum (sum_over_time(${HOURLY.cost.hourly}${braced(SCOPE)}[24h])) / on () sum (count_over_time(${HOUR_RECORDED}[24h]))`

export const monthAtThisPace = stat(
  `(${meanHour} or on () sum (${recent(HOURLY.cost, SCOPE)})) * 720`,
  {
    title: 'What would a month cost at this pace?',
    formula:
      'The mean recorded hour of the last 24, times 720; before there is one, the last hour.',
    caveat: 'a forecast from a single day knows no weekend.',
    todo: 'hold it against the budgets below.',
    unit: UNIT.usd,
    noValue: NO_SPEND,
    links: [toDashboard('units', 'What it buys')],
    ...TILE,
  },
)

export const UNPRICED = `${matching({ [LABEL.status]: 'unpriced' })},${LABEL.costReason}!="call_failed"`
const calls = inRange(HOURLY.callEnds, { selector: SCOPE, by: [] })
const unpriced = inRange(HOURLY.callEnds, { selector: `${SCOPE},${UNPRICED}`, by: [] })

export const unpricedShare = stat(shareOf(unpriced, calls), {
  title: 'What share of calls has no price?',
  formula: 'Calls with `costspan_cost_status="unpriced"` over all calls.',
  caveat: 'a call that failed without an answer costs nothing and is not among them.',
  todo: 'anything above 0: Health says which model and why.',
  unit: UNIT.share,
  noValue: 'No calls: run `costspan doctor -- node app.js`',
  steps: [
    [0.0001, 'orange'],
    [0.05, 'red'],
  ],
  links: [toDashboard('health', 'Which calls, and why')],
  ...TILE,
})
