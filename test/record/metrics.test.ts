import { metrics as metricsApi } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../instrumentation/core/call.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { createLabelGuard } from '../../instrumentation/record/cardinality.ts'
import { contextTokens } from '../../instrumentation/record/attributes.ts'
import { createMetrics, type Metrics } from '../../instrumentation/record/metrics.ts'
import { priceCall } from '../../instrumentation/record/price-call.ts'
import * as semconv from '../../instrumentation/semconv.ts'
import { prometheusLabel, prometheusName } from '../../instrumentation/semconv.ts'

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
let metrics: Metrics

beforeAll(() => {
  metricsApi.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  metrics = createMetrics({ version: '0', customerOnMetrics: false, bookTime: () => 1_700_000_000 })
})

const call = (more: Partial<Call> = {}): Call => ({
  request: {
    operation: 'chat',
    provider: 'openai',
    model: 'gpt-5.4',
    stream: false,
    serverAddress: 'h',
    serverPort: 443,
  },
  answer: { model: 'gpt-5.4', usage: { input: 100, cacheRead: 900, output: 50 } },
  attribution: {
    feature: 'bot',
    customer: 'acme',
    user: 'u',
    session: 's',
    unit: { type: 'conversation', id: 'c' },
  },
  startedAt: Date.parse('2026-06-01T00:00:00Z'),
  endedAt: Date.parse('2026-06-01T00:00:02Z'),
  end: 'completed',
  failedAttempts: [{ at: 0, errorType: '429', statusCode: 429 }],
  ...more,
})

async function points(
  name: string,
): Promise<readonly { value: unknown; attributes: Record<string, unknown> }[]> {
  exporter.reset()
  await reader.forceFlush()
  const all = exporter
    .getMetrics()
    .flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics))
  return all
    .filter((metric) => metric.descriptor.name === name)
    .flatMap((metric) => metric.dataPoints as never[])
}

describe('a call with one failed attempt', () => {
  beforeAll(() => {
    const one = call()
    metrics.record(one, priceCall(one, bundledBook))
  })

  test('is one call, two attempts, and its money by component to the last digit', async () => {
    expect((await points('costspan.calls')).map((point) => point.value)).toEqual([1])
    const attempts = await points('costspan.attempts')
    expect(
      attempts.map((point) => [point.value, point.attributes['http.response.status_code']]),
    ).toEqual([
      [1, 429],
      [1, 200],
    ])
    const money = Object.fromEntries(
      (await points('costspan.cost')).map((point) => [
        point.attributes['costspan.cost.component'],
        point.value,
      ]),
    )
    // gpt-5.4: 2.5 in, 0.25 cached, 15 out, USD per million tokens
    expect(money).toEqual({ input: 0.00025, cache_read: 0.000225, output: 0.00075 })
    expect((await points('costspan.cache.savings'))[0]?.value).toBe(0.002025)
  })

  test('carries the labels of the contract: absent ones as `unattributed`, and no user, session, customer or unit', async () => {
    const [point] = await points('costspan.calls')
    expect(point?.attributes).toEqual({
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5.4',
      'costspan.feature': 'bot',
      'costspan.team': 'unattributed',
      'gen_ai.prompt.name': 'unattributed',
      'gen_ai.prompt.version': 'unattributed',
      'gen_ai.operation.name': 'chat',
      'costspan.call.end': 'completed',
      'costspan.cost.status': 'priced',
      'costspan.waste': 'none',
    })
  })

  test('is in the histograms once', async () => {
    expect((await points('gen_ai.client.inference.duration'))[0]?.value).toMatchObject({
      count: 1,
      sum: 2,
    })
    expect((await points('gen_ai.client.operation.cost'))[0]?.value).toMatchObject({ count: 1 })
  })

  test('the price book’s time is a gauge in seconds', async () => {
    expect((await points('costspan.price.book.time'))[0]?.value).toBe(1_700_000_000)
  })
})

test('what two models did for one prompt is added up in series that name no model', async () => {
  const feature = 'summary'
  const context = { system: 40, history: 0, tools: 0, rest: 60, turn: 1 }
  for (const model of ['gpt-5.4', 'gpt-5-mini']) {
    const request = { ...call().request, model, context }
    const one = call({ request, attribution: { feature } })
    metrics.record(one, priceCall(one, bundledBook))
  }
  const ofFeature = (points: readonly { attributes: Record<string, unknown> }[]) =>
    points.filter(({ attributes }) => attributes['costspan.feature'] === feature)
  const parts = ofFeature(await points('costspan.context.tokens')) as { value?: number }[]
  expect(parts.reduce((sum, { value = 0 }) => sum + value, 0)).toBe(2_000)
  const [tokens] = ofFeature(await points('gen_ai.client.inference.operation.input_tokens'))
  expect(tokens).toMatchObject({ value: { count: 2 } })
})

