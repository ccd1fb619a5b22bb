import { gzipSync } from 'node:zlib'
import { SpanKind } from '@opentelemetry/api'
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import protobuf from 'protobufjs/light.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCostRules } from '../../instrumentation/core/cost-rule-reading.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { id, logs, pricedCall, traces, type LogFields } from './otlp.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF = { 'content-type': 'application/x-protobuf' }
const PAST = 1_790_000_000_000

let local: Local
beforeEach(async () => {
  local = await startLocal({ port: 0 })
})
afterEach(() => local.close())

async function post(
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; bytes: Uint8Array }> {
  const response = await fetch(local.url + path, { method: 'POST', headers, body })
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
}

async function send(...records: readonly LogFields[]): Promise<unknown> {
  const { status, bytes } = await post('/v1/logs', JSON_TYPE, JSON.stringify(logs(records)))
  expect(status).toBe(200)
  return JSON.parse(new TextDecoder().decode(bytes))
}

const resolved: LogFields = {
  at: PAST,
  eventName: 'costspan.outcome',
  attributes: {
    'costspan.outcome.name': 'ticket.resolved',
    'costspan.outcome.success': true,
    'costspan.outcome.value': 18,
    'costspan.unit.type': 'ticket',
    'costspan.unit.id': 't1',
  },
}

function outcome(more: Record<string, string | number | boolean>): LogFields {
  return { ...resolved, attributes: { ...resolved.attributes, ...more } }
}

const gateway: LogFields = {
  at: PAST,
  eventName: 'costspan.cost.recorded',
  attributes: {
    'costspan.cost.component': 'gateway',
    'costspan.cost.amount': 0.0021,
    'costspan.cost.source': 'invoice of May',
    'costspan.cost.origin': 'allocated',
    'gen_ai.conversation.id': 'c1',
  },
}

describe('an outcome that arrives as a log event', () => {
  test('as JSON is kept with its unit, attribution and trace', async () => {
    const more = {
      'costspan.feature': 'bot',
      'costspan.tag.region': 'eu',
      'user.id': 'u1',
      'costspan.outcome.idempotency_key': 'k1',
      'log.record.uid': 'uid-1',
    }
    const traceId = id(32)
    expect(await send({ ...outcome(more), traceId, spanId: 'not hex' })).toEqual({})
    expect(local.store.outcomes()).toEqual([
      {
        at: PAST,
        name: 'ticket.resolved',
        success: true,
        value: 18,
        unitType: 'ticket',
        unitId: 't1',
        service: 'shop',
        feature: 'bot',
        user: 'u1',
        tags: { region: 'eu' },
        idempotencyKey: 'k1',
        traceId,
        recordId: 'uid-1',
      },
    ])
  })

  test("as protobuf of OpenTelemetry's own serialiser, gzipped, is the same", async () => {
    const exporter = new InMemoryLogRecordExporter()
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'from-protobuf' }),
      processors: [new SimpleLogRecordProcessor({ exporter })],
    })
    const { eventName = '', attributes = {} } = resolved
    provider.getLogger('test').emit({ eventName, timestamp: PAST, attributes: { ...attributes } })
    const bytes = ProtobufLogsSerializer.serializeRequest(exporter.getFinishedLogRecords())
    const answer = await post(
      '/v1/logs',
      { ...PROTOBUF, 'content-encoding': 'gzip' },
      new Uint8Array(gzipSync(bytes ?? new Uint8Array())),
    )
    expect(answer).toMatchObject({ status: 200, bytes: new Uint8Array() })
    expect(local.store.outcomes()).toMatchObject([
      { at: PAST, name: 'ticket.resolved', success: true, value: 18, service: 'from-protobuf' },
    ])
  })

  test('joins calls of another process and trace by its unit, before them or after', async () => {
    const call = pricedCall(0.02, { 'costspan.unit.type': 'ticket', 'costspan.unit.id': 't1' })
    await send({ ...outcome({ 'log.record.uid': 'early' }), service: 'desk', at: PAST - 60_000 })
    await post('/v1/traces', JSON_TYPE, JSON.stringify(traces([{ attributes: call }])))
    await send({ ...outcome({ 'log.record.uid': 'late' }), service: 'desk', at: PAST + 9e8 })
    const [row] = local.store.rows()
    const unit = { type: row?.unitType ?? '', id: row?.unitId ?? '' }
    expect(local.store.outcomes({ unit }).map(({ service }) => service)).toEqual(['desk', 'desk'])
  })

  test('of a unit that nobody knows yet, and of none, is kept', async () => {
    await send(resolved, {
      ...resolved,
      attributes: { 'costspan.outcome.name': 'newsletter.sent' },
    })
    expect(
      local.store
        .outcomes()
        .map(({ name, unitId }) => [name, unitId])
        .sort(),
    ).toEqual([
      ['newsletter.sent', undefined],
      ['ticket.resolved', 't1'],
    ])
  })

  test('twice in two batches is kept once, with an id and without', async () => {
    await send(resolved, outcome({ 'log.record.uid': 'a' }))
    await send(resolved, outcome({ 'log.record.uid': 'a' }))
    expect(local.store.outcomes()).toHaveLength(2)
    expect(local.store.duplicateOutcomes()).toEqual({})
  })

  test('of a key that is known is ignored and counted', async () => {
    const keyed = (uid: string): LogFields =>
      outcome({ 'costspan.outcome.idempotency_key': 'k', 'log.record.uid': uid })
    await send(keyed('a'), keyed('b'), keyed('c'))
    expect(local.store.outcomes()).toHaveLength(1)
    expect(local.store.duplicateOutcomes()).toEqual({ 'ticket.resolved': 2 })
  })

  test('from a clock that is ahead is of the time of its arrival; one of the past stays', async () => {
    const before = Date.now()
    await send({ ...resolved, at: before + 3_600_000 })
    await send({ ...resolved, at: PAST - 1 })
    const [past, future] = local.store.outcomes()
    expect(past?.at).toBe(PAST - 1)
    expect(future?.at).toBeGreaterThanOrEqual(before)
    expect(future?.at).toBeLessThanOrEqual(Date.now())
  })

  test('without a time is of when it was observed', async () => {
    const { at: _, ...untimed } = resolved
    await send({ ...untimed, observedAt: PAST + 5 })
    expect(local.store.outcomes()[0]?.at).toBe(PAST + 5)
  })

  test('is told by its attributes where the logger drops event names', async () => {
    const { eventName: _, ...unnamed } = resolved
    await send(unnamed, { ...unnamed, eventName: 'something.else' })
    expect(local.store.outcomes()).toHaveLength(1)
  })

  test.each([
    ['costspan.outcome.success', 'yes', 'success'],
    ['costspan.outcome.value', -1, 'value'],
    ['costspan.outcome.value', 2_000_000, 'value'],
    ['costspan.outcome.value', '18', 'value'],
  ])('with %s=%s is kept without it', async (attribute, value, field) => {
    await send(outcome({ [attribute]: value }))
    expect(local.store.outcomes()).toHaveLength(1)
    expect(local.store.outcomes()[0]).not.toHaveProperty(field)
  })
})

