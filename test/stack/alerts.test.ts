import { describe, expect, test } from 'vitest'
import { readTrace } from '../../demo/replay/trace.ts'
import { detect } from './alerts/detection.ts'
import { episodes, FAST_ALERTS, firings, type Firing } from './alerts/firing.ts'
import { withNeededRules } from './alerts/needed-rules.ts'
import { randomOf } from './alerts/random.ts'
import { seriesOf, STEP } from './alerts/series.ts'
import { ordinaryCalls } from './alerts/traffic.ts'
import { promtool, type InputSeries } from './promtool.ts'

const FIXTURE = 'test/fixtures/azure-llm-2023-conv/first-1000.csv'
const RULES = 'collector-config/rules'
const CHANGE = 4_200
const owner = 'deployment_environment_name="production",costspan_feature="search"'
const all = `${owner},gen_ai_prompt_name="answer",gen_ai_prompt_version="v7",gen_ai_request_model="m"`

/** A counter that grows by one amount each 15 s until the change, and by another from then on. */
function counter(metric: string, labels: string, before: number, after = before): InputSeries {
  const steps = CHANGE / STEP
  const from = before * steps
  return {
    series: `${metric}{${labels}}`,
    values: `0+${before}x${steps} ${from + after}+${after}x120`,
  }
}

interface Search {
  readonly tokens: number
  /** How many of 5 calls have more than 1,024 tokens. */
  readonly bucket: number
  /** Of the traffic. */
  readonly share: number
}

/** 5 calls and 5 conversations each 15 s for $0.05 that are all alike, but for what is said to change. */
function search(changed: Partial<Search> = {}): readonly InputSeries[] {
  const { tokens = 5_000, bucket = 0, share = 1 } = changed
  const inputs = 'gen_ai_client_inference_operation_input_tokens_bucket'
  const counted = (metric: string, labels: string, before: number, after = before) =>
    counter(metric, labels, before * share, after * share)
  return [
    counted('costspan_calls_total', `${all},costspan_waste="none"`, 5),
    counted('costspan_cost_USD_total', all, 0.05),
    counted('costspan_units_total', owner, 5),
    counted('costspan_attempts_total', `${all},http_response_status_code="200"`, 5),
    counted('costspan_context_tokens_total', `${all},costspan_context_part="rest"`, 5_000, tokens),
    counted(inputs, `${all},le="1024"`, 5, 5 - bucket),
    counted(inputs, `${all},le="4096"`, 5),
    counted(inputs, `${all},le="+Inf"`, 5),
  ]
}

const fast = (name: string, series: readonly InputSeries[], alerts?: readonly string[]) =>
  firings([{ name, series, from: CHANGE, to: CHANGE + 600, ...(alerts ? { alerts } : {}) }])

const EVERY_FAST = [...FAST_ALERTS, 'CostspanConversationLimit']
const alertsOf = (fired: readonly Firing[]) => [...new Set(fired.map(({ alert }) => alert))].sort()

/** From the start on, as `0+1x…` or whatever notation. */
const at = (series: string, values: string): InputSeries => ({ series, values })

