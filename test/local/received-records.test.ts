import { gzipSync } from 'node:zlib'
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import protobuf from 'protobufjs/light.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocal, type Local } from '../../local/server.ts'
import { id, pricedCall, traces, type LogFields } from './otlp.ts'
import { gateway, JSON_TYPE, PAST, post, PROTOBUF, send } from './posting.ts'

let local: Local
beforeEach(async () => {
  local = await startLocal({ port: 0 })
})
afterEach(() => local.close())

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
    expect(await send(local, { ...outcome(more), traceId, spanId: 'not hex' })).toEqual({})
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
      local,
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
    await send(local, {
      ...outcome({ 'log.record.uid': 'early' }),
      service: 'desk',
      at: PAST - 60_000,
    })
    await post(local, '/v1/traces', JSON_TYPE, JSON.stringify(traces([{ attributes: call }])))
    await send(local, { ...outcome({ 'log.record.uid': 'late' }), service: 'desk', at: PAST + 9e8 })
    const [row] = local.store.rows()
    const unit = { type: row?.unitType ?? '', id: row?.unitId ?? '' }
    expect(local.store.outcomes({ unit }).map(({ service }) => service)).toEqual(['desk', 'desk'])
  })

  test('of a unit that nobody knows yet, and of none, is kept', async () => {
    await send(local, resolved, {
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
    await send(local, resolved, outcome({ 'log.record.uid': 'a' }))
    await send(local, resolved, outcome({ 'log.record.uid': 'a' }))
    expect(local.store.outcomes()).toHaveLength(2)
    expect(local.store.duplicateOutcomes()).toEqual({})
  })

  test('of a key that is known is ignored and counted', async () => {
    const keyed = (uid: string): LogFields =>
      outcome({ 'costspan.outcome.idempotency_key': 'k', 'log.record.uid': uid })
    await send(local, keyed('a'), keyed('b'), keyed('c'))
    expect(local.store.outcomes()).toHaveLength(1)
    expect(local.store.duplicateOutcomes()).toEqual({ 'ticket.resolved': 2 })
  })

  test('from a clock that is ahead is of the time of its arrival; one of the past stays', async () => {
    const before = Date.now()
    await send(local, { ...resolved, at: before + 3_600_000 })
    await send(local, { ...resolved, at: PAST - 1 })
    const [past, future] = local.store.outcomes()
    expect(past?.at).toBe(PAST - 1)
    expect(future?.at).toBeGreaterThanOrEqual(before)
    expect(future?.at).toBeLessThanOrEqual(Date.now())
  })

  test('without a time is of when it was observed', async () => {
    const { at: _, ...untimed } = resolved
    await send(local, { ...untimed, observedAt: PAST + 5 })
    expect(local.store.outcomes()[0]?.at).toBe(PAST + 5)
  })

  test('is told by its attributes where the logger drops event names', async () => {
    const { eventName: _, ...unnamed } = resolved
    await send(local, unnamed, { ...unnamed, eventName: 'something.else' })
    expect(local.store.outcomes()).toHaveLength(1)
  })

  test.each([
    ['costspan.outcome.success', 'yes', 'success'],
    ['costspan.outcome.value', -1, 'value'],
    ['costspan.outcome.value', 2_000_000, 'value'],
    ['costspan.outcome.value', '18', 'value'],
  ])('with %s=%s is kept without it', async (attribute, value, field) => {
    await send(local, outcome({ [attribute]: value }))
    expect(local.store.outcomes()).toHaveLength(1)
    expect(local.store.outcomes()[0]).not.toHaveProperty(field)
  })
})

describe('what lacks what it needs', () => {
  const nameless: LogFields = { ...resolved, attributes: { 'costspan.outcome.success': true } }
  const free = (usd: number | string): LogFields => ({
    ...gateway,
    attributes: { ...gateway.attributes, 'costspan.cost.amount': usd },
  })

  test('is rejected by number with the reason, and the others kept', async () => {
    const answer = await send(
      local,
      nameless,
      free(-1),
      free('much'),
      free(2_000_000),
      resolved,
      gateway,
    )
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
    const answer = await post(local, '/v1/logs', PROTOBUF, new Uint8Array(bytes ?? []))
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
    const answer = await post(local, '/v1/logs', headers, body)
    expect(answer.status).toBe(400)
    expect(new TextDecoder().decode(answer.bytes)).toMatch(message)
  })

  test('log lines of others, 1,000 in a batch, are taken and not stored', async () => {
    expect(
      await send(local, ...Array.from({ length: 1_000 }, () => ({ attributes: { a: 'b' } }))),
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
