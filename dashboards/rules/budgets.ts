/** Budgets as recorded series, what is spent of them, and how fast they burn. */

import { HOURLY } from '../hourly.ts'
import { LABEL, matching } from '../labels.ts'
import { DASHBOARD, dashboardLink } from '../links.ts'
import { braced } from '../range.ts'
import { PERIODS, SCOPE_LABELS, type Budget, type BudgetFile } from './budget-file.ts'
import { SPENT, spentWithin } from './minutes.ts'
import type { Alert, Group, Recording } from './rule.ts'

const HOURLY_COST = HOURLY.cost.hourly

export const BUDGET_LABEL = 'costspan_budget'
export const PERIOD_LABEL = 'costspan_period'

/** USD of the whole period; labels say what the budget is of. */
export const BUDGET = 'costspan:budget_USD'
/** USD spent in the period that ends now; of hours that have been recorded. */
export const BUDGET_SPENT = 'costspan:budget_spent_USD'
/** Spend of a window in times of what an even spend of the budget allows. */
export const budgetBurn = (window: string): string => `costspan:budget_burn:${window}`

/** Windows up to an hour are read from recorded minutes, longer ones from recorded hours. */
const MINUTE_WINDOWS = { '30m': 1 / 2, '1h': 1 } as const
const HOUR_WINDOWS = { '6h': 6, '3d': 72 } as const
const HOURS = { '5m': 1 / 12, ...MINUTE_WINDOWS, ...HOUR_WINDOWS } as const

const windowsOf = <W extends string>(hours: Readonly<Record<W, number>>): readonly W[] =>
  Object.keys(hours) as W[]

const labelsOf = ({ name, per, of }: Budget): Readonly<Record<string, string>> => ({
  ...of,
  [BUDGET_LABEL]: name,
  [PERIOD_LABEL]: per,
})

const fromHours = (of: string, window: string): string =>
  `sum(sum_over_time(${HOURLY_COST}${braced(of)}[${window}]))`

function budgetRules(budget: Budget): readonly Recording[] {
  const of = matching(budget.of)
  const labels = labelsOf(budget)
  const hours = PERIODS[budget.per] * 24
  const burn = (window: keyof typeof HOURS, spent: string): Recording => ({
    record: budgetBurn(window),
    labels,
    expr: `${spent} * ${hours / HOURS[window]} / ${budget.usd}`,
  })
  return [
    { record: BUDGET, labels, expr: `vector(${budget.usd})` },
    { record: BUDGET_SPENT, labels, expr: fromHours(of, `${hours}h`) },
    burn('5m', `sum(${SPENT}${braced(of)})`),
    ...windowsOf(MINUTE_WINDOWS).map((window) =>
      burn(window, `sum(${spentWithin(braced(of), window)})`),
    ),
    ...windowsOf(HOUR_WINDOWS).map((window) => burn(window, fromHours(of, window))),
  ]
}

interface Burn {
  readonly alert: string
  readonly long: string
  readonly short: string
  readonly factor: number
  readonly severity: 'page' | 'ticket'
  readonly per: readonly string[]
}

/**
 * Long window so that it matters, short window so that it ends when the spending does. Factors: Site Reliability
 * Workbook, "Alerting on SLOs": 2% of a month's budget in an hour, 5% in six, 10% in three days.
 */
const BURNS: readonly Burn[] = [
  {
    alert: 'CostspanBudgetFastBurn',
    long: '1h',
    short: '5m',
    factor: 14.4,
    severity: 'page',
    per: ['week', 'month'],
  },
  {
    alert: 'CostspanBudgetBurn',
    long: '6h',
    short: '30m',
    factor: 6,
    severity: 'page',
    per: ['week', 'month'],
  },
  {
    alert: 'CostspanBudgetSlowBurn',
    long: '3d',
    short: '6h',
    factor: 1,
    severity: 'ticket',
    per: ['month'],
  },
]

function burnAlert(grafana: string, { alert, long, short, factor, severity, per }: Burn): Alert {
  const periods = `{${PERIOD_LABEL}=~"${per.join('|')}"}`
  return {
    alert,
    expr: `${budgetBurn(long)}${periods} > ${factor} and ${budgetBurn(short)} > ${factor}`,
    for: '2m',
    keep_firing_for: '10m',
    labels: { severity },
    annotations: {
      summary: `Budget {{ $labels.${BUDGET_LABEL} }}: spent {{ printf "%.1f" $value }} times as fast as it allows, over ${long}`,
      description: [
        `${budgetText} Spent over ${long} at {{ printf "%.1f" $value }} times the pace that lasts the {{ $labels.${PERIOD_LABEL} }}, and over ${short} above ${factor} times.`,
        ` Most of it in the last hour: ${topSpenders}`,
      ].join(''),
      dashboard: dashboardLink(grafana, DASHBOARD.spend),
    },
  }
}

const ofBudget = (series: string): string =>
  `(printf "${series}{${BUDGET_LABEL}=%q}" $labels.${BUDGET_LABEL})`

const budgetText = [
  `Budget {{ $labels.${BUDGET_LABEL} }}`,
  `{{ range query ${ofBudget(BUDGET)} }} of \${{ printf "%.2f" .Value }} a {{ .Labels.${PERIOD_LABEL} }}{{ end }}`,
  `{{ range query ${ofBudget(BUDGET_SPENT)} }}, \${{ printf "%.2f" .Value }} of it spent{{ end }}.`,
].join('')

/** The budget's own: its labels say what it is of, and none of them that it is of everything. */
const topSpenders = [
  `{{ range query (printf "topk(3, sum by (${LABEL.feature}, ${LABEL.promptVersion}) (last_over_time(${HOURLY_COST}{${SCOPE_LABELS.map((label) => `${label}=~%q`).join(',')}}[2h])))" ${SCOPE_LABELS.map((label) => `(or $labels.${label} ".*")`).join(' ')}) }}`,
  `{{ .Labels.${LABEL.feature} }} version {{ .Labels.${LABEL.promptVersion} }} \${{ printf "%.2f" .Value }}; `,
  '{{ end }}',
].join('')

function spentAlert(grafana: string): Alert {
  return {
    alert: 'CostspanBudgetSpent',
    expr: `${BUDGET_SPENT} > ${BUDGET}`,
    labels: { severity: 'page' },
    annotations: {
      summary: `Budget {{ $labels.${BUDGET_LABEL} }} is spent`,
      description: `${budgetText} Most of it in the last hour: ${topSpenders}`,
      dashboard: dashboardLink(grafana, DASHBOARD.spend),
    },
  }
}

export function budgetGroup({ budgets, grafana }: BudgetFile): Group {
  const alerts = [spentAlert(grafana), ...BURNS.map((burn) => burnAlert(grafana, burn))]
  return {
    name: 'costspan-budgets',
    interval: '1m',
    query_offset: '30s',
    rules: budgets.length === 0 ? [] : [...budgets.flatMap(budgetRules), ...alerts],
  }
}
