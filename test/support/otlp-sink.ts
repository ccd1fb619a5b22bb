/** An OTLP/HTTP server for tests: takes JSON, keeps every span and metric point, can be told to misbehave. */

import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'

export interface SunkSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly kind: number
  readonly statusCode: number
  readonly startMs: number
  readonly endMs: number
  readonly scope: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
  readonly events: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, unknown>>
  }[]
}

export interface SunkPoint {
  readonly metric: string
  readonly unit: string
  readonly value: number
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface OtlpSink {
  readonly url: string
  readonly spans: readonly SunkSpan[]
  /** The latest point of each series. */
  points(metric: string): readonly SunkPoint[]
  readonly requests: readonly {
    readonly path: string
    readonly headers: Readonly<Record<string, unknown>>
  }[]
  /** Status to answer with from now on. */
  answerWith(status: number): void
  waitForSpans(count: number, timeoutMs?: number): Promise<readonly SunkSpan[]>
  close(): Promise<void>
}

type Json = Record<string, never>

export async function startOtlpSink(): Promise<OtlpSink> {
  const spans: SunkSpan[] = []
  const points = new Map<string, SunkPoint>()
  const requests: { path: string; headers: Record<string, unknown> }[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: { ...request.headers } })
      const raw = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
      if (status === 200 && request.headers['content-type'] === 'application/json') {
        const json = JSON.parse(body.toString('utf8')) as Json
        readSpans(json, spans)
        readPoints(json, points)
      }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    points: (metric) => [...points.values()].filter((point) => point.metric === metric),
    requests,
    answerWith(next) {
      status = next
    },
    async waitForSpans(count, timeoutMs = 10_000) {
      const deadline = Date.now() + timeoutMs
      while (spans.length < count && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return spans
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : []
}

function readSpans(json: Json, into: SunkSpan[]): void {
  for (const resourceSpans of list(json['resourceSpans'])) {
    const resource = attributesOf((resourceSpans['resource'] as Json | undefined)?.['attributes'])
    for (const scopeSpans of list(resourceSpans['scopeSpans'])) {
      const scope = String((scopeSpans['scope'] as Json | undefined)?.['name'])
      for (const span of list(scopeSpans['spans'])) {
        into.push({
          name: String(span['name']),
          traceId: String(span['traceId']),
          spanId: String(span['spanId']),
          parentSpanId: span['parentSpanId'] as string | undefined,
          kind: Number(span['kind']),
          statusCode: Number((span['status'] as Json | undefined)?.['code'] ?? 0),
          startMs: Number(span['startTimeUnixNano']) / 1e6,
          endMs: Number(span['endTimeUnixNano']) / 1e6,
          scope,
          attributes: attributesOf(span['attributes']),
          resource,
          events: list(span['events']).map((event) => ({
            name: String(event['name']),
            attributes: attributesOf(event['attributes']),
          })),
        })
      }
    }
  }
}

function readPoints(json: Json, into: Map<string, SunkPoint>): void {
  for (const resourceMetrics of list(json['resourceMetrics'])) {
    for (const scopeMetrics of list(resourceMetrics['scopeMetrics'])) {
      for (const metric of list(scopeMetrics['metrics'])) {
        const data = (metric['sum'] ??
          metric['gauge'] ??
          metric['histogram'] ??
          metric['exponentialHistogram']) as Json
        for (const point of list(data['dataPoints'])) {
          const attributes = attributesOf(point['attributes'])
          const value = Number(point['asDouble'] ?? point['asInt'] ?? point['sum'])
          const name = String(metric['name'])
          const key = `${name}\n${JSON.stringify(attributes)}`
          into.set(key, { metric: name, unit: String(metric['unit']), value, attributes })
        }
      }
    }
  }
}

function attributesOf(attributes: unknown): Record<string, unknown> {
  return Object.fromEntries(
    list(attributes).map((one) => [String(one['key']), valueOf(one['value'])]),
  )
}

function valueOf(value: Json | undefined): unknown {
  if (value === undefined) return undefined
  if ('arrayValue' in value) return list((value['arrayValue'] as Json)['values']).map(valueOf)
  if ('intValue' in value) return Number(value['intValue'])
  return Object.values(value)[0]
}
