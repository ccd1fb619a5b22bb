/** What long ranges read: each hour's spend and what it bought, without the processes that made it. */

import { HOURLY, HOUR_RECORDED, type HourlyCounter } from '../hourly.ts'
import { increaseOf } from '../money.ts'
import { hourlyQuantiles } from '../quantiles.ts'
import type { Group, Recording } from './rule.ts'

/** Values pushed within a minute still count; an outage of a day is not counted twice. */
const HOUR = { window: '1h', lookback: '1d' } as const

const recording = ({ metric, hourly, labels }: HourlyCounter): Recording => ({
  record: hourly,
  expr: increaseOf(metric, { by: labels, ...HOUR }),
})

export const spendGroup: Group = {
  name: 'costspan-spend-hourly',
  interval: '1h',
  query_offset: '1m',
  rules: [
    ...Object.values(HOURLY).map(recording),
    ...hourlyQuantiles,
    { record: HOUR_RECORDED, expr: 'vector(1)' },
  ],
}