describe.skipIf(promtool === undefined)('fast alerts', () => {
  test('2 seeds of the misconfigured bot are named with all causes before 2 minutes or 30 calls, and not before', async () => {
    const cases = [1, 2].map((seed) => ({ conversationsPerMinute: 10, cv: 1.5, seed }))
    for (const { delay, deadline, early, alert } of await detect(cases)) {
      expect(delay).toBeLessThanOrEqual(deadline)
      expect(early).toBe(0)
      expect(['CostspanConversationCost', 'CostspanRetries', 'CostspanRepeats']).toContain(alert)
    }
  })

  test('half a day of ordinary traffic, half of it in the tail (CV 1.5), raises no alert', async () => {
    const seconds = 43_200
    const trace = readTrace(FIXTURE, Infinity)
    const random = randomOf(7)
    const calls = ordinaryCalls({ seconds, perMinute: 5, cv: 1.5, trace, random })
    const series = seriesOf({ name: 'ordinary', seconds, calls })
    expect([...(await episodes(series, seconds))]).toEqual([])
  }, 600_000)

  test('a feature that goes on as it was for 80 minutes raises none of 5', async () => {
    expect(await fast('as it was', search(), EVERY_FAST)).toEqual([])
  })

  test('3,000 tokens a call instead of 1,000 are context growth, with the part that grew', async () => {
    const [first, ...more] = await fast('longer', search({ tokens: 15_000, bucket: 5 }))
    expect(alertsOf([first!, ...more])).toEqual(['CostspanContextGrowth'])
    expect(first!.at - CHANGE).toBeLessThanOrEqual(120)
    expect(first!.text).toContain('prompt answer version v7')
    expect(first!.text).toMatch(/context rest: tokens per call \d+ \(was 1000\)/)
    expect(first!.text).toContain('/d/costspan-feature?')
    expect(first!.text).toContain('var-environment=production&var-feature=search')
  })

  test('3 times the tokens in the tail alone are no context growth while most calls are as they were', async () => {
    expect(await fast('tail', search({ tokens: 15_000, bucket: 1 }))).toEqual([])
  })

  test('where no conversations are counted, a call of $0.03 instead of $0.01 is told as such', async () => {
    const buckets = 'gen_ai_client_operation_cost_USD_bucket'
    const series = [
      ...search().filter(({ series: name }) => !/units|cost_USD/.test(name)),
      counter('costspan_cost_USD_total', all, 0.05, 0.15),
      counter(buckets, `${owner},le="0.01"`, 5, 0),
      counter(buckets, `${owner},le="0.05"`, 5),
      counter(buckets, `${owner},le="+Inf"`, 5),
    ]
    const fired = await fast('by the call', series)
    expect(alertsOf(fired)).toEqual(['CostspanConversationCost'])
    const full = fired.find(({ at: time }) => time === CHANGE + 150)
    expect(full!.text).toContain('a call costs 3.0 times what it did: $0.0300 instead of $0.0100.')
  })

  test('15 calls in 5 minutes are too few for any alert, 25 are enough', async () => {
    const longer = { tokens: 15_000, bucket: 5 }
    expect(await fast('few', search({ ...longer, share: 0.15 }))).toEqual([])
    const fired = await fast('enough', search({ ...longer, share: 0.25 }))
    expect(alertsOf(fired)).toEqual(['CostspanContextGrowth'])
  })

  test('a feature without an hour behind it gets its limit alone: $2 a conversation above $1', async () => {
    const series = [
      at(`costspan_calls_total{${all},costspan_waste="repeat"}`, '_x270 5+5x90'),
      at(`costspan_attempts_total{${all}}`, '_x270 15+15x90'),
      at(`costspan_units_total{${owner}}`, '_x270 1+1x90'),
      at(`costspan_cost_USD_total{${all}}`, '_x270 2+2x90'),
    ]
    const fired = await firings([
      { name: 'new', series, alerts: EVERY_FAST, from: 4_050, to: 4_300 },
    ])
    expect(alertsOf(fired)).toEqual(['CostspanConversationLimit'])
    expect(fired[0]!.text).toContain('a conversation costs $2.0000, above the limit set for it')
  })
})

const budget = (series: readonly InputSeries[], alert: string, from: number, to: number) =>
  firings([{ name: alert, series, alerts: [alert], from, to }], {
    rules: [`${RULES}/minutes.yaml`, `${RULES}/budgets.yaml`],
    step: 60,
    every: 60,
  })

/** Steps of 60 s. */
const spent = (each: number, minutes: number) =>
  at(`costspan_cost_USD_total{${all}}`, `0+${each}x${minutes}`)
const hours = (usd: number, count: number) =>
  at(`costspan:cost_USD:hour{${owner},gen_ai_prompt_version="v7"}`, `${usd} _x59 `.repeat(count))

describe.skipIf(promtool === undefined)('budget alerts', () => {
  test('$2 a minute against $5,000 a month burns at 17.3 times its pace: a page after the hour, within 10 minutes', async () => {
    const fired = await budget([spent(2, 120), hours(120, 2)], 'CostspanBudgetFastBurn', 0, 7_200)
    expect(fired[0]!.at).toBeLessThanOrEqual(4_200)
    const [last] = fired.slice(-1)
    expect(last!.text).toContain(
      'Budget everything: spent 17.3 times as fast as it allows, over 1h',
    )
    expect(last!.text).toContain('Budget everything of $5000.00 a month, $240.00 of it spent.')
    expect(last!.text).toContain('Most of it in the last hour: search version v7 $120.00')
  })

  test('a budget of one feature lists that feature alone', async () => {
    const bot = all.replace('search', 'support-bot')
    const botHours = hours(60, 2).series.replace('search', 'support-bot')
    const series = [
      at(`costspan_cost_USD_total{${bot}}`, '0+1x120'),
      hours(500, 2),
      { series: botHours, values: hours(60, 2).values },
    ]
    const fired = await budget(series, 'CostspanBudgetFastBurn', 4_200, 4_200)
    const own = fired.find(({ text }) => text.includes('Budget support bot'))
    expect(own!.text).toContain('Most of it in the last hour: support-bot version v7 $60.00; "')
  })

  test('what stopped 10 minutes ago burns no longer, though the hour still holds it', async () => {
    const stopped = at(`costspan_cost_USD_total{${all}}`, '0+10x100 1000+0x30')
    expect(await budget([stopped], 'CostspanBudgetFastBurn', 7_320, 7_500)).toEqual([])
  })

  test('$1 a minute is no fast burn, and $60 an hour over 6 hours a burn of 8.6', async () => {
    const series = [spent(1, 420), hours(60, 7)]
    expect(await budget(series, 'CostspanBudgetFastBurn', 0, 25_000)).toEqual([])
    const fired = await budget(series, 'CostspanBudgetBurn', 21_000, 25_000)
    expect(fired.at(-1)!.text).toContain('8.6 times as fast as it allows, over 6h')
  })

  test('$10 an hour for three days is a slow burn of 1.4, $5 an hour is none', async () => {
    const from = 72 * 3_600
    const fired = await budget([hours(10, 73)], 'CostspanBudgetSlowBurn', from, from + 600)
    expect(fired.at(-1)!.text).toContain('1.4 times as fast as it allows, over 3d')
    expect(await budget([hours(5, 73)], 'CostspanBudgetSlowBurn', from, from + 600)).toEqual([])
  })

  test('$5,100 within the month are more than $5,000', async () => {
    const fired = await budget(
      [hours(51, 100)],
      'CostspanBudgetSpent',
      99 * 3_600 + 60,
      99 * 3_600 + 120,
    )
    expect(fired[0]!.text).toContain('Budget everything is spent')
    expect(fired[0]!.text).toContain('$5100.00 of it spent')
    expect(await budget([hours(51, 90)], 'CostspanBudgetSpent', 0, 90 * 3_600)).toEqual([])
  }, 600_000)
})

