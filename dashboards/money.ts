/**
 * Exact increases of counters in PromQL: the one implementation for rules, dashboards and tests.
 *
 * `increase()` extrapolates to the edges of its window and knows nothing of what a series held when it was born: it is
 * 2 to 50% off on short series and 0 for a series with a single value (measured). Here the value at the window's start
 * is subtracted from the value at its end, series by series, and windows that touch add up to their union.
 */

import { METRIC_COST, prometheusName, type MetricDefinition } from '../instrumentation/semconv.ts'
import { inSeconds } from './duration.ts'

export interface Increase {
  /** Label matchers without braces. */
  readonly selector?: string
  /** Labels to keep; none: one number. */
  readonly by: readonly string[]
  /** A PromQL duration, or a variable that stands for one. */
  readonly window: string
  /** How long before now the window ends. */
  readonly offset?: string
  /**
   * How far before the window a series may have been silent without counting as new. As long as the longest outage
   * between applications and Prometheus that is not to be counted twice.
   */
  readonly lookback?: string
  /**
   * A matcher that only series pass which may have restarted within the window. Finding out reads the window nine times
   * more: who knows that none has restarted says so with a matcher that nothing passes.
   */
  readonly restarted?: string
}

/** USD spent within the window. */
export function money(selector: string, by: readonly string[], window: string): string {
  return increaseOf(METRIC_COST, { selector, by, window })
}

/** How much the counter grew within the window. */
export function increaseOf(metric: MetricDefinition, what: Increase): string {
  const { selector = '', by, window, offset, lookback = '1h', restarted = '' } = what
  const end = offset === undefined ? '' : ` offset ${offset}`
  const start = offset === undefined ? window : `${inSeconds(window) + inSeconds(offset)}s`
  const partsOf = (...matchers: readonly string[]): Parts => {
    const some = matchers.filter((matcher) => matcher !== '')
    const series = `${prometheusName(metric)}${some.length === 0 ? '' : `{${some.join(',')}}`}`
    const over = (aggregate: string): string => `${aggregate}(${series}[${window}]${end})`
    const base = `last_over_time(${series}[${lookback}] offset ${start})`
    return { last: over('last_over_time'), base, over }
  }
  const grouped = by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`
  return `${grouped} (${perSeries(partsOf(selector), partsOf(selector, restarted))})`
}

interface Parts {
  readonly last: string
  readonly base: string
  readonly over: (aggregate: string) => string
}

/**
 * The first line that has a value for a series counts:
 * 1. restarted once within the window, and not yet back at the height it had: that height, and what it has now;
 * 2. restarted otherwise: `increase()`, which is off by an export interval in the window at most;
 * 3. neither, and there before the window: what it has now, less what it had;
 * 4. new, or restarted between the window's start and its first value in it: what it has now.
 */
function perSeries({ last, base, over }: Parts, restarted: Parts): string {
  const highest = restarted.over('max_over_time')
  const restarts = restarted.over('resets')
  return `
  (${highest} > ${restarted.last}) + ${restarted.last} - (${restarted.base} <= ${highest} or ${highest} * 0) and ${restarts} == 1
  or ${restarted.over('increase')} and ${restarts} > 0
  or ${last} - (${base} <= ${over('min_over_time')})
  or ${last}
`
}
