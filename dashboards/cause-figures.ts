/** The causes that alerts name, over the time range. */

import { UNIT } from './panels.ts'
import { braced, sumBy } from './range.ts'
import { CAUSE_BEFORE, CAUSE_NOW } from './rules/causes.ts'
import type { FigureColumn } from './tables.ts'

export const PEAK = 'Peak'
export const CAUSES_FORMULA =
  'The figures of alerts: attempts, repeats, context parts and answers per call. Peak: the highest of what had grown against the hour before it, within the range. Usual: the mean of those hours.'
export const CAUSES_CAVEAT =
  'without a peak it has not grown. In several environments it is the highest of them.'
export const NO_BASELINE = 'No baseline yet: a feature needs calls an hour before'

export function causeFigures(by: readonly string[], selector: string): FigureColumn[] {
  const over = (aggregate: string, recorded: string): string =>
    `${sumBy(by).replace('sum', 'max')} (${aggregate}(${recorded}${braced(selector)}[$__range]))`
  const usual = over('avg_over_time', CAUSE_BEFORE)
  return [
    { name: 'Usual', expr: usual, unit: UNIT.number, width: 90 },
    {
      name: PEAK,
      // Grafana ranks nothing above 0.
      expr: `(${over('max_over_time', CAUSE_NOW)}) or ${usual} * 0`,
      unit: UNIT.number,
      zero: '–',
      width: 90,
    },
  ]
}
