/**
 * One HTTP attempt of a call: what is observed of it, until the first thing that ends it. Plain data and functions on
 * it, because one is made for every call: closures per attempt cost more than what they do.
 */

import type { Answer } from '../core/call.ts'
import type { AnswerReader, Protocol, Question } from '../providers/protocol.ts'
import { guard } from '../guard.ts'
import type { Framing } from '../wire/framing.ts'
import { fromLatin1, latin1, serverSentEvents } from '../wire/sse.ts'
import { parseJson } from '../wire/json.ts'
import { now } from './clock.ts'
import { errorName, isAbort, withError } from './errors.ts'
import type { Ending, Exchange, OpenCall, OpenCalls } from './open-call.ts'
import { catchUp, putOff } from './unread.ts'
import { asItIs, SHORT_ANSWER, someMembers, wantedMembers } from './wanted-members.ts'

/** A plain answer larger than this is not kept for reading. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

interface Asked extends Question {
  readonly protocol: Protocol
}

export function openExchange(call: OpenCall, calls: OpenCalls, asked: Asked): Exchange {
  const { protocol } = asked
  const exchange: Exchange = {
    call,
    calls,
    protocol,
    reader: protocol.createReader(asked),
    statedCost: undefined,
    priceContext: asked.facts.priceContext,
    streamed: false,
    settled: false,
    watchers: 0,
    unwatched: [],
    bytes: 0,
    firstChunkAt: undefined,
    coded: undefined,
    splitter: undefined,
    begun: false,
    pieces: undefined,
    signal: undefined,
    onAbort: undefined,
  }
  call.current = exchange
  return exchange
}

/** Bytes of the body, before the application gets them. */
export function sawBytes(exchange: Exchange, bytes: Uint8Array): void {
  if (exchange.settled) return
  exchange.call.active = true
  if (exchange.streamed) exchange.firstChunkAt ??= now()
  if (exchange.coded !== undefined) {
    exchange.coded.keep(bytes)
    return
  }
  if (!exchange.streamed) {
    keepPiece(exchange, bytes)
    return
  }
  if (exchange.begun && putOff(exchange, bytes, searchEvents)) return
  if (isOver(exchange)) return
  searchEvents(exchange, bytes)
}

/** Whether nothing that comes now counts, by all that has come until now. */
function isOver(exchange: Exchange): boolean {
  if (!exchange.settled) {
    decode(exchange)
    catchUp(exchange)
  }
  return exchange.settled
}

function decode(exchange: Exchange): void {
  const { coded } = exchange
  if (coded === undefined) return
  exchange.coded = undefined
  const bytes = guard('decoding an answer', () => coded.take())
  if (bytes !== undefined && bytes.byteLength > 0) sawBytes(exchange, bytes)
}

export function framingOf({ protocol }: Exchange): Framing {
  return protocol.framing ?? serverSentEvents
}

function searchEvents(exchange: Exchange, bytes: Uint8Array): void {
  const splitter = (exchange.splitter ??= framingOf(exchange).createSplitter())
  const events = splitter.push(bytes, exchange.begun ? exchange.protocol.telling : undefined)
  if (events.length === 0) return
  for (const event of events) readEvent(exchange, event)
  if (exchange.reader.state !== 'open') settleAnswer(exchange)
}

/** One event of a stream that somebody else has taken apart already. */
export function sawEvent(exchange: Exchange, said: unknown): void {
  if (exchange.settled) return
  exchange.call.active = true
  exchange.firstChunkAt ??= now()
  exchange.reader.event(said)
  if (exchange.reader.state !== 'open') settleAnswer(exchange)
}

/** A plain answer that was parsed already. */
export function sawJson(exchange: Exchange, value: unknown): void {
  if (exchange.settled) return
  exchange.reader.body(value)
  settleAnswer(exchange)
}

/** A plain answer that was decoded already. */
export function sawText(exchange: Exchange, value: string): void {
  if (exchange.settled) return
  const endedAt = now()
  const read = (): void => {
    exchange.reader.body(wantedMembers(exchange.protocol, value, asItIs))
    finish(exchange, endingOf(exchange.reader, exchange.streamed), endedAt)
  }
  close(exchange)
  if (value.length <= SHORT_ANSWER && exchange.call.recording.canWait) exchange.calls.later(read)
  else read()
}

/** The body has been read to its end. */
export function ended(exchange: Exchange): void {
  if (isOver(exchange)) return
  guard('reading the end of an answer', () => {
    if (exchange.streamed) readEvent(exchange, exchange.splitter?.rest() ?? '')
    else readPieces(exchange)
  })
  settleAnswer(exchange)
}

