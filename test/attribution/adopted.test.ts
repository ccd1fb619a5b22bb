import Anthropic from '@anthropic-ai/sdk'
import { context, metrics as metricsApi, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { createMetrics } from '../../instrumentation/record/metrics.ts'
import { createSpanHooks } from '../../instrumentation/record/processor.ts'
import { createRecorder } from '../../instrumentation/record/recorder.ts'
import { configured } from '../support/attribution-settings.ts'
import { intercepted } from '../support/intercepted.ts'

const exporter = new InMemorySpanExporter()
const { config, stage } = configured(`
rules:
  - { match: { model: claude-* }, set: { feature: rule, user: rule }, from: { customer: tenant.id } }
`)
let simulator: Simulator
let restore: () => void

beforeAll(async () => {
  simulator = await startSimulator()
  const metrics = createMetrics({
    version: '0',
    customerOnMetrics: false,
    bookTime: () => undefined,
  })
  const { attribute, openSpans } = stage
  const hooks = createSpanHooks({ book: bundledBook, metrics, attribute, openSpans })
  const nothing = (): Promise<void> => Promise.resolve()
  trace.setGlobalTracerProvider(
    new TracerProvider({
      spanProcessors: [
        { ...hooks, forceFlush: nothing, shutdown: nothing },
        new SimpleSpanProcessor({ exporter }),
      ],
    }),
  )
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  metricsApi.setGlobalMeterProvider(new MeterProvider())
  restore = intercepted({
    config,
    recorder: createRecorder({
      book: bundledBook,
      metrics,
      version: '0',
      ownsSpans: () => false,
      onRecorded: () => undefined,
    }),
  }).restore
})
afterAll(async () => {
  restore()
  for (const api of [trace, context, metricsApi]) api.disable()
  await simulator.close()
})

test('a client’s own span gets what its request says over what rules said when the span began', async () => {
  const client = new Anthropic({ baseURL: simulator.url, apiKey: 'none' })
  const call = (): Promise<unknown> =>
    client.messages.create({
      model: 'claude-sonnet-4-6',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hello' }],
      metadata: { user_id: 'u1' },
    })
  const attributes = { 'tenant.id': 'acme' }
  await trace.getTracer('app').startActiveSpan('request', { attributes }, async (span) => {
    await call()
    span.end()
  })
  const spans = exporter.getFinishedSpans()
  expect(spans.map((span) => span.name)).toEqual(['anthropic.messages.create', 'request'])
  expect(spans[0]?.attributes).toMatchObject({
    'costspan.feature': 'rule',
    'costspan.customer': 'acme',
    'user.id': 'u1',
  })
})
