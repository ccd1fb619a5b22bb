/** Puts an answer on the wire, with its faults, and books what was sent. */

import type { ServerResponse } from 'node:http'
import { constants, type Http2ServerResponse } from 'node:http2'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { bedrockErrorType, errorBody } from './errors.ts'
import type { EntryEnd, WritableLedger } from './ledger.ts'
import type { BilledUsage } from './rates.ts'
import type { Plan, Provider } from './scenario.ts'
import { BYTES_PER_TOKEN } from './tokens.ts'
import type { Answer, Frame, StreamFrames, WireFormat } from './wire-format.ts'

const DEFAULT_TOKENS_PER_CHUNK = 16

type Outgoing = ServerResponse | Http2ServerResponse

const overHttp2 = (response: Outgoing): response is Http2ServerResponse => 'stream' in response

function isGone(response: Outgoing): boolean {
  return overHttp2(response) ? response.stream.destroyed : response.destroyed
}

function writeHead(response: Outgoing, status: number, headers: Record<string, string>): void {
  ;(response as ServerResponse).writeHead(status, headers)
}

/** Breaks the answer off as a failing server does. */
function reset(response: Outgoing): void {
  if (overHttp2(response)) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  else response.socket?.resetAndDestroy()
}

function bytesOf(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(frames.map((frame) => Buffer.from(frame)))
}

function end(response: Outgoing, frames: readonly Frame[]): void {
  ;(response as ServerResponse).end(bytesOf(frames))
}

export async function sendAnswer(
  response: Outgoing,
  format: WireFormat,
  answer: Answer,
  plan: Plan,
  ledger: WritableLedger,
): Promise<void> {
  const { id, provider } = answer.request
  if (plan.delayMs) await sleep(plan.delayMs)
  if (isGone(response)) {
    ledger.change(id, { ended: 'disconnected' })
    return
  }
  if (plan.fault?.kind === 'status') {
    ledger.change(id, { ended: 'rejected', status: plan.fault.status })
    sendError(response, provider, plan.fault, answer)
    return
  }
  const frames = answer.request.stream ? format.stream?.(answer) : undefined
  if (frames !== undefined) {
    await sendStream(response, format, answer, plan, frames, ledger)
    return
  }
  if (plan.fault?.kind === 'reset') {
    ledger.change(id, { ended: 'reset', billed: ledger.charge(answer.request.model, answer.usage) })
    reset(response)
    return
  }
  const told = format.told(answer, 'end')
  ledger.change(id, {
    ended: 'completed',
    billed: ledger.charge(answer.request.model, answer.usage),
    ...(told === undefined ? {} : { told: ledger.charge(answer.request.model, told) }),
  })
  writeHead(response, 200, { ...headers(answer), 'content-type': 'application/json' })
  end(response, [JSON.stringify(format.plain(answer))])
}

async function sendStream(
  response: Outgoing,
  format: WireFormat,
  answer: Answer,
  plan: Plan,
  frames: StreamFrames,
  ledger: WritableLedger,
): Promise<void> {
  writeHead(response, 200, {
    ...headers(answer),
    'content-type': format.streamType ?? 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  })
  await write(response, bytesOf(frames.opening))
  const size = plan.tokensPerChunk ?? DEFAULT_TOKENS_PER_CHUNK
  const bytes = size * BYTES_PER_TOKEN
  const fault = plan.fault?.kind === 'status' ? undefined : plan.fault
  let sent = 0
  for (; sent * bytes < answer.text.length && !isGone(response); sent += 1) {
    if (fault !== undefined && sent >= fault.after) break
    // Without a turn of the event loop a hang-up of the client would go unnoticed.
    await (plan.chunkDelayMs ? sleep(plan.chunkDelayMs) : setImmediate())
    await write(
      response,
      bytesOf([frames.chunk(answer.text.slice(sent * bytes, (sent + 1) * bytes), sent)]),
    )
  }
  const ended: EntryEnd = isGone(response) ? 'disconnected' : endOf(fault)
  book(ledger, format, answer, ended, sent, size)
  if (ended === 'reset') reset(response)
  if (ended === 'completed') end(response, frames.closing(sent))
  if (fault?.kind === 'error_event' && ended === 'error_event') {
    end(response, frames.failure(sent, fault.failed === true))
  }
}

