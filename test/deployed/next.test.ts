/** A real Next.js application, built and started or in `next dev`, observed in each of the two ways that the README names. */

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink, type SunkSpan } from '../support/otlp-sink.ts'
import { buildNextApp, startNextApp, type NextCommand, type NextServer } from './next-app.ts'

const CONFIG = fileURLToPath(new URL('./next.yaml', import.meta.url))

beforeAll(buildNextApp)

interface Running {
  readonly simulator: Simulator
  readonly sink: OtlpSink
  readonly server: NextServer
}

async function started(
  command: NextCommand,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  // A clock that stands still makes both providers' answers equal to the byte; chunks come apart, as over a network.
  const simulator = await startSimulator({
    now: () => 1_790_000_000_000,
    scenario: ({ stream }) => (stream ? { chunkDelayMs: 20 } : {}),
  })
  const sink = await startOtlpSink()
  const server = await startNextApp(command, {
    SIM_URL: simulator.url,
    COSTSPAN_CONFIG: CONFIG,
    COSTSPAN_STREAM_USAGE: 'on',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    ...env,
  })
  return { simulator, sink, server }
}

async function stopped({ simulator, sink, server }: Running): Promise<number | null> {
  const code = await server.stop()
  await Promise.all([simulator.close(), sink.close()])
  return code
}

const ask = ({ server }: Running, route: string): Promise<Response> =>
  fetch(`${server.url}/api/${route}`, {
    method: 'POST',
    body: `What about ${route}?`,
    headers: { 'x-tenant': 'acme', 'x-user': 'u-1' },
  })

/** What a browser would get of all routes, a line each; the cached one twice. */
async function visited(running: Running): Promise<readonly string[]> {
  const seen: string[] = []
  for (const route of ['plain', 'ruled', 'cached', 'cached', 'stream']) {
    const answer = await ask(running, route)
    seen.push(`${route} ${answer.status} ${await answer.text()}`)
  }
  const page = await fetch(`${running.server.url}/asked`)
  const paragraph = /<p>[^<]*<\/p>/.exec(await page.text())?.[0]
  return [...seen, `page ${page.status} ${paragraph}`]
}

const recordsIn = (spans: readonly SunkSpan[]): readonly SunkSpan[] =>
  spans.filter(({ attributes }) => 'costspan.call.end' in attributes)

async function recordsOf({ sink }: Running, count: number): Promise<readonly SunkSpan[]> {
  const deadline = Date.now() + 10_000
  while (recordsIn(sink.spans).length < count && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return recordsIn(sink.spans)
}

const BY_FLAG = { NODE_OPTIONS: '--require costspan/register' }

describe.each([
  { command: 'start', way: 'instrumentation.ts', env: {} },
  { command: 'start', way: '--require costspan/register', env: BY_FLAG },
  { command: 'dev', way: 'instrumentation.ts', env: {} },
  { command: 'dev', way: '--require costspan/register', env: BY_FLAG },
] as const)('next $command with $way', ({ command, env }) => {
  let bare: readonly string[]
  let bareCode: number | null
  let running: Running
  let seen: readonly string[]
  let records: readonly SunkSpan[]
  let code: number | null
  beforeAll(async () => {
    const without = await started(command, { COSTSPAN_DISABLED: 'true' })
    bare = await visited(without)
    expect(without.sink.spans.length).toBe(0)
    bareCode = await stopped(without)
    running = await started(command, env)
    seen = await visited(running)
    records = await recordsOf(running, 5)
  })
  afterAll(async () => {
    code ??= await stopped(running)
  })

  const recordOf = (feature: string): SunkSpan | undefined =>
    records.find(({ attributes }) => attributes['costspan.feature'] === feature)

  test('answers 6 requests as without costspan', () => {
    expect(seen).toEqual(bare)
    expect(running.server.complaints()).toBe('')
  })

  test('has 5 records of 5 calls that the provider booked: what came from the cache of Next.js is none', () => {
    expect(running.simulator.ledger.entries.length).toBe(5)
    expect(records.length).toBe(5)
    const priced = running.sink.spans.filter(
      (span) => 'gen_ai.usage.cost.amount' in span.attributes,
    )
    expect(priced.map(({ spanId }) => spanId).toSorted()).toEqual(
      records.map(({ spanId }) => spanId).toSorted(),
    )
    for (const { attributes } of records) {
      expect(attributes).toMatchObject({
        'costspan.call.end': 'completed',
        'costspan.cost.status': 'priced',
      })
    }
  })

  test('says for whom: by the handler, by a rule of its route, by an inbound header', () => {
    expect(recordOf('plain')?.attributes).toMatchObject({
      'user.id': 'u-1',
      'costspan.customer': 'acme',
    })
    expect(recordOf('by-route')?.attributes).toMatchObject({
      'costspan.team': 'care',
      'costspan.customer': 'acme',
    })
    expect(recordOf('stream')).toBeDefined()
    expect(recordOf('the-page')).toBeDefined()
    expect(records.filter(({ attributes }) => !('costspan.feature' in attributes)).length).toBe(1)
  })

  test('puts each record below the spans of Next.js for its fetch, its handler and its request', () => {
    const byId = new Map(running.sink.spans.map((span) => [span.spanId, span]))
    const above: string[] = []
    let span = recordOf('plain')
    while (span !== undefined) {
      span = byId.get(span.parentSpanId ?? '')
      if (span !== undefined) above.push(span.name.replace(/:\d+/, ''))
    }
    expect(above).toEqual([
      'fetch POST http://127.0.0.1/v1/chat/completions',
      'executing api route (app) /api/plain',
      'POST /api/plain',
    ])
  })

  test('counts each call once', async () => {
    const calls = (): number =>
      running.sink.points('costspan.calls').reduce((sum, { value }) => sum + value, 0)
    const deadline = Date.now() + 10_000
    while (calls() < 5 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(calls()).toBe(5)
  })

  test('streams: words come one by one, and a reader who leaves ends the call as aborted', async () => {
    const { body } = await ask(running, 'stream')
    const reader = body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value).length).toBeLessThan(100)
    await reader.cancel()
    const after = await recordsOf(running, 6)
    expect(after.at(-1)?.attributes).toMatchObject({
      'costspan.feature': 'stream',
      'costspan.call.end': 'aborted',
    })
  })

  test('ends at SIGTERM as it does bare, with what was under way delivered', async () => {
    await (await ask(running, 'ruled')).text()
    code = await stopped(running)
    expect(code).toBe(bareCode)
    expect(recordsIn(running.sink.spans).length).toBe(7)
  })
})
