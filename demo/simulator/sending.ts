/** Puts an answer on the wire, with its faults, and books what was sent. */

import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { errorBody } from './errors.ts'
import { charge, type EntryEnd, type WritableLedger } from './ledger.ts'
import type { BilledUsage } from './rates.ts'
import type { Plan } from './scenario.ts'
import { BYTES_PER_TOKEN } from './tokens.ts'
import type { Answer, StreamFrames, WireFormat } from './wire-format.ts'

const DEFAULT_TOKENS_PER_CHUNK = 16

export async function sendAnswer(
  response: ServerResponse,
  format: WireFormat,
  answer: Answer,
  plan: Plan,
  ledger: WritableLedger,
): Promise<void> {
  const { id, provider } = answer.request
  if (plan.delayMs) await sleep(plan.delayMs)
  if (response.destroyed) {
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
    ledger.change(id, { ended: 'reset', billed: charge(answer.request.model, answer.usage) })
    response.socket?.resetAndDestroy()
    return
  }
  const told = format.told(answer, 'end')
  ledger.change(id, {
    ended: 'completed',
    billed: charge(answer.request.model, answer.usage),
    ...(told === undefined ? {} : { told: charge(answer.request.model, told) }),
  })
  response.writeHead(200, { ...headers(answer), 'content-type': 'application/json' })
  response.end(JSON.stringify(format.plain(answer)))
}

async function sendStream(
  response: ServerResponse,
  format: WireFormat,
  answer: Answer,
  plan: Plan,
  frames: StreamFrames,
  ledger: WritableLedger,
): Promise<void> {
  response.writeHead(200, {
    ...headers(answer),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  })
  await write(response, frames.opening.join(''))
  const size = plan.tokensPerChunk ?? DEFAULT_TOKENS_PER_CHUNK
  const bytes = size * BYTES_PER_TOKEN
  const fault = plan.fault?.kind === 'status' ? undefined : plan.fault
  let sent = 0
  for (; sent * bytes < answer.text.length && !response.destroyed; sent += 1) {
    if (fault !== undefined && sent >= fault.after) break
    // Without a turn of the event loop a hang-up of the client would go unnoticed.
    await (plan.chunkDelayMs ? sleep(plan.chunkDelayMs) : setImmediate())
    await write(response, frames.chunk(answer.text.slice(sent * bytes, (sent + 1) * bytes), sent))
  }
  const ended: EntryEnd = response.destroyed ? 'disconnected' : endOf(fault)
  book(ledger, format, answer, ended, sent, size)
  if (ended === 'reset') response.socket?.resetAndDestroy()
  if (ended === 'completed') response.end(frames.closing(sent).join(''))
  if (fault?.kind === 'error_event' && ended === 'error_event') {
    response.end(frames.failure(sent, fault.failed === true).join(''))
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
  const told = format.told(answer, whole ? 'end' : 'opening')
  ledger.change(id, {
    ended,
    chunksSent,
    billed: charge(model, billed),
    ...(told === undefined ? {} : { told: charge(model, told) }),
  })
}

/** Waits while the client does not read; returns at once where it is gone. */
async function write(response: ServerResponse, bytes: string): Promise<void> {
  if (response.destroyed || response.write(bytes)) return
  await new Promise<void>((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })
}

/**
 * Headers as the providers' answers carry them: platform.openai.com/docs/api-reference/debugging-requests and
 * platform.claude.com/docs/en/api/overview. Read 2026-11-24.
 */
function headers(answer: Answer): Record<string, string> {
  const id = `req_${answer.suffix}`
  if (answer.request.provider === 'anthropic') return { 'request-id': id }
  return {
    'x-request-id': id,
    'openai-processing-ms': String(Math.max(1, Date.now() - answer.request.at)),
    'openai-version': '2020-10-01',
  }
}

export function sendError(
  response: ServerResponse,
  provider: 'openai' | 'anthropic',
  fault: {
    readonly status: number
    readonly retryAfterMs?: number
    readonly retryAfter?: number
    readonly message?: string
  },
  answer?: Answer,
): void {
  const id = `req_${answer?.suffix ?? 'unread'}`
  response.writeHead(fault.status, {
    [provider === 'anthropic' ? 'request-id' : 'x-request-id']: id,
    'content-type': 'application/json',
    ...(fault.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(fault.retryAfterMs) }),
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
  })
  response.end(JSON.stringify(errorBody(provider, fault.status, id, fault.message)))
}