describe('a cost that is no call', () => {
  test('arrives as a log event and is kept with its conversation as unit', async () => {
    await send(gateway)
    expect(local.store.costs()).toMatchObject([
      {
        at: PAST,
        component: 'gateway',
        usd: 0.0021,
        source: 'invoice of May',
        origin: 'allocated',
        unitType: 'conversation',
        unitId: 'c1',
        service: 'shop',
      },
    ])
    expect(local.store.totals().calls).toBe(0)
  })

  test('arrives on a span that a rule has priced, and counts once however often it is sent', async () => {
    const attributes = {
      'db.system.name': 'qdrant',
      'costspan.cost.component': 'vector_db',
      'costspan.cost.amount': 0.000_016,
      'costspan.cost.source': 'read units',
      'costspan.cost.origin': 'measured',
      'costspan.cost.quantity': 5,
      'costspan.cost.by': 'sdk',
      'costspan.cost.status': 'priced',
      'costspan.unit.type': 'conversation',
      'costspan.unit.id': 'c1',
    }
    const body = JSON.stringify(traces([{ attributes, startedAt: PAST }]))
    await post('/v1/traces', JSON_TYPE, body)
    await post('/v1/traces', JSON_TYPE, body)
    expect(local.store.costs()).toMatchObject([
      { at: PAST, component: 'vector_db', usd: 0.000_016, quantity: 5, origin: 'measured' },
    ])
    expect(local.store.totals().calls).toBe(0)
  })

  test('of a span is kept beside the calls of the same batch', async () => {
    const cost = { 'costspan.cost.component': 'vector_db', 'costspan.cost.amount': 1e-6 }
    const body = traces([{ attributes: cost }, { attributes: pricedCall(0.02) }])
    await post('/v1/traces', JSON_TYPE, JSON.stringify(body))
    expect(local.store.costs()).toHaveLength(1)
    expect(local.store.totals()).toMatchObject({ calls: 1, usd: 0.02 })
  })
})

