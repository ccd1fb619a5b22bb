import { metrics as metricsApi } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
} from '@opentelemetry/sdk-metrics'
import { OpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withAttribution } from '../../instrumentation/index.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { createMetrics } from '../../instrumentation/record/metrics.ts'
import { createRecorder } from '../../instrumentation/record/recorder.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'
import { answerFromMemory } from '../support/provider-in-memory.ts'

const INVENTED = 10_000
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
let seen: Intercepted
const restoring: (() => unknown)[] = []

const answer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-5.4',
  choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
})

/** 10,000 real calls, each for a feature that a bug in the application has made up. */
beforeAll(async () => {
  metricsApi.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const metrics = createMetrics({
    version: '0',
    customerOnMetrics: false,
    bookTime: () => undefined,
  })
  const bytes = new TextEncoder().encode(answer)
  restoring.push(
    answerFromMemory(() => ({ pieces: [bytes], contentType: 'application/json' })),
    () => metricsApi.disable(),
  )
  const ownsSpans = (): boolean => false
  const onRecorded = (): void => undefined
  seen = intercepted({
    recorder: createRecorder({ book: bundledBook, metrics, version: '0', ownsSpans, onRecorded }),
  })
  restoring.unshift(seen.restore)
  const client = new OpenAI({ apiKey: 'none', baseURL: 'http://provider.example/v1' })
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  for (let start = 0; start < INVENTED; start += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        withAttribution({ feature: `feature-${start + i}`, team: 'care' }, () =>
          client.chat.completions.create({ model: 'gpt-5.4', messages }),
        ),
      ),
    )
  }
  await reader.forceFlush()
}, 60_000)
afterAll(() => {
  for (const restore of restoring) restore()
})

function points(name: string): readonly DataPoint<number>[] {
  const scopes = exporter.getMetrics().at(-1)?.scopeMetrics ?? []
  const metric = scopes
    .flatMap((scope) => scope.metrics)
    .find(({ descriptor }) => descriptor.name === name)
  return (metric?.dataPoints ?? []) as readonly DataPoint<number>[]
}

describe(`${INVENTED} invented feature names`, () => {
  test('are bounded: 301 of them on every metric, the rest is other', () => {
    for (const name of ['costspan.calls', 'costspan.cost', 'gen_ai.client.operation.cost']) {
      const features = new Set(points(name).map(({ attributes }) => attributes['costspan.feature']))
      expect(features.size).toBe(301)
      expect(features).toContain('other')
    }
  })

  test('are counted: each call once, and all of the money', () => {
    const sum = (name: string) => points(name).reduce((total, { value }) => total + value, 0)
    expect(sum('costspan.calls')).toBe(INVENTED)
    // 100 tokens at $2.50 and 10 at $15 a million.
    expect(sum('costspan.cost')).toBeCloseTo(INVENTED * 0.0004, 9)
  })

  test('are visible: what was folded is counted, by its reason, and bears the name other', () => {
    const dropped = points('costspan.dropped').map(({ attributes, value }) => ({
      ...attributes,
      value,
    }))
    expect(dropped).toEqual([
      { 'costspan.signal': 'metrics', 'costspan.reason': 'cardinality', value: INVENTED - 300 },
    ])
    const other = points('costspan.calls').filter(
      ({ attributes }) => attributes['costspan.feature'] === 'other',
    )
    expect(other.map(({ value }) => value)).toEqual([INVENTED - 300])
    expect(other[0]?.attributes).toMatchObject({ 'costspan.team': 'other' })
  })
})
