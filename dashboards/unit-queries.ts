/** Money joined to units and outcomes: of features that count them, and of no others. */

import { HOURLY, type HourlyCounter } from './hourly.ts'
import { LABEL, matching } from './labels.ts'
import { inRange, sumBy } from './range.ts'
import { chosen } from './variables.ts'

export const SCOPE = chosen('environment', 'team', 'feature')
const KEYS = [LABEL.environment, LABEL.feature]
const SUCCESS = matching({ [LABEL.success]: 'true' })

export const grown = (
  counter: HourlyCounter,
  by: readonly string[] = [],
  ...matchers: readonly string[]
): string => inRange(counter, { selector: [SCOPE, ...matchers].join(','), by })

/** Spend of the features that have any of the counter. */
function costWhere(counter: HourlyCounter, by: readonly string[]): string {
  const on = `on (${KEYS.join(', ')})`
  return `${sumBy(by)} (${grown(HOURLY.cost, KEYS)} and ${on} (${grown(counter, KEYS)} > 0))`
}

export const costOfUnits = (by: readonly string[] = []): string => costWhere(HOURLY.units, by)
export const costOfOutcomes = (by: readonly string[] = []): string => costWhere(HOURLY.outcomes, by)
export const successes = (by: readonly string[] = []): string => grown(HOURLY.outcomes, by, SUCCESS)
/** Outcomes of which it is said whether they are a success. */
export const judged = (by: readonly string[] = []): string =>
  grown(HOURLY.outcomes, by, `${LABEL.success}=~"true|false"`)
