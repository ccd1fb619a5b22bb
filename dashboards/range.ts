/**
 * What grew within the time range of a dashboard, and how fast. Up to 4 hours it is read from the counters and exact;
 * longer ranges add up recorded hours. Of 1,600 series the exact growth of 3 hours takes Prometheus 0.9 s of a processor
 * (measured), recorded hours 0.1 s, and a month of raw samples is billions.
 */

import {
  METRIC_CALLS,
  METRIC_COST,
  METRIC_OUTCOMES,
  METRIC_UNITS,
  prometheusName,
} from '../instrumentation/semconv.ts'
import type { HourlyCounter } from './hourly.ts'
import { LABEL, matching, NO_MODEL } from './labels.ts'
import { increaseOf } from './money.ts'

/** Ranges up to this are added up from the counters. */
export const LIVE_HOURS = 4
/** Ranges up to this are drawn from the counters: `rate()` reads each sample once. An hour more than a day, for rounding. */
export const CURVE_HOURS = 25

/** `and …`: in longer ranges only. */
const longer = (hours: number): string => `on () (vector($__range_s) > ${hours * 3_600})`

/** A matcher that everything passes or nothing, so that what need not be read is not. */
interface Gate {
  readonly variable: string
  readonly matcher: string
  /** For the variable: Prometheus compares, since Grafana can't. */
  readonly query: string
  readonly regex: string
}

/** @param passes set operators and a query: everything passes where it leaves something */
function gate(variable: string, passes: string): Gate {
  const value = (text: string): string => `label_replace(vector(1), "gate", "${text}", "", "")`
  return {
    variable,
    matcher: `${LABEL.service}=~"$${variable}"`,
    query: `query_result(${value('.*')} ${passes} or on () ${value('none')})`,
    regex: '/gate="([^"]*)"/',
  }
}

/** Counters, where the range is short enough to be added up from them. */
export const LIVE = { ...gate('live', `unless ${longer(LIVE_HOURS)}`), longer: longer(LIVE_HOURS) }
/** Counters, where it is short enough to be drawn from them. */
export const CURVE = {
  ...gate('curve', `unless ${longer(CURVE_HOURS)}`),
  longer: longer(CURVE_HOURS),
}
/** Counters, where recorded hours are added up and may lack what is new. */
const HOURS = gate('hours', `and ${longer(LIVE_HOURS)}`)
/**
 * Counters, where one has restarted within what is added up from them. A process begins series of its own, so that none
 * should: looking for restarts in every panel takes three quarters of the time (measured).
 */
export const RESTARTS = gate('restarts', `and on () (${restarts()})`)
export const GATES: readonly Gate[] = [LIVE, CURVE, HOURS, RESTARTS]

/** By one counter that each process has. Windows: the last hour, the range, and what either is compared with. */
function restarts(): string {
  const beside = matching({ [LABEL.model]: NO_MODEL })
  const counters = [
    [METRIC_CALLS, ''],
    [METRIC_COST, beside],
    [METRIC_UNITS, ''],
    [METRIC_OUTCOMES, ''],
  ] as const
  return counters
    .flatMap(([metric, selector]) => {
      const live = `${prometheusName(metric)}${braced(selector, LIVE.matcher)}[$__range]`
      const hour = `${prometheusName(metric)}${braced(selector)}[1h]`
      return [hour, live, `${live} offset $__range`, `${live} offset 1d`]
    })
    .map((window) => `sum (resets(${window})) > 0`)
    .join(' or ')
}

export interface Asked {
  /** Label matchers without braces. */
  readonly selector: string
  /** Labels to keep; none: one number. */
  readonly by: readonly string[]
}

export function braced(...matchers: readonly string[]): string {
  const all = joined(...matchers)
  return all === '' ? '' : `{${all}}`
}
function joined(...matchers: readonly string[]): string {
  return matchers.filter((matcher) => matcher !== '').join(',')
}
export const sumBy = (by: readonly string[]): string =>
  by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`

/** How much it grew within the time range. What no hour has yet is read from the last hour of the counters. */
export function inRange(counter: HourlyCounter, { selector, by }: Asked): string {
  const { metric, hourly, labels } = counter
  const live = joined(selector, LIVE.matcher)
  const grown = { by: labels, window: '$__range', restarted: RESTARTS.matcher }
  return `${sumBy(by)} (
  (sum_over_time(${hourly}${braced(selector)}[$__range]) or ${recent(counter, joined(selector, HOURS.matcher))}) and ${LIVE.longer}
  or ${increaseOf(metric, { selector: live, ...grown })}
)`
}

/** 0 for whatever `inRange` has, for a quarter of what that takes. */
export function zeroInRange(counter: HourlyCounter, { selector, by }: Asked): string {
  const { metric, hourly, labels } = counter
  const last = (gate: Gate, window: string): string =>
    `${sumBy(labels)} (last_over_time(${prometheusName(metric)}${braced(selector, gate.matcher)}[${window}]))`
  return `0 * ${sumBy(by)} (
  (last_over_time(${hourly}${braced(selector)}[$__range]) or ${last(HOURS, '1h')}) and ${LIVE.longer}
  or ${last(LIVE, '$__range')}
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
  return `(${grouped} (${eachHour('avg', `${hourly}${braced(selector)}`)}) and ${CURVE.longer}
  or ${grouped} (rate(${prometheusName(metric)}${braced(selector, CURVE.matcher)}[$__rate_interval])) * 3600)`
}

/**
 * What was recorded of the hour before each moment; where a step of the line is longer than an hour, of all its hours.
 * A sample an hour, and rules may be evaluated late.
 */
export const eachHour = (aggregate: 'avg' | 'max', hourly: string): string =>
  `${aggregate}_over_time(${hourly}[$__interval]) or last_over_time(${hourly}[65m])`

/** An expression as it was: `increaseOf` can't be moved back by a variable. */
export const before = (expr: string, back = '$__range'): string =>
  `last_over_time((${expr})[1s:1s] offset ${back})`

/** 0 where there is none of it, as long as there is any of the whole. */
export const orNone = (part: string, whole: string): string => `((${part}) or (${whole}) * 0)`

/** The share of one number in another: 0 where there is none of it, nothing where there is nothing to divide by. */
export const shareOf = (part: string, whole: string): string =>
  ratio(`(${part}) or vector(0)`, whole)

/** Parts of what there is; nothing, where there is nothing to divide by. */
export const ratio = (part: string, whole: string): string => `(${part}) / ((${whole}) > 0)`
