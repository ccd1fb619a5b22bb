/** Budgets as the rules record them: limit, spent, pace, and when they run out at it. */

import { HOUR_RECORDED } from './hourly.ts'
import { PERIODS } from './rules/budget-file.ts'
import { BUDGET, BUDGET_SPENT, budgetBurn, PERIOD_LABEL } from './rules/budgets.ts'
import { ratio } from './range.ts'

const eachPeriod = (value: (hours: number) => string): string =>
  Object.entries(PERIODS)
    .map(([period, days]) => `${BUDGET}{${PERIOD_LABEL}="${period}"} ${value(days * 24)}`)
    .join(' or ')

/** Of the last six hours those that are recorded. */
const RECORDED = `clamp_max(sum (count_over_time(${HOUR_RECORDED}[6h])), 6)`
/** Times of what an even spend allows: of the recorded hours of six, before there are any of the last hour. */
const PACE = `(${budgetBurn('6h')} * on () group_left () (6 / ${RECORDED}) or ${budgetBurn('1h')})`

export const LIMIT = BUDGET
/** Before the first hour is recorded, all there is was spent in the last one. */
export const SPENT = `(${BUDGET_SPENT} or ${budgetBurn('1h')} * (${eachPeriod((hours) => `/ ${hours}`)}))`
export const SPENT_SHARE = ratio(SPENT, LIMIT)
/** USD of a whole period that is spent like this. */
export const FORECAST = `${PACE} * ${LIMIT}`

/** Far beyond every forecast, so that Grafana can say it in words: the year 2343 or later. */
const NEVER = 1e10

/** Unix time in ms. At a pace that the budget allows it never runs out. */
export const RUNS_OUT = [
  `(time() + (clamp_min(1 - ${SPENT_SHARE}, 0)`,
  `* (${eachPeriod((hours) => `* 0 + ${hours * 3_600}`)})`,
  `/ (${PACE} > 1) or ${PACE} * 0 + ${NEVER})) * 1000`,
].join('\n  ')
