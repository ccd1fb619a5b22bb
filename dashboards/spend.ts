/** Spend: what it costs, whether the budget holds, who spends it, what changed. */

import { board } from './board.ts'
import { budgetsOverTime, budgetTable } from './spend-budgets.ts'
import {
  comparedWithBefore,
  lastDay,
  lastHour,
  monthAtThisPace,
  spentInRange,
  unpricedShare,
} from './spend-now.ts'
import { byFeature, byPromptAndModel, byTeam, changes, overTime } from './spend-who.ts'
import { choices } from './variables.ts'

export const spend = board({
  name: 'spend',
  description: 'What LLM calls cost, whether the budget holds, who spends it and what changed.',
  pace: 'days',
  variables: choices('environment', 'team', 'feature', 'model'),
  rows: [
    {
      title: 'Where do we stand?',
      panels: [spentInRange, comparedWithBefore, lastHour, lastDay, monthAtThisPace, unpricedShare],
    },
    { title: 'Does the budget hold?', panels: [budgetTable, budgetsOverTime] },
    { title: 'Who spends it?', panels: [overTime, byTeam, byFeature, byPromptAndModel] },
    { title: 'What changed?', panels: [changes] },
  ],
})
