/**
 * What grew within the time range of a dashboard, and how fast. Up to 4 hours it is read from the counters and exact;
 * longer ranges add up recorded hours, since a month of raw samples is billions.
 */

import { prometheusName } from '../instrumentation/semconv.ts'
import type { HourlyCounter } from './hourly.ts'
import { LABEL } from './labels.ts'
import { increaseOf } from './money.ts'

export const LIVE_HOURS = 4
const LONG = `on () (vector($__range_s) > ${LIVE_HOURS * 3_600})`

/**
 * Value of the variable `live`: a matcher that everything passes in a short range and nothing in a long one, so that a
 * long range does not read the counters at all.
 */
export const LIVE_QUERY = `query_result(label_replace(vector(1), "live", ".*", "", "") and on () (vector($__range_s) <= ${LIVE_HOURS * 3_600}) or on () label_replace(vector(1), "live", "none", "", ""))`
export const LIVE_REGEX = '/live="([^"]*)"/'
export const LIVE = `${LABEL.service}=~"$live"`

export interface Asked {
  /** Label matchers without braces. */
  readonly selector: string
  /** Labels to keep; none: one number. */
  readonly by: readonly string[]
}

export const braced = (...matchers: readonly string[]): string => {
  const some = matchers.filter((matcher) => matcher !== '')
  return some.length === 0 ? '' : `{${some.join(',')}}`
}
export const sumBy = (by: readonly string[]): string =>
  by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`

/** How much it grew within the time range. What no hour has yet is read from the last hour of the counters. */
export function inRange(
  { metric, hourly, labels }: HourlyCounter,
  { selector, by }: Asked,
): string {
  const counters = (window: string, matchers: string): string =>
    increaseOf(metric, { selector: matchers, by: labels, window })
  const live = selector === '' ? LIVE : `${selector},${LIVE}`
  return `${sumBy(by)} (
  (sum_over_time(${hourly}${braced(selector)}[$__range]) or ${counters('1h', selector)}) and ${LONG}
  or ${counters('$__range', live)}
)`
}

/** How much an hour, at each moment of the time range. For shapes: `rate()` is no sum of money. */
export function perHour({ metric, hourly }: HourlyCounter, { selector, by }: Asked): string {
  const grouped = sumBy(by)
  // A sample an hour, and rules may be evaluated late.
  return `(${grouped} (last_over_time(${hourly}${braced(selector)}[65m])) and ${LONG}
  or ${grouped} (rate(${prometheusName(metric)}${braced(selector, LIVE)}[$__rate_interval])) * 3600)`
}

/** An expression as it was: `increaseOf` can't be moved back by a variable. */
export const before = (expr: string, back = '$__range'): string =>
  `last_over_time((${expr})[1s:1s] offset ${back})`

/** 0 where there is none of it, as long as there is any of the whole. */
export const orNone = (part: string, whole: string): string => `((${part}) or (${whole}) * 0)`

/** Parts of what there is; nothing, where there is nothing to divide by. */
export const ratio = (part: string, whole: string): string => `(${part}) / ((${whole}) > 0)`
