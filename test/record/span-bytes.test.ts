import { ROOT_CONTEXT, SpanKind, trace, type SpanContext } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttributeValue } from '../../instrumentation/record/attribute-list.ts'
import { createSpanWriter, type PlainSpan } from '../../instrumentation/record/span-bytes.ts'

const resource = { 'service.name': 'bot', 'process.pid': 7, 'host.up': true, 'a.list': ['x', 'y'] }
const scope = { name: 'costspan', version: '0.1.0' }

type Attributes = Readonly<Record<string, AttributeValue>>

interface Sample {
  readonly span: PlainSpan
  readonly endedAt: number
  readonly attributes: Attributes
}

/** The same spans by OpenTelemetry's own SDK and serializer. */
function byTheSdk(samples: readonly Sample[]): Uint8Array {
  const exporter = new InMemorySpanExporter()
  let ids: SpanContext | undefined
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resource),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    idGenerator: {
      generateTraceId: () => ids?.traceId ?? '',
      generateSpanId: () => ids?.spanId ?? '',
    },
  })
  const tracer = provider.getTracer(scope.name, scope.version)
  for (const { span, endedAt, attributes } of samples) {
    ids = span.context
    const parent =
      span.parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span.parent)
    tracer
      .startSpan(
        span.name,
        {
          kind: SpanKind.CLIENT,
          startTime: span.startedAt,
          attributes: { ...attributes },
        },
        parent,
      )
      .end(endedAt)
  }
  return ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans()) ?? new Uint8Array()
}

function byUs(samples: readonly Sample[]): Uint8Array {
  const writer = createSpanWriter()
  for (const { span, endedAt, attributes } of samples) {
    writer.add(span, SpanKind.CLIENT, endedAt, (sink) => {
      for (const [name, value] of Object.entries(attributes)) sink.add(name, value)
    })
  }
  return writer.request({ resource: { attributes: resource }, scope })
}

/** Every field of every message by its number, zero numbers and empty messages left out as proto3 lets a writer do. */
function fields(bytes: Uint8Array, path: string, nested: ReadonlySet<string>): readonly string[] {
  const buffer = Buffer.from(bytes)
  const found: string[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = buffer[at++] ?? 0
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < buffer.length) {
    const key = Number(varint())
    const here = `${path}/${key >>> 3}`
    if ((key & 7) === 0) {
      const value = varint()
      if (value !== 0n || here.endsWith('/2/2') || here.endsWith('/2/3'))
        found.push(`${here}=${value}`)
    } else if ((key & 7) === 1) {
      found.push(`${here}=${buffer.readBigUInt64LE(at)}`)
      at += 8
    } else if ((key & 7) === 5) {
      found.push(`${here}=${buffer.readUInt32LE(at)}`)
      at += 4
    } else {
      const size = Number(varint())
      const content = buffer.subarray(at, at + size)
      at += size
      if (nested.has(here)) found.push(...fields(content, here, nested))
      else found.push(`${here}=${content.toString('hex')}`)
    }
  }
  return found
}

const SPAN = '/1/2/2'
/** Messages within messages, by the numbers on the way to them. */
const NESTED = new Set([
  ...['/1', '/1/1', '/1/1/1', '/1/1/1/2', '/1/1/1/2/5', '/1/1/1/2/5/1', '/1/2', '/1/2/1', SPAN],
  ...[`${SPAN}/9`, `${SPAN}/9/2`, `${SPAN}/9/2/5`, `${SPAN}/9/2/5/1`, `${SPAN}/15`],
])
const read = (bytes: Uint8Array): readonly string[] => fields(bytes, '', NESTED)

const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.constantFrom('0', '1', '2', '9', 'a', 'b', 'f'),
      minLength: digits,
      maxLength: digits,
    })
    .filter((id) => /[1-9a-f]/.test(id))
const context = fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.constant(1) })
const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('gpt-5.4', 'x'.repeat(64), 'x'.repeat(65), 'é'.repeat(40), 'a'.repeat(20_000)),
)
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  words,
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((number) => !Object.is(number, -0) && Math.abs(number) < 2 ** 53),
  fc.boolean(),
  fc.array(words, { maxLength: 3 }),
)
const name = fc.constantFrom('gen_ai.request.model', 'costspan.turn', 'costspan.tag.é', 'a', 'b.c')
const time = fc.double({ min: 1.6e12, max: 1.9e12, noNaN: true })
const sample: fc.Arbitrary<Sample> = fc
  .record({
    context,
    parent: fc.option(
      fc.record({ spanId: hex(16), isRemote: fc.boolean(), traceFlags: fc.constant(1) }),
      { nil: undefined },
    ),
    name: words.filter((text) => text !== ''),
    startedAt: time,
    lasts: fc.double({ min: 0, max: 1e6, noNaN: true }),
    attributes: fc.dictionary(name, value),
  })
  .map(({ context: own, parent, name: called, startedAt, lasts, attributes }) => ({
    span: {
      context: own,
      parent: parent === undefined ? undefined : { ...parent, traceId: own.traceId },
      name: called,
      startedAt,
    },
    endedAt: startedAt + lasts,
    attributes: { ...attributes },
  }))

describe('spans as bytes', () => {
  test('say field by field what OpenTelemetry’s SDK and serializer say of the same spans', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 5 }), (samples) => {
        expect(read(byUs(samples))).toEqual(read(byTheSdk(samples)))
      }),
      { numRuns: 300 },
    )
  })

  test('keep a word that has come before apart from one that has not', () => {
    const said = ['a', 'a', 'a', 'b', 'a', 'b', 'b', 'b', 'a']
    const samples = said.map((word, index): Sample => ({
      span: {
        context: {
          traceId: '1'.repeat(32),
          spanId: `${index + 1}`.padStart(16, '0'),
          traceFlags: 1,
        },
        parent: undefined,
        name: 'chat',
        startedAt: 1.7e12,
      },
      endedAt: 1.7e12 + 5,
      attributes: { 'costspan.feature': word },
    }))
    expect(read(byUs(samples))).toEqual(read(byTheSdk(samples)))
  })

  test('are gone after a request, also where one has 3 MB', () => {
    const writer = createSpanWriter()
    const context = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    const span = { context, parent: undefined, name: 'chat', startedAt: 1.7e12 }
    const origin = { resource: { attributes: resource }, scope }
    const attributes = { a: 'x'.repeat(3_000_000) }
    const write = (endedAt: number): Uint8Array => {
      writer.add(span, SpanKind.CLIENT, endedAt, (sink) => {
        sink.add('a', attributes.a)
      })
      return writer.request(origin)
    }
    for (const endedAt of [1.7e12 + 1, 1.7e12 + 2]) {
      expect(read(write(endedAt))).toEqual(read(byTheSdk([{ span, endedAt, attributes }])))
      expect(writer.size).toBe(0)
    }
  })
})
