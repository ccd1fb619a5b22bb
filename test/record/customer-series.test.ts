import { metrics as metricsApi } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import type { Call } from '../../instrumentation/core/call.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { createMetrics } from '../../instrumentation/record/metrics.ts'
import { priceCall } from '../../instrumentation/record/price-call.ts'

const call = (feature: string, customer: string): Call => ({
  request: {
    operation: 'chat',
    provider: 'openai',
    model: 'gpt-5.4',
    stream: false,
    serverAddress: 'h',
    serverPort: 443,
  },
  answer: { model: 'gpt-5.4', usage: { input: 100, output: 50 } },
  attribution: { feature, customer },
  startedAt: 0,
  endedAt: 1,
  end: 'completed',
  failedAttempts: [],
})

test('100 features of each of 100 customers are 1,000 series and 100 for the others, and no call and no cent is lost', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    // As where `register` sets OpenTelemetry up.
    cardinalityLimits: { default: 10_000 },
  })
  metricsApi.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const metrics = createMetrics({
    version: '0',
    customerOnMetrics: true,
    bookTime: () => undefined,
  })
  const names = Array.from({ length: 100 }, (_, index) => String(index))
  for (const customer of names) {
    for (const feature of names) {
      const one = call(`feature-${feature}`, `customer-${customer}`)
      metrics.record(one, priceCall(one, bundledBook))
    }
  }
  await reader.forceFlush()
  const all = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  const points = (name: string) =>
    all
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints as readonly DataPoint<number>[])
  const sum = (of: readonly DataPoint<number>[]) =>
    of.reduce((total, { value }) => total + value, 0)
  const calls = points('costspan.calls')
  const others = calls.filter(({ attributes }) => attributes['costspan.customer'] === 'other')
  expect(sum(calls)).toBe(10_000)
  // Those of the first 10 customers came first.
  expect([calls.length - others.length, others.length, sum(others)]).toEqual([1_000, 100, 9_000])
  // gpt-5.4: 2.5 in, 15 out, USD per million tokens; 100 and 50 of them.
  expect(sum(points('costspan.cost'))).toBeCloseTo(10_000 * (0.00025 + 0.00075), 9)
})
