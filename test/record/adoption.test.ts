import Anthropic from '@anthropic-ai/sdk'
import { context, metrics as metricsApi, trace, SpanStatusCode } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { attributionStage } from '../../instrumentation/compose/attribution.ts'
import { readConfig } from '../../instrumentation/config.ts'
import { withAttribution } from '../../instrumentation/index.ts'
import { interceptFetch } from '../../instrumentation/intercept/fetch.ts'
import { createOpenCalls } from '../../instrumentation/intercept/open-calls.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { createMetrics } from '../../instrumentation/record/metrics.ts'
import { createSpanHooks } from '../../instrumentation/record/processor.ts'
import { createRecorder } from '../../instrumentation/record/recorder.ts'

let simulator: Simulator
let restore: () => void
const exporter = new InMemorySpanExporter()

beforeAll(async () => {
  simulator = await startSimulator()
  const config = readConfig({})
  const metrics = createMetrics({
    version: '0',
    customerOnMetrics: false,
    bookTime: () => undefined,
  })
  const stage = attributionStage(
    config,
    () => undefined,
    () => undefined,
  )
  const hooks = createSpanHooks({
    book: bundledBook,
    metrics,
    attribute: stage.attribute,
  })
  const nothing = (): Promise<void> => Promise.resolve()
  const provider = new TracerProvider({
    spanProcessors: [
      { ...hooks, forceFlush: nothing, shutdown: nothing },
      new SimpleSpanProcessor({ exporter }),
    ],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  metricsApi.setGlobalMeterProvider(new MeterProvider())
  const recorder = createRecorder({
    book: bundledBook,
    metrics,
    ownsSpans: () => false,
    version: '0',
    onRecorded: () => undefined,
  })
  restore = interceptFetch({
    config,
    recorder,
    calls: createOpenCalls(60_000),
    attribute: stage.attribute,
    outbound: stage.outbound,
    group: recorder.activeSpan,
  })
})
afterAll(async () => {
  restore()
  await simulator.close()
})
beforeEach(() => {
  exporter.reset()
})
let nth = 0
const anthropic = (): Anthropic =>
  new Anthropic({ baseURL: simulator.url, apiKey: 'none', maxRetries: 2 })
const request = {
  model: 'claude-sonnet-5',
  max_tokens: 200,
  messages: [{ role: 'user' as const, content: 'Hello there' }],
}

async function spans(count: number) {
  const deadline = Date.now() + 4_000
  while (exporter.getFinishedSpans().length < count && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return exporter.getFinishedSpans()
}

describe('the Anthropic SDK’s own span', () => {
  test('carries our cost and attribution, and no second span is made', async () => {
    await withAttribution({ feature: 'chat', user: 'u-1', conversation: 'c-1' }, () =>
      anthropic().messages.create(request),
    )
    const all = await spans(1)
    expect(all.map((span) => span.name)).toEqual(['anthropic.messages.create'])
    expect(all[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 200,
      'gen_ai.usage.cost.amount': 0.002006, // (3 * 2 + 200 * 10) / 1e6
      'costspan.cost.status': 'priced',
      'costspan.feature': 'chat',
      'user.id': 'u-1',
      'gen_ai.conversation.id': 'c-1',
      'costspan.call.end': 'completed',
    })
  })

  test('of a stream ends after its exchange, with the usage on it', async () => {
    const stream = await anthropic().messages.create({ ...request, stream: true })
    for await (const _ of stream) continue
    const all = await spans(1)
    expect(all.length).toBe(1)
    expect(all[0]?.attributes['gen_ai.usage.cost.amount']).toBe(0.002006)
  })

  test('of a stream left by break is held until our tap has heard, and says aborted', async () => {
    const options = { headers: { 'x-sim-fault': 'delay=5; id=break' } }
    const long = { ...request, max_tokens: 60_000, stream: true as const }
    for await (const _ of await anthropic().messages.create(long, options)) break
    const all = await spans(1)
    expect(all.length).toBe(1)
    expect(all[0]?.attributes).toMatchObject({
      'costspan.call.end': 'aborted',
      'costspan.cost.status': 'partial',
      'costspan.cost.reason': 'usage_incomplete',
      'gen_ai.usage.cost.amount': 0.000006, // the input alone, a lower bound
    })
    expect(all[0]?.status.code).not.toBe(SpanStatusCode.ERROR)
  })

  test('of a call with two failed attempts is one span with two events', async () => {
    nth += 1
    const options = {
      headers: { 'x-sim-fault': `status=529; retry-after-ms=5; times=2; id=${nth}` },
    }
    await anthropic().messages.create(request, options)
    const all = await spans(1)
    expect(all.length).toBe(1)
    expect(all[0]?.attributes['http.request.resend_count']).toBe(2)
    const events = all[0]?.events.filter((event) => event.name === 'costspan.attempt.failed')
    expect(events?.map((event) => event.attributes?.['http.response.status_code'])).toEqual([
      529, 529,
    ])
  })
})

describe('an outer span of another instrumentation', () => {
  const chat = (): Promise<Response> =>
    fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'gpt-5.4', messages: request.messages }),
    })
  const tracer = trace.getTracer('elsewhere')

  test('that is an inference span is adopted; a second successful call under it gets a span of its own', async () => {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'my-name-for-it' }
    await tracer.startActiveSpan('chat outer', { attributes }, async (span) => {
      await (await chat()).json()
      await (await chat()).json()
      span.end()
    })
    const all = await spans(2)
    expect(all.map((span) => span.name).toSorted()).toEqual(['chat gpt-5.4', 'chat outer'])
    const outer = all.find((span) => span.name === 'chat outer')
    expect(outer?.attributes).toMatchObject({
      'gen_ai.request.model': 'my-name-for-it',
      'gen_ai.response.model': 'gpt-5.4',
      'costspan.cost.status': 'priced',
    })
  })

  test('that carries usage of the calls under it is covered: no amount', async () => {
    const attributes = { 'gen_ai.operation.name': 'invoke_agent' }
    await tracer.startActiveSpan('invoke_agent helper', { attributes }, async (agent) => {
      await tracer.startActiveSpan('step', async (step) => {
        await (await chat()).json()
        step.end()
      })
      agent.setAttributes({ 'gen_ai.usage.input_tokens': 3, 'gen_ai.usage.output_tokens': 64 })
      agent.end()
    })
    const all = await spans(3)
    const agent = all.find((span) => span.name === 'invoke_agent helper')
    expect(agent?.attributes['costspan.cost.status']).toBe('covered')
    expect(agent?.attributes).not.toHaveProperty('gen_ai.usage.cost.amount')
    expect(all.find((span) => span.name === 'step')?.attributes).not.toHaveProperty(
      'costspan.cost.status',
    )
  })

  test(
    'whose maker never ends it is ended by us after the exchange',
    { timeout: 12_000 },
    async () => {
      const attributes = { 'gen_ai.operation.name': 'chat' }
      await tracer.startActiveSpan('chat never ended', { attributes }, async () => {
        await (await chat()).json()
      })
      await new Promise((resolve) => setTimeout(resolve, 5_200))
      expect(exporter.getFinishedSpans().map((span) => span.name)).toEqual(['chat never ended'])
    },
  )
})

describe('a call in a context that suppresses tracing', () => {
  afterEach(() => {
    exporter.reset()
  })

  test('is not claimed', async () => {
    const quiet = context
      .active()
      .setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
    await context.with(quiet, async () => {
      const answer = await fetch(`${simulator.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'gpt-5.4', messages: [] }),
      })
      await answer.json()
    })
    expect(exporter.getFinishedSpans()).toEqual([])
  })
})