/** Reading failed. */
export function failed(exchange: Exchange, error: unknown): void {
  if (isOver(exchange)) return
  if (isAbort(error)) stopped(exchange)
  else settle(exchange, { end: 'broken_off', errorType: errorName(error) })
}

/** The application stopped: cancel, signal, collection, idleness, process end. */
export function stopped(exchange: Exchange): void {
  if (isOver(exchange)) return
  // Who stops after the last word has had the whole answer.
  const { usage, usageReason } = exchange.reader.answer()
  const whole = usage !== undefined && usageReason === undefined
  settle(exchange, { end: whole ? 'completed' : 'aborted' })
}

/** The attempt ended without an answer; with a window, the call waits that long for a resend. */
export function rejected(
  exchange: Exchange,
  ending: Ending,
  resend?: { readonly key: string; readonly windowMs: number },
): void {
  if (exchange.settled) return
  if (resend === undefined) {
    settle(exchange, ending)
    return
  }
  exchange.settled = true
  exchange.calls.hold(exchange.call, resend.key, ending, resend.windowMs)
}

/** Stops when the application aborts; the listener goes with the exchange's end. */
export function listen(exchange: Exchange, signal: AbortSignal | undefined): void {
  if (signal === undefined || exchange.settled) return
  exchange.signal = new WeakRef(signal)
  exchange.onAbort = () => {
    guard('noting an abort', () => {
      stopped(exchange)
    })
  }
  signal.addEventListener('abort', exchange.onAbort, { once: true })
}

/** Ends the call; only the first end counts. */
function settle(exchange: Exchange, ending: Ending): void {
  if (exchange.settled) return
  close(exchange)
  finish(exchange, ending, now())
}

/** Nothing that comes after this counts. */
function close(exchange: Exchange): void {
  exchange.settled = true
  exchange.unwatched = []
  if (exchange.onAbort !== undefined) {
    exchange.signal?.deref()?.removeEventListener('abort', exchange.onAbort)
  }
}

function finish(exchange: Exchange, ending: Ending, endedAt: number): void {
  const { call, calls, reader, firstChunkAt } = exchange
  const answer = withPrice(reader.answer(), exchange)
  calls.finish(call, withError(ending, answer.errorType), answer, endedAt, firstChunkAt)
}

/** With what its price depends on beside what the answer itself says. */
function withPrice(answer: Answer, { statedCost, priceContext }: Exchange): Answer {
  if (statedCost === undefined && priceContext === undefined) return answer
  if (answer.usage === undefined) return answer
  return {
    ...answer,
    ...(priceContext !== undefined ? { context: { ...priceContext, ...answer.context } } : {}),
    ...(statedCost !== undefined ? { statedCost } : {}),
  }
}

function settleAnswer(exchange: Exchange): void {
  settle(exchange, endingOf(exchange.reader, exchange.streamed))
}

const COMPLETED: Ending = { end: 'completed' }

/** How an answer that was read to its end, or to its terminal event, ended. */
function endingOf(reader: AnswerReader, streamed: boolean): Ending {
  if (reader.state === 'broken') return { end: streamed ? 'broken_off' : 'failed' }
  if (!streamed || reader.state === 'complete') return COMPLETED
  const { usage, usageReason, finishReasons } = reader.answer()
  // Not every host sends the terminal event; an answer that said how it finished has finished.
  const finished = finishReasons !== undefined || (usage !== undefined && usageReason === undefined)
  return finished ? COMPLETED : { end: 'broken_off', errorType: 'stream_incomplete' }
}

function readEvent(exchange: Exchange, event: string): void {
  if (exchange.begun && !exchange.protocol.telling.test(event)) return
  const data = framingOf(exchange).data(event)
  if (data === '') return
  exchange.begun = true
  // An error thrown by the parser costs more than a hundred chunks, and every OpenAI stream ends with `[DONE]`.
  const json = data.charCodeAt(0) === OPEN_BRACE ? parseEvent(exchange.protocol, data) : undefined
  exchange.reader.event(json ?? data)
}

const OPEN_BRACE = 0x7b

function parseEvent({ eventKeys }: Protocol, data: string): unknown {
  return eventKeys === undefined ? parseJson(data) : someMembers(eventKeys, data, asItIs)
}

function keepPiece(exchange: Exchange, bytes: Uint8Array): void {
  if (exchange.protocol.answerKeys.size === 0) return
  exchange.bytes += bytes.byteLength
  const pieces = (exchange.pieces ??= [])
  if (exchange.bytes <= MAX_ANSWER_BYTES) pieces.push(latin1(bytes))
  else pieces.length = 0
}

function readPieces(exchange: Exchange): void {
  const source = exchange.pieces?.join('') ?? ''
  exchange.reader.body(wantedMembers(exchange.protocol, source, fromLatin1))
}
