/** An OTLP/HTTP server for tests: takes JSON, keeps every span and metric point, can be told to misbehave. */

import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { at, isObject, text } from '../../instrumentation/core/unknown.ts'

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
  /** `service.instance.id`: the process. */
  readonly instance: unknown
}

export interface OtlpSink {
  readonly url: string
  readonly spans: readonly SunkSpan[]
  /** The latest point of each series, of each process. */
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
        const json = JSON.parse(body.toString('utf8')) as unknown
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

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

function readSpans(json: unknown, into: SunkSpan[]): void {
  for (const resourceSpans of list(at(json, 'resourceSpans'))) {
    const resource = attributesOf(at(resourceSpans, 'resource', 'attributes'))
    for (const scopeSpans of list(at(resourceSpans, 'scopeSpans'))) {
      const scope = text(at(scopeSpans, 'scope', 'name')) ?? ''
      for (const span of list(at(scopeSpans, 'spans'))) into.push(spanOf(span, scope, resource))
    }
  }
}

function spanOf(span: unknown, scope: string, resource: Record<string, unknown>): SunkSpan {
  return {
    name: text(at(span, 'name')) ?? '',
    traceId: text(at(span, 'traceId')) ?? '',
    spanId: text(at(span, 'spanId')) ?? '',
    parentSpanId: text(at(span, 'parentSpanId')),
    kind: Number(at(span, 'kind')),
    statusCode: Number(at(span, 'status', 'code') ?? 0),
    startMs: Number(at(span, 'startTimeUnixNano')) / 1e6,
    endMs: Number(at(span, 'endTimeUnixNano')) / 1e6,
    scope,
    attributes: attributesOf(at(span, 'attributes')),
    resource,
    events: list(at(span, 'events')).map((event) => ({
      name: text(at(event, 'name')) ?? '',
      attributes: attributesOf(at(event, 'attributes')),
    })),
  }
}

function readPoints(json: unknown, into: Map<string, SunkPoint>): void {
  for (const resourceMetrics of list(at(json, 'resourceMetrics'))) {
    const resource = attributesOf(at(resourceMetrics, 'resource', 'attributes'))
    const instance = resource['service.instance.id']
    for (const scopeMetrics of list(at(resourceMetrics, 'scopeMetrics'))) {
      for (const metric of list(at(scopeMetrics, 'metrics'))) {
        for (const point of pointsOf(metric, instance)) {
          into.set(
            `${point.metric}\n${String(instance)}\n${JSON.stringify(point.attributes)}`,
            point,
          )
        }
      }
    }
  }
}

const KINDS = ['sum', 'gauge', 'histogram', 'exponentialHistogram']

function pointsOf(metric: unknown, instance: unknown): readonly SunkPoint[] {
  return KINDS.flatMap((kind) => list(at(metric, kind, 'dataPoints'))).map((point) => ({
    metric: text(at(metric, 'name')) ?? '',
    unit: text(at(metric, 'unit')) ?? '',
    value: Number(at(point, 'asDouble') ?? at(point, 'asInt') ?? at(point, 'sum')),
    attributes: attributesOf(at(point, 'attributes')),
    instance,
  }))
}

function attributesOf(attributes: unknown): Record<string, unknown> {
  return Object.fromEntries(
    list(attributes).map((one) => [text(at(one, 'key')) ?? '', valueOf(at(one, 'value'))]),
  )
}

function valueOf(value: unknown): unknown {
  if (!isObject(value)) return undefined
  if ('arrayValue' in value) return list(at(value, 'arrayValue', 'values')).map(valueOf)
  if ('intValue' in value) return Number(value['intValue'])
  return Object.values(value)[0]
}
