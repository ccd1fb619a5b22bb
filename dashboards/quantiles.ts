/** Quantiles of what single calls cost, read and took; histograms with explicit buckets and exponential ones. */

import {
  METRIC_DURATION,
  METRIC_OPERATION_COST,
  METRIC_OPERATION_INPUT_TOKENS,
  prometheusName,
  type MetricDefinition,
} from '../instrumentation/semconv.ts'
import { LABEL } from './labels.ts'
import { braced, CURVE, eachHour } from './range.ts'
import type { Recording } from './rules/rule.ts'

const FEATURE = [LABEL.environment, LABEL.feature]

interface HourlyQuantile {
  readonly metric: MetricDefinition
  readonly rank: number
  /** By environment and feature: quantiles don't add up. */
  readonly hourly: string
}

const quantile = (metric: MetricDefinition, name: string, percent: number): HourlyQuantile => ({
  metric,
  rank: percent / 100,
  hourly: `costspan:${name}_p${percent}:hour`,
})

export const QUANTILE = {
  costMedian: quantile(METRIC_OPERATION_COST, 'call_cost_USD', 50),
  costTail: quantile(METRIC_OPERATION_COST, 'call_cost_USD', 99),
  inputMedian: quantile(METRIC_OPERATION_INPUT_TOKENS, 'call_input_tokens', 50),
  inputHigh: quantile(METRIC_OPERATION_INPUT_TOKENS, 'call_input_tokens', 95),
  durationMedian: quantile(METRIC_DURATION, 'call_duration_seconds', 50),
  durationHigh: quantile(METRIC_DURATION, 'call_duration_seconds', 95),
} as const

function over({ metric, rank }: HourlyQuantile, by: readonly string[], range: string): string {
  const name = prometheusName(metric)
  const at = (suffix: string, labels: readonly string[]): string =>
    `histogram_quantile(${rank}, sum by (${labels.join(', ')}) (rate(${name}${suffix}${range})))`
  return `${at('_bucket', [...by, 'le'])}\n  or ${at('', by)}`
}

export const hourlyQuantiles: readonly Recording[] = Object.values(QUANTILE).map((asked) => ({
  record: asked.hourly,
  expr: over(asked, FEATURE, '[1h]'),
}))

/**
 * By feature. Longer ranges show the environment in which it was highest.
 * @param gate how long a range may read the histograms: all features' have more series than all else
 */
export function quantileOverTime(asked: HourlyQuantile, selector: string, gate = CURVE): string {
  const range = `${braced(selector, gate.matcher)}[$__rate_interval]`
  const hours = eachHour('max', `${asked.hourly}${braced(selector)}`)
  return `(max by (${LABEL.feature}) (${hours}) and ${gate.longer}
  or ${over(asked, [LABEL.feature], range)})`
}
