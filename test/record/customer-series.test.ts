import { metrics as metricsApi } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
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

test('100 features of each of 100 customers are 5,000 series and 100 for the others, and no call is lost', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
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
  const [calls] = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .filter(({ descriptor }) => descriptor.name === 'costspan.calls')
  const points = (calls?.dataPoints ?? []) as readonly {
    readonly value: number
    readonly attributes: Readonly<Record<string, unknown>>
  }[]
  const others = points.filter(({ attributes }) => attributes['costspan.customer'] === 'other')
  expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(10_000)
  // Half of the customers came first.
  expect([points.length - others.length, others.length]).toEqual([5_000, 100])
  expect(others.reduce((sum, { value }) => sum + value, 0)).toBe(5_000)
})
