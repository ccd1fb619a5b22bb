import { describe, expect, test } from 'vitest'
import { increaseOf, money } from '../../dashboards/money.ts'
import { METRIC_CALLS } from '../../instrumentation/semconv.ts'
import { failuresOf, promtool, type RuleTest } from './promtool.ts'

const COST = 'costspan_cost_USD_total'

interface Case {
  readonly name: string
  /** One value each 10 s, by series. */
  readonly series: Readonly<Record<string, string>>
  readonly at: string
  readonly window: string
  readonly usd: number
}

const cases: readonly Case[] = [
  {
    name: 'a series born at $5 counts $5, of which increase() sees nothing',
    series: { a: '_x30 5+0x60' },
    at: '10m',
    window: '10m',
    usd: 5,
  },
  {
    name: 'a series with a single sample counts it',
    series: { a: '_x59 0.0023 _x10' },
    at: '10m',
    window: '5m',
    usd: 0.0023,
  },
  {
    name: 'what was spent before the window is not counted again',
    series: { a: '100+0x30 103+0x30' },
    at: '10m',
    window: '6m',
    usd: 3,
  },
  {
    name: 'two windows that touch share nothing: $1 each 10 s is $12 in two minutes, not more',
    series: { a: '0+1x120' },
    at: '20m',
    window: '2m',
    usd: 12,
  },
  {
    name: 'a process that ended within the window counts what it spent in it',
    series: { a: '0+1x33 _x60' },
    at: '10m',
    window: '5m',
    usd: 3,
  },
  {
    name: 'a process that ended before the window counts nothing',
    series: { a: '0+1x10 _x60' },
    at: '10m',
    window: '5m',
    usd: 0,
  },
  {
    name: 'two processes are added',
    series: { a: '0+1x60', b: '_x30 2+2x30' },
    at: '10m',
    window: '10m',
    usd: 60 + 62,
  },
  {
    name: 'a restart at $40 that goes on to $9 within the window is $29 after $20',
    series: { a: '20+0x30 20 30 40 1 2 3 9+0x23' },
    at: '10m',
    window: '5m',
    usd: 29,
  },
  {
    name: 'a restart between the window’s start and its first value counts what it has now',
    series: { a: '20+0x30 1 2 3+0x28' },
    at: '10m',
    window: '5m',
    usd: 3,
  },
  {
    name: 'a restart there that has passed its former height counts what it has now',
    series: { a: '20+0x30 1 20 30+0x28' },
    at: '10m',
    window: '5m',
    usd: 30,
  },
  {
    name: 'a new series that restarts within the window counts both lives',
    series: { a: '_x40 5 7 2 3+0x17' },
    at: '10m',
    window: '5m',
    usd: 10,
  },
  {
    name: 'a gap of 50 minutes is no new series',
    series: { a: '100+0x6 _x300 101+0x60' },
    at: '1h',
    window: '10m',
    usd: 1,
  },
]

function testOf({ name, series, at, window, usd }: Case): RuleTest {
  return {
    name,
    interval: '10s',
    input_series: Object.entries(series).map(([instance, values]) => ({
      series: `${COST}{instance="${instance}",costspan_feature="f"}`,
      values,
    })),
    promql_expr_test: [
      {
        // Sums of decimals: a billionth of a dollar is the same.
        expr: `abs(((${money('costspan_feature="f"', [], window)}) or vector(0)) - ${usd}) < bool 1e-9`,
        eval_time: at,
        exp_samples: [{ labels: '{}', value: 1 }],
      },
    ],
  }
}

describe.skipIf(promtool === undefined)('money', () => {
  test.each(cases)('$name', async (each) => {
    expect(await failuresOf({ tests: [testOf(each)] })).toBe('')
  })

  test('a second restart within 5 minutes is off by at most 4%, and never negative', async () => {
    // $10, then $4, then $8: $22.
    const series = `${COST}{instance="a"}`
    const usd = money('', [], '5m')
    const input = { series, values: '0+0x30 0 5 10 1 4 1 2 3 4 5 6 7 8+0x17' }
    const within = {
      expr: `(${usd}) > bool 21 and (${usd}) < bool 23`,
      eval_time: '10m',
      exp_samples: [{ labels: '{}', value: 1 }],
    }
    expect(
      await failuresOf({
        tests: [{ interval: '10s', input_series: [input], promql_expr_test: [within] }],
      }),
    ).toBe('')
  })

  test('windows that touch add up to the window that they make, to 1e-9, while 3 series begin and one restarts', async () => {
    const input_series = [
      { series: `${COST}{instance="a"}`, values: '0.1+0.37x180' },
      { series: `${COST}{instance="b"}`, values: '_x43 0.9+0.11x130' },
      { series: `${COST}{instance="c"}`, values: '_x100 7+0x30 0.5+0.05x49' },
    ]
    const at = (offset: string) =>
      increaseOfCost({ by: [], window: '5m', ...(offset === '0m' ? {} : { offset }) })
    const whole = money('', [], '20m')
    const parts = ['0m', '5m', '10m', '15m'].map((offset) => `(${at(offset)})`).join(' + ')
    const expr = `abs((${whole}) - (${parts})) < bool 1e-9`
    const promql_expr_test = [{ expr, eval_time: '30m', exp_samples: [{ labels: '{}', value: 1 }] }]
    expect(await failuresOf({ tests: [{ interval: '10s', input_series, promql_expr_test }] })).toBe(
      '',
    )
  })
})

function increaseOfCost(what: Parameters<typeof increaseOf>[1]): string {
  // The same formula under another counter's name, told to be the cost.
  return increaseOf(METRIC_CALLS, what).replaceAll('costspan_calls_total', COST)
}
