/**
 * A provider on loopback: OpenAI's and Anthropic's wire formats, planned faults, and a ledger of what it billed.
 * Nothing of costspan is used here except the reading of unknown JSON.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isObject, text, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { answerOf } from './answer.ts'
import { sendAnswer, sendError } from './sending.ts'
import { createLedger, type Ledger, type WritableLedger } from './ledger.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiResponses } from './openai-responses.ts'
import { planOfHeader, type Plan, type Scenario, type SimulatorRequest } from './scenario.ts'
import type { WireFormat } from './wire-format.ts'

export interface SimulatorOptions {
  /** Asked once for each request; `undefined` is an ordinary answer. The header `x-sim-fault` adds to its plan. */
  readonly scenario?: Scenario
  /** TCP port on 127.0.0.1. Default 0: a free one. */
  readonly port?: number
  /** Requests kept in `requests`, the oldest go first. Default 1,000. The ledger keeps all. */
  readonly keep?: number
}

export interface Simulator {
  /** `http://127.0.0.1:PORT`; OpenAI's base URL is this with `/v1`. */
  readonly url: string
  readonly ledger: Ledger
  /** Headers and bodies as they arrived. */
  readonly requests: readonly SimulatorRequest[]
  close(): Promise<void>
}

const FORMATS: readonly WireFormat[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  anthropicMessages,
]

/** Bytes; far above any prompt of the tests. */
const MAX_BODY = 64 * 1024 * 1024

/** @throws Error where the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const ledger = createLedger()
  const requests: SimulatorRequest[] = []
  const seen = new Map<string, number>()
  const state: State = { ledger, requests, seen, options, count: 0 }
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  // A client may reuse a connection much later than Node's default of 5 s and would see a reset.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    ledger,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

interface State {
  readonly ledger: WritableLedger
  readonly requests: SimulatorRequest[]
  /** How often a path and body, or a fault header with them, was seen. */
  readonly seen: Map<string, number>
  readonly options: SimulatorOptions
  count: number
}

async function handle(
  state: State,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const raw = await readBody(incoming)
  const path = (incoming.url ?? '').split('?')[0] ?? ''
  const format = FORMATS.find((each) => each.path === path && incoming.method === 'POST')
  const provider = path.startsWith('/v1/messages') ? 'anthropic' : 'openai'
  if (format === undefined) {
    sendError(response, provider, { status: 404, message: `Unknown request URL: ${path}.` })
    return
  }
  const body = parse(raw)
  const model = text(body?.['model'])
  if (body === undefined || model === undefined) {
    const message =
      body === undefined ? 'The body is not a JSON object.' : 'you must provide a model parameter'
    sendError(response, provider, { status: 400, message })
    return
  }
  const request = requestOf(state, incoming, { format, path, raw, body, model })
  remember(state, request)
  const plan = planOf(state, request)
  await sendAnswer(response, format, answerOf(request, plan), plan, state.ledger)
}

function requestOf(
  state: State,
  incoming: IncomingMessage,
  seenBody: {
    readonly format: WireFormat
    readonly path: string
    readonly raw: string
    readonly body: JsonObject
    readonly model: string
  },
): SimulatorRequest {
  const { format, path, raw, body, model } = seenBody
  const { parts, maxOutputTokens } = format.read(body)
  return {
    id: ++state.count,
    at: Date.now(),
    protocol: format.protocol,
    provider: format.provider,
    path,
    headers: incoming.headers,
    body,
    raw,
    model,
    stream: body['stream'] === true && format.stream !== undefined,
    attempt: 1 + Number(incoming.headers['x-stainless-retry-count'] ?? 0),
    repeat: countUp(state.seen, `${path}\n${raw}`),
    parts,
    inputTokens: parts.system + parts.history + parts.tools + parts.rest,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

function remember(state: State, request: SimulatorRequest): void {
  state.requests.push(request)
  if (state.requests.length > (state.options.keep ?? 1_000)) state.requests.shift()
  state.ledger.open(request)
}

function planOf(state: State, request: SimulatorRequest): Plan {
  const header = request.headers['x-sim-fault']
  const planned = state.options.scenario?.(request) ?? {}
  if (typeof header !== 'string') return planned
  const times = countUp(state.seen, `${header}\n${request.path}\n${request.raw}`)
  return { ...planned, ...planOfHeader(header, times) }
}

function countUp(counts: Map<string, number>, key: string): number {
  const next = (counts.get(key) ?? 0) + 1
  counts.set(key, next)
  return next
}

async function readBody(incoming: IncomingMessage): Promise<string> {
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