function endOf(fault: Plan['fault']): EntryEnd {
  if (fault === undefined || fault.kind === 'status') return 'completed'
  return fault.kind
}

function book(
  ledger: WritableLedger,
  format: WireFormat,
  answer: Answer,
  ended: EntryEnd,
  chunksSent: number,
  tokensPerChunk: number,
): void {
  const { id, model } = answer.request
  const whole = ended === 'completed'
  const output = Math.min(answer.usage.output, answer.usage.reasoning + chunksSent * tokensPerChunk)
  const billed: BilledUsage = whole ? answer.usage : { ...answer.usage, output }
  const told = format.told(answer, whole ? 'end' : 'opening', output)
  ledger.change(id, {
    ended,
    chunksSent,
    billed: ledger.charge(model, billed),
    ...(told === undefined ? {} : { told: ledger.charge(model, told) }),
  })
}

/** Waits while the client does not read; returns at once where it is gone. */
async function write(response: Outgoing, bytes: Uint8Array): Promise<void> {
  if (bytes.byteLength === 0 || isGone(response) || (response as ServerResponse).write(bytes))
    return
  await new Promise<void>((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })
}

const NO_HEADERS: ReadonlySet<Provider> = new Set(['gemini', 'cohere', 'ollama', 'mistral'])

/**
 * Headers as the providers' answers carry them: platform.openai.com/docs/api-reference/debugging-requests and
 * platform.claude.com/docs/en/api/overview. Read 2026-11-24.
 */
function headers(answer: Answer): Record<string, string> {
  const id = `req_${answer.suffix}`
  const { provider, at } = answer.request
  if (provider === 'anthropic') return { 'request-id': id }
  if (provider === 'bedrock') return bedrockHeaders(answer, id)
  if (NO_HEADERS.has(provider)) return {}
  if (provider === 'groq') return { 'x-request-id': id }
  return {
    'x-request-id': id,
    'openai-processing-ms': String(Math.max(1, Date.now() - at)),
    'openai-version': '2020-10-01',
  }
}

/** Invocations that are not streamed count their tokens in headers: user guide, "InvokeModel". Read 2026-11-24. */
function bedrockHeaders({ request, usage }: Answer, id: string): Record<string, string> {
  const named = { 'x-amzn-requestid': id }
  if (request.protocol !== 'invoke' || request.stream) return named
  return {
    ...named,
    'x-amzn-bedrock-input-token-count': String(usage.input),
    'x-amzn-bedrock-output-token-count': String(usage.output),
  }
}

const REQUEST_ID: Readonly<Record<Provider, string>> = {
  openai: 'x-request-id',
  anthropic: 'request-id',
  gemini: 'x-request-id',
  bedrock: 'x-amzn-requestid',
  cohere: 'x-debug-trace-id',
  ollama: 'x-request-id',
  mistral: 'x-request-id',
  groq: 'x-request-id',
}

export function sendError(
  response: Outgoing,
  provider: Provider,
  fault: {
    readonly status: number
    readonly retryAfterMs?: number
    readonly retryAfter?: number
    readonly message?: string
  },
  answer?: Answer,
): void {
  const id = `req_${answer?.suffix ?? 'unread'}`
  writeHead(response, fault.status, {
    [REQUEST_ID[provider]]: id,
    ...(provider === 'bedrock' ? { 'x-amzn-errortype': bedrockErrorType(fault.status) } : {}),
    'content-type': 'application/json',
    ...(fault.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(fault.retryAfterMs) }),
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
  })
  end(response, [JSON.stringify(errorBody(provider, fault.status, id, fault.message))])
}
