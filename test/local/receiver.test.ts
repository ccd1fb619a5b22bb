import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import protobuf from 'protobufjs/light.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLocal, type Local } from '../../local/server.ts'
import { id, pricedCall, traces } from './otlp.ts'

const LIMIT = 16 * 1024 * 1024
const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF = { 'content-type': 'application/x-protobuf' }

let local: Local
beforeAll(async () => {
  local = await startLocal({ port: 0 })
})
afterAll(() => local.close())

async function post(
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; type: string | null; bytes: Uint8Array; text: string }> {
  const response = await fetch(local.url + path, { method: 'POST', headers, body })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const type = response.headers.get('content-type')
  return { status: response.status, type, bytes, text: new TextDecoder().decode(bytes) }
}

/** One more priced call is taken and counted: the receiver lives. */
async function expectAlive(): Promise<void> {
  const before = local.store.totals().calls
  const answer = await post(
    '/v1/traces',
    JSON_TYPE,
    JSON.stringify(traces([{ attributes: pricedCall(0.5) }])),
  )
  expect(answer).toMatchObject({ status: 200, text: '{}' })
  expect(local.store.totals().calls).toBe(before + 1)
}

function protobufOf(
  attributes: Record<string, string | number | boolean | string[]>,
): Uint8Array<ArrayBuffer> {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'from-protobuf' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  const parent = { traceId: id(32), spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED }
  const context = trace.setSpanContext(ROOT_CONTEXT, parent)
  const span = provider
    .getTracer('test')
    .startSpan('chat', { attributes, startTime: 1_790_000_000_000 }, context)
  span.setStatus({ code: 2 })
  span.end(1_790_000_002_500)
  const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans())
  return new Uint8Array(bytes ?? [])
}

describe('spans that arrive', () => {
  test('as JSON are answered with an empty object in JSON', async () => {
    const answer = await post('/v1/traces', JSON_TYPE, JSON.stringify(traces([])))
    expect(answer).toMatchObject({ status: 200, type: 'application/json', text: '{}' })
  })

  test('as protobuf, gzipped, keep ids, times, service, integers, doubles and status', async () => {
    const body = protobufOf({
      ...(pricedCall(0.001234) as Record<string, string | number>),
      'costspan.feature': 'pb',
      'gen_ai.response.finish_reasons': ['stop'],
    })
    const answer = await post(
      '/v1/traces',
      { ...PROTOBUF, 'content-encoding': 'gzip' },
      new Uint8Array(gzipSync(body)),
    )
    expect(answer).toMatchObject({ status: 200, type: 'application/x-protobuf' })
    expect(answer.bytes).toHaveLength(0)
    const [row] = local.store.rows({ feature: 'pb' })
    expect(row).toMatchObject({
      parentSpanId: 'b7ad6b7169203331',
      service: 'from-protobuf',
      startedAt: 1_790_000_000_000,
      endedAt: 1_790_000_002_500,
      inputTokens: 100,
      usd: 0.001234,
      errorType: '_OTHER',
    })
    expect(row?.traceId).toMatch(/^a0[0-9a-f]{30}$/)
  })

  test('twice are kept once', async () => {
    const body = JSON.stringify(
      traces([{ attributes: pricedCall(1, { 'costspan.feature': 'twice' }) }]),
    )
    await post('/v1/traces', JSON_TYPE, body)
    await post('/v1/traces', JSON_TYPE, body)
    expect(local.store.rows({ feature: 'twice' })).toHaveLength(1)
  })

  test('without a valid id or start are rejected by number, and the others kept', async () => {
    const body = traces([
      { traceId: '0'.repeat(32), attributes: pricedCall(1, { 'costspan.feature': 'partial' }) },
      { spanId: 'short', attributes: pricedCall(1, { 'costspan.feature': 'partial' }) },
      { startedAt: 0, attributes: pricedCall(1, { 'costspan.feature': 'partial' }) },
      { attributes: pricedCall(1, { 'costspan.feature': 'partial' }) },
    ])
    const answer = await post('/v1/traces', JSON_TYPE, JSON.stringify(body))
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: {
        rejectedSpans: '3',
        errorMessage: expect.stringContaining('rejected') as string,
      },
    })
    expect(local.store.rows({ feature: 'partial' })).toHaveLength(1)
  })

  test.each(['/v1/metrics', '/v1/logs'])(
    '%s without anything of ours is taken and not stored',
    async (path) => {
      const before = local.store.totals().calls
      expect((await post(path, JSON_TYPE, '{"resourceMetrics":[]}')).status).toBe(200)
      expect((await post(path, PROTOBUF, new Uint8Array([10, 0]))).status).toBe(200)
      expect(local.store.totals().calls).toBe(before)
    },
  )
})

/** A `google.rpc.Status` in protobuf, read by an independent descriptor. */
const RpcStatus = protobuf.Root.fromJSON({
  nested: {
    Status: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } },
  },
}).lookupType('Status')