describe('a span that is no call and bears no cost', () => {
  const rules = readCostRules(
    [
      {
        name: 'per query',
        component: 'vector_db',
        per_call: 0.25,
        match: {
          kind: 'client',
          scope: 'test',
          name: 'chat',
          attributes: { 'db.system.name': 'qdrant' },
        },
      },
    ],
    (_, line) => expect.fail(line),
  )
  const query = { 'db.system.name': 'qdrant', 'gen_ai.conversation.id': 'c1' }
  let ruled: Local
  beforeEach(async () => {
    ruled = await startLocal({ port: 0, rules })
  })
  afterEach(() => ruled.close())

  test('has the cost that a rule of the viewer gives it, as JSON and as protobuf', async () => {
    const body = JSON.stringify(
      traces([{ attributes: query }, { attributes: { 'db.system.name': 'mysql' } }]),
    )
    await fetch(`${ruled.url}/v1/traces`, { method: 'POST', headers: JSON_TYPE, body })
    const exporter = new InMemorySpanExporter()
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
    provider.getTracer('test').startSpan('chat', { kind: SpanKind.CLIENT, attributes: query }).end()
    provider.getTracer('test').startSpan('chat', { kind: SpanKind.SERVER, attributes: query }).end()
    provider
      .getTracer('other')
      .startSpan('chat', { kind: SpanKind.CLIENT, attributes: query })
      .end()
    const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans())
    await fetch(`${ruled.url}/v1/traces`, {
      method: 'POST',
      headers: PROTOBUF,
      body: new Uint8Array(bytes ?? []),
    })
    expect(ruled.store.costs()).toHaveLength(2)
    for (const row of ruled.store.costs()) {
      expect(row).toMatchObject({
        component: 'vector_db',
        usd: 0.25,
        source: 'per query',
        origin: 'measured',
        unitId: 'c1',
      })
    }
  })

  test('keeps the cost that it says itself, and a call the price of a call', async () => {
    const own = { ...query, 'costspan.cost.component': 'vector_db', 'costspan.cost.amount': 0.5 }
    const body = traces([{ attributes: own }, { attributes: pricedCall(0.02, query) }])
    await fetch(`${ruled.url}/v1/traces`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    })
    expect(ruled.store.costs().map(({ usd }) => usd)).toEqual([0.5])
    expect(ruled.store.totals()).toMatchObject({ calls: 1, usd: 0.02 })
  })
})

describe('what lacks what it needs', () => {
  const nameless: LogFields = { ...resolved, attributes: { 'costspan.outcome.success': true } }
  const free = (usd: number | string): LogFields => ({
    ...gateway,
    attributes: { ...gateway.attributes, 'costspan.cost.amount': usd },
  })

  test('is rejected by number with the reason, and the others kept', async () => {
    const answer = await send(nameless, free(-1), free('much'), free(2_000_000), resolved, gateway)
    expect(answer).toEqual({
      partialSuccess: {
        rejectedLogRecords: '4',
        errorMessage:
          'outcomes without a name, and costs without component or an amount from 0 USD, were rejected',
      },
    })
    expect([local.store.outcomes().length, local.store.costs().length]).toEqual([1, 1])
  })

  test('is rejected in protobuf too', async () => {
    const exporter = new InMemoryLogRecordExporter()
    const provider = new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({ exporter })],
    })
    provider.getLogger('test').emit({ eventName: 'costspan.outcome' })
    const bytes = ProtobufLogsSerializer.serializeRequest(exporter.getFinishedLogRecords())
    const answer = await post('/v1/logs', PROTOBUF, new Uint8Array(bytes ?? []))
    expect(ExportLogsResponse.decode(answer.bytes).toJSON()).toMatchObject({
      partialSuccess: { rejectedLogRecords: '1' },
    })
  })

  test.each([
    ['JSON that is no object', JSON_TYPE, '[]', /must be a JSON object/],
    [
      'a list that is none',
      JSON_TYPE,
      '{"resourceLogs":7}',
      /resourceLogs in body must be an array/,
    ],
    [
      'protobuf that is none',
      PROTOBUF,
      new Uint8Array([0x0a, 0xff, 0x01]),
      /ExportLogsServiceRequest/,
    ],
  ])('%s is refused with 400 and one line', async (_, headers, body, message) => {
    const answer = await post('/v1/logs', headers, body)
    expect(answer.status).toBe(400)
    expect(new TextDecoder().decode(answer.bytes)).toMatch(message)
  })

  test('log lines of others, 1,000 in a batch, are taken and not stored', async () => {
    expect(
      await send(...Array.from({ length: 1_000 }, () => ({ attributes: { a: 'b' } }))),
    ).toEqual({})
    expect([...local.store.outcomes(), ...local.store.costs()]).toEqual([])
  })
})

/** `ExportLogsServiceResponse`, by an independent descriptor. */
const ExportLogsResponse = protobuf.Root.fromJSON({
  nested: {
    Response: { fields: { partialSuccess: { type: 'Partial', id: 1 } } },
    Partial: {
      fields: {
        rejectedLogRecords: { type: 'int64', id: 1 },
        errorMessage: { type: 'string', id: 2 },
      },
    },
  },
}).lookupType('Response')
