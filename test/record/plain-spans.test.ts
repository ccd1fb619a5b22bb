import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  RandomIdGenerator,
  SimpleSpanProcessor,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import { decodeProtobufTraces } from '../../local/receiver/protobuf.ts'
import type { Delivery } from '../../instrumentation/record/delivery.ts'
import {
  createIds,
  createPlainSpans,
  type PlainSpans,
} from '../../instrumentation/record/plain-spans.ts'

const NOW = 1.77e12
const scope = { name: 'costspan', version: '1' }

function setUp(sampler: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() })): {
  readonly plain: PlainSpans
  readonly sent: { readonly body: Uint8Array; readonly items: number }[]
  readonly bySdk: InMemorySpanExporter
} {
  const sent: { body: Uint8Array; items: number }[] = []
  const bySdk = new InMemorySpanExporter()
  const ids = createIds(new RandomIdGenerator())
  const resource = resourceFromAttributes({ 'service.name': 'bot' })
  const traces = new TracerProvider({
    resource,
    sampler,
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor({ exporter: bySdk })],
  })
  const delivery = {
    send(body: Uint8Array, items: number) {
      sent.push({ body, items })
    },
  } as Delivery
  const batch = { maxExportBatchSize: 2 }
  return {
    plain: createPlainSpans({ delivery, batch, scope, resource, sampler, ids, traces }),
    sent,
    bySdk,
  }
}

describe('plain spans', () => {
  test('go out as bytes in batches, below their parent, with what was written', () => {
    const { plain, sent, bySdk } = setUp()
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    const below = trace.setSpanContext(ROOT_CONTEXT, parent)
    for (const model of ['gpt-5.4', 'gpt-5.4-mini']) {
      const span = plain.start(`chat ${model}`, below, NOW)
      expect(span?.isRecording()).toBe(true)
      plain.end(span as NonNullable<typeof span>, NOW + 5, (sink) => {
        sink.add('gen_ai.request.model', model)
      })
    }
    expect(sent.map(({ items }) => items)).toEqual([2])
    const { spans } = decodeProtobufTraces(sent[0]?.body ?? new Uint8Array())
    expect(spans.map((span) => [span.name, span.traceId, span.parentSpanId])).toEqual([
      ['chat gpt-5.4', parent.traceId, parent.spanId],
      ['chat gpt-5.4-mini', parent.traceId, parent.spanId],
    ])
    expect(bySdk.getFinishedSpans()).toEqual([])
  })

  test.each([
    ['an attribute', (span: ReturnType<typeof started>) => span.setAttribute('mine', 1)],
    ['an event', (span: ReturnType<typeof started>) => span.addEvent('mine')],
    ['a status', (span: ReturnType<typeof started>) => span.setStatus({ code: 2 })],
    ['a link', (span: ReturnType<typeof started>) => span.addLink({ context: span.context })],
    ['a name', (span: ReturnType<typeof started>) => span.updateName('mine')],
    [
      'an exception',
      (span: ReturnType<typeof started>) => {
        span.recordException(new Error('mine'))
      },
    ],
  ])('with %s of the application on it, it is the SDK’s span, under the same ids', (_, put) => {
    const { plain, sent, bySdk } = setUp()
    const span = started(plain)
    const ids = span.spanContext()
    put(span)
    expect(span.isPlain).toBe(false)
    span.end(NOW + 5)
    expect(span.isRecording()).toBe(false)
    const [made, ...others] = bySdk.getFinishedSpans()
    expect(others).toEqual([])
    expect(made?.spanContext()).toMatchObject({ traceId: ids.traceId, spanId: ids.spanId })
    expect(made?.startTime).toEqual([NOW / 1000, 0])
    plain.flush()
    expect(sent).toEqual([])
  })

  test('are not made where the sampler says no, or a trace state is to be carried on', () => {
    expect(setUp(new AlwaysOffSampler()).plain.start('chat', ROOT_CONTEXT, NOW)).toBe(undefined)
    const state = { get: () => '1', set: () => state, unset: () => state, serialize: () => 'a=1' }
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    const below = trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceState: state })
    expect(setUp().plain.start('chat', below, NOW)).toBe(undefined)
    expect(propagation.fields()).toEqual([])
    expect(context.active()).toBe(ROOT_CONTEXT)
  })
})

function started(plain: PlainSpans): NonNullable<ReturnType<PlainSpans['start']>> {
  const span = plain.start('chat', ROOT_CONTEXT, NOW)
  if (span === undefined) throw new Error('the sampler said no')
  return span
}
