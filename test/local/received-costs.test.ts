import { SpanKind } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCostRules } from '../../instrumentation/core/cost-rule-reading.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { pricedCall, traces } from './otlp.ts'
import { gateway, JSON_TYPE, PAST, post, PROTOBUF, send } from './posting.ts'

let local: Local
beforeEach(async () => {
  local = await startLocal({ port: 0 })
})
afterEach(() => local.close())

describe('a cost that is no call', () => {
  test('arrives as a log event and is kept with its conversation as unit', async () => {
    await send(local, gateway)
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
    await post(local, '/v1/traces', JSON_TYPE, body)
    await post(local, '/v1/traces', JSON_TYPE, body)
    expect(local.store.costs()).toMatchObject([
      { at: PAST, component: 'vector_db', usd: 0.000_016, quantity: 5, origin: 'measured' },
    ])
    expect(local.store.totals().calls).toBe(0)
  })

  test('of a span is kept beside the calls of the same batch', async () => {
    const cost = { 'costspan.cost.component': 'vector_db', 'costspan.cost.amount': 1e-6 }
    const body = traces([{ attributes: cost }, { attributes: pricedCall(0.02) }])
    await post(local, '/v1/traces', JSON_TYPE, JSON.stringify(body))
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
