/**
 * What grew within the time range of a dashboard, and how fast. Up to 4 hours it is read from the counters and exact;
 * longer ranges add up recorded hours. Of 1,600 series the exact growth of 3 hours takes Prometheus 0.9 s of a processor
 * (measured), recorded hours 0.1 s, and a month of raw samples is billions.
 */

import { prometheusName } from '../instrumentation/semconv.ts'
import type { HourlyCounter } from './hourly.ts'
import { LABEL } from './labels.ts'
import { increaseOf } from './money.ts'

/** Ranges up to this are added up from the counters. */
export const LIVE_HOURS = 4
/** Ranges up to this are drawn from the counters: `rate()` reads each sample once. An hour more than a day, for rounding. */
export const CURVE_HOURS = 25

const longer = (hours: number): string => `on () (vector($__range_s) > ${hours * 3_600})`

/** A matcher that everything passes in a short range and nothing in a long one, which then reads no counter at all. */
interface Gate {
  readonly variable: string
  readonly matcher: string
  /** For the variable: Prometheus compares, since Grafana can't. */
  readonly query: string
  readonly regex: string
  /** `and …`: in longer ranges only. */
  readonly longer: string
}

function gate(variable: string, hours: number): Gate {
  const value = (text: string): string => `label_replace(vector(1), "gate", "${text}", "", "")`
  return {
    variable,
    matcher: `${LABEL.service}=~"$${variable}"`,
    query: `query_result(${value('.*')} unless ${longer(hours)} or on () ${value('none')})`,
    regex: '/gate="([^"]*)"/',
    longer: longer(hours),
  }
}

export const LIVE = gate('live', LIVE_HOURS)
export const CURVE = gate('curve', CURVE_HOURS)

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
export function inRange(counter: HourlyCounter, { selector, by }: Asked): string {
  const { metric, hourly, labels } = counter
  const matchers = selector === '' ? LIVE.matcher : `${selector},${LIVE.matcher}`
  return `${sumBy(by)} (
  (sum_over_time(${hourly}${braced(selector)}[$__range]) or ${recent(counter, selector)}) and ${LIVE.longer}
  or ${increaseOf(metric, { selector: matchers, by: labels, window: '$__range' })}
)`
}

/** The last hour's growth by the labels of recorded hours, for a quarter of what `increaseOf` takes: restarts are no growth. */
export function recent({ metric, labels }: HourlyCounter, selector: string): string {
  const hour = `${prometheusName(metric)}${braced(selector)}[1h]`
  const last = `last_over_time(${hour})`
  return `${sumBy(labels)} ((${last} - last_over_time(${hour} offset 1h)) >= 0 or ${last})`
}

/** How much an hour, at each moment of the time range. For shapes: `rate()` is no sum of money. */
export function perHour({ metric, hourly }: HourlyCounter, { selector, by }: Asked): string {
  const grouped = sumBy(by)
  // A sample an hour, and rules may be evaluated late.
  return `(${grouped} (last_over_time(${hourly}${braced(selector)}[65m])) and ${CURVE.longer}
  or ${grouped} (rate(${prometheusName(metric)}${braced(selector, CURVE.matcher)}[$__rate_interval])) * 3600)`
}

/** An expression as it was: `increaseOf` can't be moved back by a variable. */
export const before = (expr: string, back = '$__range'): string =>
  `last_over_time((${expr})[1s:1s] offset ${back})`

/** 0 where there is none of it, as long as there is any of the whole. */
export const orNone = (part: string, whole: string): string => `((${part}) or (${whole}) * 0)`

/** Parts of what there is; nothing, where there is nothing to divide by. */
export const ratio = (part: string, whole: string): string => `(${part}) / ((${whole}) > 0)`
