/** Everything the page shows, computed in one go. */

import type { Overview, RunRate } from './answers.ts'
import type { Store } from './store.ts'
import type { Dimension } from './store/dimensions.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Round widths, so that buckets read well. */
const BUCKETS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
  30 * DAY,
]
const MOST_POINTS = 90
const MOST_GROUPS = 50
const MOST_CALLS = 10
const MOST_GAPS = 20

export function overview(
  store: Store,
  by: Dimension,
  periodMs: number | undefined,
  now: number,
): Overview {
  const period = periodMs === undefined ? {} : { from: now - periodMs }
  const extent = store.extent(period)
  const all = store.groups(period, by === 'feature' ? ['feature'] : [by])
  const nobody = by === 'feature' ? all : store.groups(period, ['feature'])
  const unattributed = nobody.find((group) => group.key.feature === null)
  const span = chartSpan(extent.first ?? now, extent.last ?? now, now)
  return {
    now,
    by,
    ...(periodMs === undefined ? {} : { periodMs }),
    totals: store.totals(period),
    ...(extent.first === undefined ? {} : { first: extent.first }),
    ...(extent.last === undefined ? {} : { last: extent.last }),
    everCalls: store.extent().calls,
    pruned: extent.pruned,
    otherUsd: store.costGroups(period, []).reduce((sum, { usd }) => sum + usd, 0),
    runRate: runRate(store, extent.first ?? now, now),
    chart: store.chart(span, by, bucketFor(span.to - span.from)),
    groups: all.slice(0, MOST_GROUPS),
    moreGroups: Math.max(0, all.length - MOST_GROUPS),
    dearest: store.dearest(period, MOST_CALLS),
    unpriced: store.unpriced(period, MOST_GAPS),
    unattributed: store.unattributed(period, MOST_GAPS),
    unattributedCalls: unattributed?.calls ?? 0,
    unattributedUsd: unattributed?.usd ?? 0,
  }
}

/**
 * What was spent in the last five minutes, as an hour's worth. Where the first call came later than that, since then,
 * but no shorter than ten seconds: one call is not a rate.
 */
function runRate(store: Store, first: number, now: number): RunRate {
  const windowMs = Math.min(5 * MINUTE, Math.max(10 * SECOND, now - first))
  const { usd } = store.totals({ from: now - windowMs })
  return { usdPerHour: (usd / windowMs) * HOUR, windowMs }
}

/** From the first call to now; long after the last call, only a quarter more than what there is to see. */
function chartSpan(first: number, last: number, now: number): { from: number; to: number } {
  const busy = last - first
  const idle = Math.max(0, now - last)
  const to = last + Math.min(idle, Math.max(10 * SECOND, busy / 4))
  return { from: first, to: Math.max(to, first) + 1 }
}

function bucketFor(spanMs: number): number {
  const least = spanMs / MOST_POINTS
  const round = BUCKETS.find((bucket) => bucket >= least)
  return round ?? Math.ceil(least / (30 * DAY)) * 30 * DAY
}
