/**
 * What budgets and services' shares read instead of the counters: each minute the exact growth of 5 minutes, without
 * the processes that made it. A moment is in five of these windows, so that what arrives late, or an evaluation that
 * Prometheus misses, is missing in some of them at most.
 */

import { METRIC_COST } from '../../instrumentation/semconv.ts'
import { inSeconds } from '../duration.ts'
import { LABEL } from '../labels.ts'
import { increaseOf } from '../money.ts'
import { SCOPE_LABELS } from './budget-file.ts'
import type { Group } from './rule.ts'

const WINDOW = '5m'
const INTERVAL = '1m'

/** USD of the last 5 minutes, by what a budget can be of and by service. */
export const SPENT = `costspan:spent_USD:${WINDOW}`

/** USD within a window of more than 5 minutes, series by series. It begins and ends 5 minutes wide. */
export const spentWithin = (selector: string, window: string): string =>
  `sum_over_time(${SPENT}${selector}[${window}]) / ${inSeconds(WINDOW) / inSeconds(INTERVAL)}`

export const minutesGroup: Group = {
  name: 'costspan-minutes',
  interval: INTERVAL,
  query_offset: '30s',
  rules: [
    {
      record: SPENT,
      expr: increaseOf(METRIC_COST, { by: [...SCOPE_LABELS, LABEL.service], window: WINDOW }),
    },
  ],
}