const watched = (alert: string, series: readonly InputSeries[], from: number, to = from) =>
  withNeededRules([alert], (file) =>
    firings([{ name: alert, series, alerts: [alert], from, to }], {
      rules: [file],
      step: 60,
      every: STEP,
    }),
  )

describe.skipIf(promtool === undefined)('alerts on what the money lacks', () => {
  test('2 calls without a rate are a ticket that names model and reason; a failed call is none', async () => {
    const calls = (reason: string) =>
      `costspan_calls_total{${all},costspan_cost_status="unpriced",costspan_cost_reason="${reason}"}`
    const unpriced = [at(calls('unknown_model'), '_x60 2+0x60')]
    const [fired] = await watched('CostspanUnpriced', unpriced, 3_720)
    expect(fired!.text).toContain(
      '2 calls of search (production) to m in 15 minutes have no price: unknown_model',
    )
    expect(await watched('CostspanUnpriced', [at(calls('call_failed'), '0+2x120')], 3_720)).toEqual(
      [],
    )
  })

  test('20% of a service’s spend without a feature are a ticket, 5% are none', async () => {
    const of = (feature: string, each: number) =>
      at(`costspan_cost_USD_total{job="shop",costspan_feature="${feature}"}`, `0+${each}x120`)
    const some = await watched(
      'CostspanUnattributed',
      [of('search', 4), of('unattributed', 1)],
      5_400,
    )
    expect(some[0]!.text).toContain('20% of what shop')
    expect(
      await watched('CostspanUnattributed', [of('search', 19), of('unattributed', 1)], 5_400),
    ).toEqual([])
  })

  test('a feature of 6 calls a minute that makes none for 12 minutes is silent; one of 4 a minute is not told', async () => {
    const calls = (each: number) => [at(`costspan_calls_total{${all}}`, `0+${each}x90 _x60`)]
    expect(await watched('CostspanSilence', calls(6), 0, 5_880)).toEqual([])
    const fired = await watched('CostspanSilence', calls(6), 6_300)
    expect(fired[0]!.text).toMatch(
      /made 3\d\d calls in the hour before and none in the last 10 minutes/,
    )
    expect(await watched('CostspanSilence', calls(4), 5_880, 7_200)).toEqual([])
  })

  test('7 spans that a service dropped are told with the reason', async () => {
    const series = [
      at(
        'costspan_dropped_total{job="shop",costspan_signal="spans",costspan_reason="queue_full"}',
        '_x50 7+0x20',
      ),
    ]
    const [fired] = await watched('CostspanDropped', series, 3_300)
    expect(fired!.text).toContain('dropped or folded together 7 spans in 15 minutes: queue_full')
  })

  test('spans that found the Collector’s queue full are a page', async () => {
    const series = [
      at('otelcol_exporter_enqueue_failed_spans_total{job="otelcol",instance="c1"}', '0x10 0+4x20'),
    ]
    const [fired] = await watched('CostspanCollectorLosses', series, 1_500)
    expect(fired!.text).toContain('The Collector loses spans that found the queue full')
  })

  test('2 hours that were not recorded are told for a day; a new installation is quiet', async () => {
    const each = '1 _x59 '
    const missed = [at('costspan:recorded:hour', `${each.repeat(30)}_x120 ${each.repeat(6)}`)]
    const [fired] = await watched('CostspanHourMissed', missed, 36 * 3_600)
    expect(fired!.text).toContain('did not evaluate the hourly rules 2 times in the last day')
    const young = [at('costspan:recorded:hour', each.repeat(3))]
    expect(await watched('CostspanHourMissed', young, 0, 3 * 3_600)).toEqual([])
  })
})
