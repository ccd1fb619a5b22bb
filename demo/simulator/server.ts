/**
 * Providers on loopback: the wire formats of OpenAI, Anthropic, Gemini, Bedrock, Cohere, Ollama, Mistral and Groq, planned
 * faults, and a ledger of what it billed.
 * Nothing of costspan is used here except the reading of unknown JSON.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { isObject, text, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { answerOf } from './answer.ts'
import { sendAnswer, sendError } from './sending.ts'
import { createLedger, type Ledger, type WritableLedger } from './ledger.ts'
import type { RateTable } from './rates.ts'
import { planOfHeader, type Plan, type Scenario, type SimulatorRequest } from './scenario.ts'
import type { WireFormat } from './wire-format.ts'
import { FORMATS, providerOf } from './wire-formats.ts'

export interface SimulatorOptions {
  /** Asked once for each request; `undefined` is an ordinary answer. The header `x-sim-fault` adds to its plan. */
  readonly scenario?: Scenario
  /** TCP port on 127.0.0.1. Default 0: a free one. */
  readonly port?: number
  /** Requests kept in `requests`, the oldest go first. Default 1,000. The ledger keeps all. */
  readonly keep?: number
  /** Epoch milliseconds for the answers' dates. Default `Date.now`; a fixed one makes answers equal to the byte. */
  readonly now?: () => number
  /** What some models are charged at, before the simulator's own table. */
  readonly rates?: RateTable
  /** Key and certificate, PEM: it then speaks TLS as well, at `tlsUrl`. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

export interface Simulator {
  /** `http://127.0.0.1:PORT`; OpenAI's base URL is this with `/v1`. */
  readonly url: string
  /** The same, over HTTP/2 without TLS, which the AWS client speaks. */
  readonly bedrockUrl: string
  /** `https://127.0.0.1:PORT`, where it speaks TLS. */
  readonly tlsUrl?: string
  readonly ledger: Ledger
  /** Headers and bodies as they arrived. */
  readonly requests: readonly SimulatorRequest[]
  close(): Promise<void>
}

/** Bytes; far above any prompt of the tests. */
const MAX_BODY = 64 * 1024 * 1024

/** @throws Error where the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const ledger = createLedger(options.rates)
  const requests: SimulatorRequest[] = []
  const seen = new Map<string, number>()
  const state: State = { ledger, requests, seen, first: new Map(), options, count: 0 }
  const answer = (request: Incoming, response: Outgoing): void => {
    handle(state, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  }
  const server = createServer(answer)
  // A client may reuse a connection much later than Node's default of 5 s and would see a reset.
  server.keepAliveTimeout = 120_000
  const http2 = createHttp2Server(answer)
  const sessions = new Set<Http2Session>()
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  const url = await listen(server, options.port ?? 0)
  const bedrockUrl = await listen(http2, 0)
  const tls = options.tls === undefined ? undefined : createTlsServer(options.tls, answer)
  const tlsUrl = tls && (await listen(tls, 0)).replace('http:', 'https:')
  return {
    url,
    bedrockUrl,
    ...(tlsUrl === undefined ? {} : { tlsUrl }),
    ledger,
    requests,
    async close() {
      const servers = tls === undefined ? [server] : [server, tls]
      const closed = Promise.all([...servers, http2].map(ended))
      for (const each of servers) each.closeAllConnections()
      for (const session of sessions) session.destroy()
      await closed
    },
  }
}

type Incoming = IncomingMessage | Http2ServerRequest
type Outgoing = ServerResponse | Http2ServerResponse

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

interface State {
  readonly ledger: WritableLedger
  readonly requests: SimulatorRequest[]
  /** How often a path and body, or a fault header with them, was seen. */
  readonly seen: Map<string, number>
  /** The first request with a path and body. */
  readonly first: Map<string, number>
  readonly options: SimulatorOptions
  count: number
}

async function handle(state: State, incoming: Incoming, response: Outgoing): Promise<void> {
  const raw = await readBody(incoming)
  const path = (incoming.url ?? '').split('?')[0] ?? ''
  const format = FORMATS.find((each) => each.match(path) !== undefined)
  const matched = format?.match(path)
  const provider = format?.provider ?? providerOf(path)
  if (format === undefined || matched === undefined || incoming.method !== 'POST') {
    sendError(response, provider, { status: 404, message: `Unknown request URL: ${path}.` })
    return
  }
  const body = parse(raw)
  const model = matched.model ?? text(body?.['model'])
  if (body === undefined || model === undefined) {
    const message =
      body === undefined ? 'The body is not a JSON object.' : 'you must provide a model parameter'
    sendError(response, provider, { status: 400, message })
    return
  }
  const request = requestOf(state, incoming, {
    format,
    path,
    raw,
    body,
    model,
    stream: matched.stream ?? (body['stream'] ?? format.streamsUnasked) === true,
  })
  remember(state, request)
  const plan = planOf(state, request)
  await sendAnswer(response, format, answerOf(request, plan), plan, state.ledger)
}

function requestOf(
  state: State,
  incoming: Incoming,
  seenBody: {
    readonly format: WireFormat
    readonly path: string
    readonly raw: string
    readonly body: JsonObject
    readonly model: string
    readonly stream: boolean
  },
): SimulatorRequest {
  const { format, path, raw, body, model, stream } = seenBody
  const { parts, maxOutputTokens, searches } = format.read(body)
  const id = ++state.count
  const asked = `${path}\n${raw}`
  if (!state.first.has(asked)) state.first.set(asked, id)
  return {
    id,
    at: (state.options.now ?? Date.now)(),
    protocol: format.protocol,
    provider: format.provider,
    path,
    headers: incoming.headers,
    body,
    raw,
    model,
    stream: stream && format.stream !== undefined,
    attempt: attemptOf(incoming),
    repeat: countUp(state.seen, asked),
    same: state.first.get(asked) ?? id,
    parts,
    inputTokens: parts.system + parts.history + parts.tools + parts.rest,
    ...(searches === undefined ? {} : { searches }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

/** `x-stainless-retry-count: 1`, `amz-sdk-request: attempt=2; max=3`. */
function attemptOf({ headers }: Incoming): number {
  const aws = /attempt=(\d+)/.exec(String(headers['amz-sdk-request'] ?? ''))?.[1]
  return aws === undefined ? 1 + Number(headers['x-stainless-retry-count'] ?? 0) : Number(aws)
}

function remember(state: State, request: SimulatorRequest): void {
  state.requests.push(request)
  if (state.requests.length > (state.options.keep ?? 1_000)) state.requests.shift()
  state.ledger.open(request)
}

function planOf(state: State, request: SimulatorRequest): Plan {
  const header = request.headers['x-sim-fault']
  const planned = state.options.scenario?.(request) ?? {}
  if (planned.unit !== undefined) state.ledger.change(request.id, { unit: planned.unit })
  if (typeof header !== 'string') return planned
  const times = countUp(state.seen, `${header}\n${request.path}\n${request.raw}`)
  return { ...planned, ...planOfHeader(header, times) }
}

function countUp(counts: Map<string, number>, key: string): number {
  const next = (counts.get(key) ?? 0) + 1
  counts.set(key, next)
  return next
}

async function readBody(incoming: Incoming): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MAX_BODY) throw new Error(`the request's body is larger than ${MAX_BODY} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parse(raw: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(raw)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
