/** Whether anybody takes what an application would send: one request without a span to each endpoint. */

import { createRequire } from 'node:module'
import type { IncomingMessage } from 'node:http'
import type { OtelSettings } from '../../instrumentation/config.ts'
import { readEndpoint, type Endpoint } from '../../instrumentation/record/endpoint.ts'
import { grouped } from './grouped.ts'
import { mend, note, ok, whole, type Finding } from './finding.ts'

/** A receiver that takes longer for nothing is none. Milliseconds. */
const TIMEOUT_MS = 3_000
const NO_SPANS = { protobuf: '', json: '{}' }

interface Answer {
  readonly signal: string
  readonly url: string
  /** HTTP status; absent where there was no answer. */
  readonly status?: number
  /** What the server calls itself, or why there was no answer. */
  readonly said?: string
}

export async function endpointFindings(otel: OtelSettings): Promise<readonly Finding[]> {
  const signals = [
    { name: 'TRACES', exporters: otel.tracesExporters, protocol: otel.tracesProtocol },
    { name: 'METRICS', exporters: otel.metricsExporters, protocol: otel.metricsProtocol },
  ] as const
  const asked = signals.filter(({ exporters }) => exporters.includes('otlp'))
  const others = signals.flatMap(({ name, exporters }) =>
    exporters
      .filter((one) => one !== 'otlp')
      .map((one) => note('export', `${name.toLowerCase()} go to: ${one}`)),
  )
  const byHttp = asked.filter(({ protocol }) => protocol !== 'grpc')
  const answers = await Promise.all(byHttp.map(({ name, protocol }) => ask(name, protocol)))
  const same = grouped(
    answers,
    ({ url, status, said }) => `${baseOf(url)} ${status ?? ''} ${said ?? ''}`,
  )
  const grpc = asked.filter(({ protocol }) => protocol === 'grpc')
  return [
    ...same.map(findingOf),
    ...(await Promise.all(grpc.map(({ name }) => grpcFinding(name)))),
    ...others,
  ]
}

/** What `OTEL_EXPORTER_OTLP_ENDPOINT` is, of an address with a signal's path. */
function baseOf(url: string): string {
  return url.replace(/\/v1\/(?:traces|metrics)$/, '')
}

const load = createRequire(import.meta.url)

async function ask(signal: 'TRACES' | 'METRICS', protocol: string): Promise<Answer> {
  const json = protocol === 'http/json'
  const type = json ? 'application/json' : 'application/x-protobuf'
  try {
    const endpoint = readEndpoint(load, signal, type)
    return await post(endpoint, json ? NO_SPANS.json : NO_SPANS.protobuf)
  } catch (error) {
    return { signal: signal.toLowerCase(), url: 'its endpoint', said: reasonOf(error) }
  }
}

async function post(endpoint: Endpoint, body: string): Promise<Answer> {
  const { origin, pathname } = new URL(endpoint.url)
  const to = { signal: endpoint.signal, url: `${origin}${pathname}` }
  try {
    const response = await answerTo(endpoint, body)
    const server = response.headers.server
    const said = typeof server === 'string' ? { said: server } : {}
    return { ...to, status: response.statusCode ?? 0, ...said }
  } catch (error) {
    return { ...to, said: reasonOf(error) }
  }
}

async function answerTo(endpoint: Endpoint, body: string): Promise<IncomingMessage> {
  const url = new URL(endpoint.url)
  const { request } = await (url.protocol === 'http:' ? import('node:http') : import('node:https'))
  const headers = { ...(await endpoint.headers()), 'Content-Length': Buffer.byteLength(body) }
  const agent = await endpoint.agent(url.protocol)
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response))
      response.on('error', reject)
    })
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`))
    }, TIMEOUT_MS)
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The code of a refused connection says more than its message, which is empty where several addresses were tried. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}

const SETTING = whole('OTEL_EXPORTER_OTLP_ENDPOINT')

function findingOf(answers: readonly [Answer, ...Answer[]]): Finding {
  const [{ url, status, said }] = answers
  const signals = answers.map(({ signal }) => signal).join(', ')
  const where = `${signals} to ${answers.length > 1 ? baseOf(url) : url}`
  if (status === undefined) {
    return mend(
      'export',
      `${where}: nobody answers (${said ?? 'no answer'})`,
      `${whole('npx costspan local')}, or set ${SETTING}`,
    )
  }
  const by = said === undefined ? '' : ` (${said})`
  if (status >= 200 && status < 300) return ok('export', `${where}: taken${by}`)
  return mend('export', `${where}: HTTP ${status}${by}`, remedyOf(status))
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403)
    return 'set OTEL_EXPORTER_OTLP_HEADERS to what it wants to see'
  if (status === 404 || status === 405) return `${SETTING} takes the address without /v1/traces`
  if (status === 415) return 'set OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf, http/json, grpc'
  return 'ask whoever runs it'
}

/** gRPC is spoken by OpenTelemetry's own exporter, which is asked to send no span. */
async function grpcFinding(signal: 'TRACES' | 'METRICS'): Promise<Finding> {
  if (signal === 'METRICS') return note('export', 'metrics go by gRPC: not asked')
  const { OTLPTraceExporter } = load(
    '@opentelemetry/exporter-trace-otlp-grpc',
  ) as typeof import('@opentelemetry/exporter-trace-otlp-grpc')
  const exporter = new OTLPTraceExporter({ timeoutMillis: TIMEOUT_MS })
  const { error } = await new Promise<{ error?: Error }>((resolve) => {
    exporter.export([], resolve)
  })
  await exporter.shutdown()
  if (error === undefined) return ok('export', 'traces by gRPC: taken')
  return mend('export', `traces by gRPC: ${error.message}`, `${SETTING}=http://HOST:4317`)
}
