/** What long ranges read: the spend of each hour, and how many calls it bought, without the processes that made them. */

import { METRIC_CALLS, METRIC_COST, METRIC_UNITS } from '../../instrumentation/semconv.ts'
import { LABEL } from '../labels.ts'
import { increaseOf } from '../money.ts'
import type { Group } from './rule.ts'

/** USD by environment, team, feature, prompt, prompt version and model: a sample an hour. */
export const HOURLY_COST = 'costspan:cost_USD:hour'
const HOURLY_CALLS = 'costspan:calls:hour'
/** By environment, team and feature. */
const HOURLY_UNITS = 'costspan:units:hour'
/** 1 for each hour that was recorded. */
export const HOUR_RECORDED = 'costspan:recorded:hour'

const BY = [
  LABEL.environment,
  LABEL.team,
  LABEL.feature,
  LABEL.promptName,
  LABEL.promptVersion,
  LABEL.model,
]

/** Values pushed within a minute still count; an outage of a day is not counted twice. */
const HOUR = { window: '1h', lookback: '1d' } as const

export const spendGroup: Group = {
  name: 'costspan-spend-hourly',
  interval: '1h',
  query_offset: '1m',
  rules: [
    { record: HOURLY_COST, expr: increaseOf(METRIC_COST, { by: BY, ...HOUR }) },
    { record: HOURLY_CALLS, expr: increaseOf(METRIC_CALLS, { by: BY, ...HOUR }) },
    { record: HOURLY_UNITS, expr: increaseOf(METRIC_UNITS, { by: BY.slice(0, 3), ...HOUR }) },
    { record: HOUR_RECORDED, expr: 'vector(1)' },
  ],
}
