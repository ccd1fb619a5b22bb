/** What a unit of each feature may cost: absolute, for features that have no hour behind them as well. */

import { LABEL, matching } from '../labels.ts'
import type { BudgetFile } from './budget-file.ts'
import type { Recording } from './rule.ts'
import { FEATURE, signal } from './signals.ts'

/** USD a unit, by environment and feature. */
export const LIMIT_UNIT_COST = 'costspan:limit_USD_per_unit'

export function limitRule({ unitLimit, featureLimits }: BudgetFile): readonly Recording[] {
  const features = signal('calls', 'now')
  const own = Object.entries(featureLimits).map(([feature, usd]) => {
    const of = matching({ [LABEL.feature]: feature })
    return `sum by (${FEATURE.join(', ')}) (${features}{${of}}) * 0 + ${usd}`
  })
  const general = unitLimit === undefined ? [] : [`${features} * 0 + ${unitLimit}`]
  const terms = [...own, ...general]
  return terms.length === 0 ? [] : [{ record: LIMIT_UNIT_COST, expr: terms.join('\n  or ') }]
}
