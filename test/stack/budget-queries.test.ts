/** What the Spend dashboard says of budgets, from the series that the rules record. */

import { describe, expect, test } from 'vitest'
import { FORECAST, RUNS_OUT, SPENT } from '../../dashboards/budget-queries.ts'
import { failuresOf, promtool, type InputSeries } from './promtool.ts'

const of = 'costspan_budget="b",costspan_period="month"'
const constant = (name: string, value: number): InputSeries => ({
  series: `${name}{${of}}`,
  values: `${value}x10`,
})
/** $5,000 for 30 days. */
const budget = constant('costspan:budget_USD', 5_000)

/** At 600 s. */
async function check(query: string, series: readonly InputSeries[], value: number): Promise<void> {
  const tests = [
    {
      interval: '1m',
      input_series: [budget, ...series],
      promql_expr_test: [
        {
          expr: `abs(${query} - ${value}) < bool 1e-3`,
          eval_time: '10m',
          exp_samples: [{ labels: `{${of}}`, value: 1 }],
        },
      ],
    },
  ]
  expect(await failuresOf({ tests })).toBe('')
}

/** As many recorded hours, whose spend is the burn of six. */
const hours = (count: number, burn: number): readonly InputSeries[] => [
  { series: 'costspan:recorded:hour', values: `1x${count - 1}` },
  constant('costspan:budget_burn:6h', burn),
  constant('costspan:budget_burn:1h', 100),
]

describe.skipIf(promtool === undefined)('a budget of $5,000 a month', () => {
  test('at 1.5 times its pace will be $7,500', async () => {
    await check(FORECAST, hours(6, 1.5), 7_500)
  })

  test('at 0.5 times over two of six hours has a pace of 1.5 as well', async () => {
    await check(FORECAST, hours(2, 0.5), 7_500)
  })

  test('without a recorded hour has the pace, and the spend, of the last hour', async () => {
    const series = [constant('costspan:budget_burn:1h', 3.6)]
    await check(FORECAST, series, 18_000)
    await check(SPENT, series, 25)
  })

  test('of which $2,000 are spent runs out in 12 days, at 1.5 times its pace', async () => {
    const series = [...hours(6, 1.5), constant('costspan:budget_spent_USD', 2_000)]
    await check(RUNS_OUT, series, (600 + 12 * 86_400) * 1_000)
  })

  test('that is spent has run out now', async () => {
    const series = [...hours(6, 1.5), constant('costspan:budget_spent_USD', 6_000)]
    await check(RUNS_OUT, series, 600_000)
  })

  test('at 0.9 times its pace runs out after the year 2100', async () => {
    const series = [...hours(6, 0.9), constant('costspan:budget_spent_USD', 2_000)]
    await check(`(${RUNS_OUT} > bool ${Date.UTC(2100, 0, 1)})`, series, 1)
  })
})
