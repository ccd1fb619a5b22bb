/** Spend: budgets. */

import * as budget from './budget-queries.ts'
import { toDashboard } from './destinations.ts'
import { series, UNIT } from './panels.ts'
import { BUDGET_LABEL, PERIOD_LABEL } from './rules/budgets.ts'
import { ranked } from './tables.ts'
import { LABEL } from './labels.ts'

const NO_BUDGET = 'No budget: collector-config/budgets.yaml, then `npm run generate`'
const links = [toDashboard('feature', 'Explore the feature')]

/** One row for each budget: recorded series have names, and computed ones have none. */
const each = (expr: string): string =>
  `max by (${BUDGET_LABEL}, ${PERIOD_LABEL}, ${LABEL.feature}) (${expr})`

export const budgetTable = ranked(
  {
    labels: [
      { label: BUDGET_LABEL, name: 'Budget' },
      { label: PERIOD_LABEL, name: 'Per', width: 65 },
      {
        label: LABEL.feature,
        name: 'Feature',
        link: toDashboard('feature', 'Explore the feature', { click: 'feature', cell: true }),
      },
    ],
    figures: [
      { name: 'Spent', expr: each(budget.SPENT_SHARE), unit: UNIT.share, bar: true },
      { name: 'Spent, USD', expr: each(budget.SPENT), unit: UNIT.usd, width: 95 },
      { name: 'Limit', expr: each(budget.LIMIT), unit: UNIT.usd, width: 75 },
      { name: 'Forecast', expr: each(budget.FORECAST), unit: UNIT.usd, width: 80 },
      { name: 'Runs out', expr: each(budget.RUNS_OUT), unit: UNIT.day, width: 120 },
    ],
  },
  {
    title: 'Will we exceed the budget, and when?',
    formula:
      'Spent: the recorded hours of the period that ends now. Forecast: a whole period at the pace of the last 6 hours. Runs out: what is left at that pace.',
    caveat:
      'periods are 30 days, 7 days or 24 hours in a row. The day is the earliest: what leaves the period meanwhile is not taken off. Variables don’t apply.',
    todo: 'raise the budget in collector-config/budgets.yaml, or open the feature that spends it.',
    unit: UNIT.share,
    noValue: NO_BUDGET,
    steps: [
      [0.8, 'orange'],
      [1, 'red'],
    ],
    links,
    width: 16,
    height: 7,
  },
)

export const budgetsOverTime = series(
  [{ expr: budget.SPENT_SHARE, legend: `{{${BUDGET_LABEL}}}` }],
  {
    title: 'How much of each budget is spent?',
    formula: 'Spend of the period that ends at each moment, over the budget’s limit.',
    caveat: 'moves once an hour, when an hour is recorded.',
    todo: 'a line that climbs faster than the period passes will not last.',
    unit: UNIT.share,
    noValue: NO_BUDGET,
    steps: [
      [0.8, 'orange'],
      [1, 'red'],
    ],
    links,
    width: 8,
    height: 7,
  },
)
