/** What grew within a dashboard's time range, on Prometheus' own engine: short and long ranges, and the traps of both. */

import { describe, expect, test } from 'vitest'
import { HOURLY } from '../../dashboards/hourly.ts'
import {
  before,
  CURVE_HOURS,
  inRange,
  LIVE_HOURS,
  perHour,
  RESTARTS,
  zeroInRange,
} from '../../dashboards/range.ts'
import { quantileOverTime, QUANTILE } from '../../dashboards/quantiles.ts'
import { failuresOf, promtool, type InputSeries } from './promtool.ts'

const FEATURE = 'costspan_feature'
const labels = `${FEATURE}="bot",costspan_team="care",gen_ai_request_model="m"`
const counter = (values: string, more = 'instance="1",job="app"'): InputSeries => ({
  series: `costspan_cost_USD_total{${labels},${more}}`,
  values,
})
const hours = (values: string): InputSeries => ({
  series: `costspan:cost_USD:hour{${labels}}`,
  values,
})

/** As Grafana fills a query in. */
function filled(
  query: string,
  {
    seconds,
    restarts,
    step = '1h',
  }: { seconds: number; restarts: boolean; step?: string | undefined },
): string {
  return query
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range_s', String(seconds))
    .replaceAll('$__range', `${seconds}s`)
    .replaceAll('$__interval', step)
    .replaceAll('$hours', seconds > LIVE_HOURS * 3_600 ? '.*' : 'none')
    .replaceAll('$restarts', restarts ? '.*' : 'none')
    .replaceAll('$live', seconds <= LIVE_HOURS * 3_600 ? '.*' : 'none')
    .replaceAll('$curve', seconds <= CURVE_HOURS * 3_600 ? '.*' : 'none')
}

interface Case {
  readonly query: string
  readonly seconds: number
  readonly series: readonly InputSeries[]
  /** Between the values of a series. */
  readonly each?: string
  readonly at: string
  readonly value: number | undefined
  /** What the variable of that name has found; as long as a line's step is no longer than an hour. */
  readonly restarts?: boolean
  readonly step?: string
}

async function check(of: Case): Promise<void> {
  const { query, seconds, series, each = '15s', at, value, restarts = false, step } = of
  const found = `sum(${filled(query, { seconds, restarts, step })})`
  const expr = value === undefined ? found : `abs(${found} - ${value}) < bool 1e-9`
  const exp_samples = value === undefined ? [] : [{ labels: '{}', value: 1 }]
  const tests = [
    {
      interval: each,
      input_series: series,
      promql_expr_test: [{ expr, eval_time: at, exp_samples }],
    },
  ]
  expect(await failuresOf({ tests })).toBe('')
}

/** What a variable asks of Prometheus. */
const inner = (query: string): string => /^query_result\((.*)\)$/s.exec(query)?.[1] ?? ''

const spent = inRange(HOURLY.cost, { selector: `${FEATURE}="bot"`, by: [FEATURE] })
const MINUTES = 60
const HOUR = 3_600
const DAY = 86_400

describe.skipIf(promtool === undefined)('inRange', () => {
  test('a feature that appeared 2 minutes ago with $5 has spent $5 in 5 minutes', async () => {
    const series = [counter('_x32 5+0x8')]
    await check({ query: spent, seconds: 5 * MINUTES, series, at: '10m', value: 5 })
  })

  test('a single call of $0.0023 is $0.0023', async () => {
    const series = [counter('_x32 0.0023+0x8')]
    await check({ query: spent, seconds: 5 * MINUTES, series, at: '10m', value: 0.0023 })
  })

  test('what was spent before the 5 minutes is not in them', async () => {
    const series = [counter('7+0x20 7+0.1x20')]
    await check({ query: spent, seconds: 5 * MINUTES, series, at: '10m', value: 1.9 })
  })

  test('a process that restarts within 3 hours has spent $4 before it and $2 after', async () => {
    const series = [counter('0+0.01x400 0.01+0.01x199')]
    const asked = { query: spent, seconds: 3 * HOUR, series, at: '150m' }
    await check({ ...asked, restarts: true, value: 6 })
    // Where nobody looked for restarts: since it restarted.
    await check({ ...asked, value: 2 })
  })

  test.each([
    ['within the last hour', '0+0.01x400 0.01+0.01x199', '150m', true],
    ['within 3 hours', '0+0.01x400 0.01+0.01x300', '170m', true],
    ['within the 3 hours before', '0+0.01x400 0.01+0.01x900', '5h', true],
    ['never', '0+0.01x600', '150m', false],
  ])('a process that restarted %s is looked for', async (_when, values, at, expected) => {
    const series = [{ series: 'costspan_calls_total{job="app"}', values }]
    for (const restarts of ['.*', 'none']) {
      const query = `(${inner(RESTARTS.query)}) and on (gate) label_replace(vector(1), "gate", "${restarts}", "", "")`
      const value = (restarts === '.*') === expected ? 1 : undefined
      await check({ query, seconds: 3 * HOUR, series, at, value })
    }
  })

  test('2 processes of one feature add up', async () => {
    const series = [counter('0+0.1x40'), counter('0+0.1x40', 'instance="2",job="app"')]
    await check({ query: spent, seconds: HOUR, series, at: '10m', value: 8 })
  })

  test('30 days are 720 recorded hours of $2, whatever the counters hold', async () => {
    const series = [hours('2x720'), counter('1000+0x720')]
    await check({ query: spent, seconds: 30 * DAY, series, each: '1h', at: '720h', value: 1_440 })
  })

  test('what no hour has yet is in 30 days with what it spent in the last hour', async () => {
    const other = { series: hours('').series.replace('"bot"', '"old"'), values: '2x60' }
    const series = [other, counter('_x40 3+0x10')]
    await check({ query: spent, seconds: 30 * DAY, series, each: '1m', at: '50m', value: 3 })
  })

  test(`${LIVE_HOURS} hours are read from the counters and not from the hours`, async () => {
    const series = [hours('100x4'), counter('0+1x240')]
    const seconds = LIVE_HOURS * HOUR
    await check({ query: spent, seconds, series, each: '1m', at: '240m', value: 240 })
  })

  test('nothing is nothing, and not $0', async () => {
    await check({ query: spent, seconds: HOUR, series: [], at: '10m', value: undefined })
  })
})