describe('what is refused with one line, after which the receiver lives', () => {
  const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`
  const cases: readonly (readonly [
    string,
    string,
    Record<string, string>,
    string | Uint8Array<ArrayBuffer>,
    number,
    number,
    RegExp,
  ])[] = [
    [
      'text that is not JSON',
      '/v1/traces',
      JSON_TYPE,
      '{"resourceSpans":',
      400,
      3,
      /not valid JSON/,
    ],
    [
      'bytes that are not UTF-8',
      '/v1/traces',
      JSON_TYPE,
      new Uint8Array([0xff, 0xfe, 0x7b]),
      400,
      3,
      /not valid JSON/,
    ],
    ['JSON that is no object', '/v1/traces', JSON_TYPE, '[]', 400, 3, /must be a JSON object/],
    [
      'lists that are none',
      '/v1/traces',
      JSON_TYPE,
      '{"resourceSpans":{"a":1}}',
      400,
      3,
      /resourceSpans in body must be an array/,
    ],
    [
      'resource spans that are no objects',
      '/v1/traces',
      JSON_TYPE,
      '{"resourceSpans":[7]}',
      400,
      3,
      /resourceSpans\[\] must be an object/,
    ],
    ['metrics that are not JSON', '/v1/metrics', JSON_TYPE, 'nonsense', 400, 3, /not valid JSON/],
    [
      'an unknown content type',
      '/v1/traces',
      { 'content-type': 'text/plain' },
      '{}',
      415,
      3,
      /text\/plain.*allowed: application\/json, application\/x-protobuf/,
    ],
    [
      'an unknown encoding',
      '/v1/traces',
      { ...JSON_TYPE, 'content-encoding': 'br' },
      '{}',
      415,
      3,
      /'br'.*allowed: gzip/,
    ],
    [
      'gzip that is none',
      '/v1/traces',
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      '{}',
      400,
      3,
      /not valid gzip/,
    ],
    [
      'a body above 16 MiB',
      '/v1/traces',
      JSON_TYPE,
      new Uint8Array(LIMIT + 1),
      413,
      8,
      /larger than 16777216 bytes/,
    ],
    [
      '1 GB of zeros in 1 MB of gzip',
      '/v1/traces',
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      new Uint8Array(zipBomb()),
      413,
      8,
      /larger than 16777216 bytes after inflation/,
    ],
  ]

  test.each(cases)('%s', async (_name, path, headers, body, status, code, message) => {
    const answer = await post(path, headers, body)
    expect(answer.status).toBe(status)
    expect(answer.type).toBe('application/json')
    const error = JSON.parse(answer.text) as { code: number; message: string }
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
    await expectAlive()
  })

  test('protobuf that is none, in protobuf', async () => {
    const answer = await post('/v1/traces', PROTOBUF, new Uint8Array([0x0a, 0xff, 0x01, 0x07]))
    expect(answer).toMatchObject({ status: 400, type: 'application/x-protobuf' })
    expect(RpcStatus.decode(answer.bytes).toJSON()).toMatchObject({
      code: 3,
      message: expect.stringMatching(/not an OTLP protobuf/) as string,
    })
    await expectAlive()
  })

  test('5,000 random bodies as protobuf and gzip end nothing', async () => {
    for (let n = 0; n < 50; n += 1) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, k) =>
          post(
            '/v1/traces',
            k % 2 === 0 ? PROTOBUF : { ...PROTOBUF, 'content-encoding': 'gzip' },
            new Uint8Array(randomBytes(k)),
          ),
        ),
      )
      expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true)
    }
    await expectAlive()
  })

  test('200,000 nested objects are read or refused, not crashed on', async () => {
    expect([200, 400]).toContain((await post('/v1/traces', JSON_TYPE, deep)).status)
    await expectAlive()
  })

  test('a body that never ends is cut off at the limit', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const chunk = Buffer.alloc(1024 * 1024)
      const sending = request(
        `${local.url}/v1/traces`,
        { method: 'POST', headers: JSON_TYPE },
        (response) => {
          resolve(response.statusCode ?? 0)
          sending.destroy()
        },
      )
      sending.on('error', reject)
      const more = (): void => {
        if (!sending.destroyed) sending.write(chunk, more)
      }
      more()
    })
    expect(status).toBe(413)
    await expectAlive()
  })

  test('a client that leaves in the middle of its body', async () => {
    const socket = connect(local.port, '127.0.0.1')
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"res',
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await expectAlive()
  })

  test.each([
    ['GET', '/v1/traces', 405],
    ['PUT', '/v1/traces', 405],
    ['POST', '/v1/profiles', 404],
    ['POST', '/', 405],
    ['GET', '/nothing', 404],
    ['GET', '/../package.json', 404],
    ['GET', '/%2e%2e/%2e%2e/package.json', 404],
    ['GET', '/api/report?by=nope', 400],
    ['GET', '/api/overview?period=yesterday', 400],
  ])('%s %s is %i', async (method, path, status) => {
    const response = await fetch(local.url + path, { method })
    expect(response.status).toBe(status)
    await response.arrayBuffer()
    if (path.startsWith('/v1/traces')) expect(response.headers.get('allow')).toBe('POST')
    await expectAlive()
  })
})

describe('who may ask', () => {
  const ask = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = {
        port: local.port,
        host: '127.0.0.1',
        path: '/api/overview',
        headers: { host },
      }
      request(options, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })

  test.each([
    ['localhost:4318', 200],
    ['127.0.0.1', 200],
    ['[::1]:80', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example:4318', 403],
    ['localhost.evil.example', 403],
  ])('a request for host %s is answered with %i', async (host, status) => {
    expect(await ask(host)).toBe(status)
  })

  test('no other site may read an answer', async () => {
    const response = await fetch(`${local.url}/api/overview`, {
      headers: { origin: 'https://evil.example' },
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })

  test('only loopback can be listened on', async () => {
    await expect(startLocal({ port: 0, host: '0.0.0.0' })).rejects.toThrow(/loopback only/)
  })
})

/** 1 GB of zeros: gzip's best case, about 1 MB. */
function zipBomb(): Uint8Array {
  const member = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  // Members one after another are one gzip stream: RFC 1952, 2.2.
  return Buffer.concat(Array.from({ length: 16 }, () => member))
}