test('attempts of two teams are added up, as their series name no team', async () => {
  for (const team of ['blue', 'green']) {
    const one = call({ attribution: { feature: 'shared', team } })
    metrics.record(one, priceCall(one, bundledBook))
  }
  const attempts = (await points('costspan.attempts')).filter(
    ({ attributes }) => attributes['costspan.feature'] === 'shared',
  )
  expect(attempts.map(({ value }) => value)).toEqual([2, 2])
})

test('an unpriced call is counted with its reason and adds no money', async () => {
  const unknown = call({
    answer: { model: 'no-such-model', usage: { input: 1 } },
    request: { ...call().request, model: 'no-such-model' },
  })
  const before = (await points('costspan.cost')).length
  metrics.record(unknown, priceCall(unknown, bundledBook))
  expect((await points('costspan.cost')).length).toBe(before)
  const reasons = (await points('costspan.calls')).map(
    (point) => point.attributes['costspan.cost.reason'],
  )
  expect(reasons).toContain('unknown_model')
})

describe('the cardinality guard', () => {
  test('folds prompt versions first, then names, then features, and counts each fold', () => {
    let folds = 0
    const guard = createLabelGuard(() => (folds += 1), 3)
    for (const version of ['1', '2', '3']) {
      expect(
        guard.admit('p', 'm', { feature: 'f', prompt: { name: 'n', version } }).promptVersion,
      ).toBe(version)
    }
    expect(
      guard.admit('p', 'm', { feature: 'f', prompt: { name: 'n', version: '4' } }),
    ).toMatchObject({ feature: 'f', promptName: 'n', promptVersion: 'other' })
    expect(
      guard.admit('p', 'm', { feature: 'f', prompt: { name: 'n2', version: '1' } }),
    ).toMatchObject({ feature: 'f', promptName: 'other', promptVersion: 'other' })
    expect(
      guard.admit('p', 'm', { feature: 'f2', prompt: { name: 'n', version: '1' } }),
    ).toMatchObject({ feature: 'other', team: 'unattributed', promptName: 'other' })
    expect(
      guard.admit('p', 'm', { feature: 'f', prompt: { name: 'n', version: '1' } }).promptVersion,
    ).toBe('1')
    expect(folds).toBe(3)
  })

  test.each([
    ['features', (index: number) => ['m', { feature: `f${index}` }] as const, 301],
    ['models', (index: number) => [`m${index}`, { feature: 'f' }] as const, 601],
    [
      'prompt versions',
      (index: number) => ['m', { prompt: { name: 'p', version: `v${index}` } }] as const,
      301,
    ],
  ])(
    '10,000 invented %s make a bounded number of label sets, one object each',
    (_, invent, most) => {
      const guard = createLabelGuard(() => undefined)
      const sets = new Set<unknown>()
      const objects = new Set<unknown>()
      for (let index = 0; index < 10_000; index += 1) {
        const [model, attribution] = invent(index)
        const labels = guard.admit('p', model, attribution)
        objects.add(labels)
        sets.add(JSON.stringify(labels))
      }
      expect(sets.size).toBeLessThanOrEqual(most)
      expect(objects.size).toBe(sets.size)
    },
  )
})

describe('context tokens', () => {
  test('are whole, in proportion, and add up to the input', () => {
    const tokens = contextTokens(
      { system: 100, history: 100, tools: 0, rest: 133, turn: 1 },
      { input: 1001 },
    )
    expect(tokens).toEqual({ system: 301, history: 300, tools: 0, rest: 400 })
  })
})

describe('prometheusName', () => {
  test.each([
    [semconv.METRIC_COST, 'costspan_cost_USD_total'],
    [semconv.METRIC_OPERATION_COST, 'gen_ai_client_operation_cost_USD'],
    [semconv.METRIC_CALLS, 'costspan_calls_total'],
    [semconv.METRIC_DURATION, 'gen_ai_client_inference_duration_seconds'],
    [semconv.METRIC_INPUT_TOKENS, 'gen_ai_client_inference_usage_input_tokens_total'],
    [semconv.METRIC_PRICE_BOOK_TIME, 'costspan_price_book_time_seconds'],
  ])('%o is %s', (metric, name) => {
    expect(prometheusName(metric)).toBe(name)
  })
})

describe('prometheusLabel', () => {
  test.each([
    [semconv.ATTR_FEATURE, 'costspan_feature'],
    [semconv.ATTR_ENVIRONMENT, 'deployment_environment_name'],
    [semconv.ATTR_HTTP_STATUS, 'http_response_status_code'],
  ])('%s is %s', (attribute, label) => {
    expect(prometheusLabel(attribute)).toBe(label)
  })
})