describe.skipIf(promtool === undefined)('zeroInRange', () => {
  const query = zeroInRange(HOURLY.cost, { selector: `${FEATURE}="bot"`, by: [FEATURE] })
  const count = `count(${query} == 0)`

  test.each([
    ['5 minutes, of what has a counter', 5 * MINUTES, [counter('7+0x60')], '15s', 1],
    ['30 days, of what has an hour', 30 * DAY, [hours('2x60')], '1m', 1],
    ['30 days, of what no hour has yet', 30 * DAY, [counter('_x40 3+0x10')], '1m', 1],
    ['30 days, of nothing: nothing', 30 * DAY, [], '1m', undefined],
  ] as const)('is 0 over %s', async (_of, seconds, series, each, value) => {
    await check({ query: count, seconds, series, each, at: each === '1m' ? '50m' : '10m', value })
  })
})

describe.skipIf(promtool === undefined)('before', () => {
  test('the 10 minutes before the last 10 had $1 where these have $3', async () => {
    const series = [counter('0+0.025x40 1.075+0.075x39')]
    const seconds = 10 * MINUTES
    await check({ query: spent, seconds, series, at: '20m', value: 3 })
    await check({ query: before(spent), seconds, series, at: '20m', value: 1 })
  })

  test('the same 5 minutes 12 hours earlier had $4', async () => {
    const series = [counter('0+0.2x20 4+0x2860 4+0.1x2900')]
    const query = before(spent, '12h')
    await check({ query, seconds: 5 * MINUTES, series, at: '725m', value: 4 })
  })
})

describe.skipIf(promtool === undefined)('perHour', () => {
  const query = perHour(HOURLY.cost, { selector: '', by: [FEATURE] })

  test('$0.10 every 15 s are $24 an hour', async () => {
    const series = [counter('0+0.1x40')]
    await check({ query, seconds: HOUR, series, at: '10m', value: 24 })
  })

  test('in 30 days it is the last recorded hour, for as long as the next is not there', async () => {
    const series = [hours('5 _x59 7 _x119')]
    const seconds = 30 * DAY
    for (const [at, value] of [
      ['59m', 5],
      ['61m', 7],
      ['120m', 7],
      ['130m', undefined],
    ] as const) {
      await check({ query, seconds, series, each: '1m', at, value, step: '5m' })
    }
  })

  test('where points are 3 hours apart, each is the mean of its 3', async () => {
    const series = [hours('1x1 4 10 1')]
    const seconds = 30 * DAY
    await check({ query, seconds, series, each: '1h', at: '4h', value: 5, step: '3h' })
  })
})

describe.skipIf(promtool === undefined)('quantileOverTime', () => {
  const query = quantileOverTime(QUANTILE.durationMedian, '')
  const name = 'gen_ai_client_inference_duration_seconds'
  const owner = `${FEATURE}="bot",job="app"`

  test('the median of calls between 0.32 and 0.64 s is 0.48 s, from explicit buckets', async () => {
    const bucket = (le: string, each: number): InputSeries => ({
      series: `${name}_bucket{${owner},le="${le}"}`,
      values: `0+${each}x40`,
    })
    const series = [bucket('0.32', 0), bucket('0.64', 5), bucket('+Inf', 5)]
    await check({ query, seconds: HOUR, series, at: '10m', value: 0.48 })
  })

  test('the median is found in a native histogram as well', async () => {
    // Schema 0: the bucket that ends at 1 holds all of them.
    const native = '{{schema:0 sum:1 count:1 buckets:[1]}}'
    const series = [
      {
        series: `${name}{${owner}}`,
        values: `{{schema:0 sum:0 count:0 buckets:[0]}}+${native}x40`,
      },
    ]
    const half = 2 ** -0.5
    await check({ query, seconds: HOUR, series, at: '10m', value: half })
  })
})
