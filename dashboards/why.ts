/** A why-panel: how much of something a call takes over time, by what it is made of. */

import type { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { HOURLY, type HourlyCounter } from './hourly.ts'
import { series, type Question, type Shape } from './panels.ts'
import { perHour } from './range.ts'

export interface Why {
  readonly counter: HourlyCounter
  /** What it is made of. Of which calls it is per call: all, or of the same label. */
  readonly by: readonly string[]
  readonly per: 'call' | 'call of each'
  readonly selector: string
  readonly shape?: Shape
}

export function why(
  { counter, by, per, selector, shape = 'stacked' }: Why,
  question: Question,
): TimeSeriesBuilder {
  const calls = perHour(HOURLY.calls, { selector, by: per === 'call' ? [] : by })
  const on = per === 'call' ? 'on () group_left () ' : ''
  const expr = `${perHour(counter, { selector, by })} / ${on}(${calls} > 0)`
  const legend = by.map((label) => `{{${label}}}`).join(' ')
  return series([{ expr, legend }], question, shape)
}
