/** One HTTP attempt of a call: what is observed of it, until the first thing that ends it. */

import type { AnswerReader, Protocol } from '../providers/protocol.ts'
import { createEventSplitter, eventData, fromLatin1, latin1 } from '../wire/sse.ts'
import { parseJson } from '../wire/json.ts'
import { scanMembers } from '../wire/json-scan.ts'
import { guard } from '../guard.ts'
import { now } from './clock.ts'
import type { Ending, OpenCall, OpenCalls } from './open-calls.ts'

/** A plain answer larger than this is not kept for reading. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** Holds no reference to the Response or its body: undici cancels unread bodies when these are collected. */
export interface Exchange {
  /** Whether the answer is a stream of events. Set when the headers have arrived. */
  streamed: boolean
  /** Bytes of the body, before the application gets them. */
  chunk(bytes: Uint8Array): void
  /** A plain answer that was parsed already. */
  json(value: unknown): void
  /** A plain answer that was decoded already. */
  text(value: string): void
  /** The body has been read to its end. */
  ended(): void
  /** Reading failed. */
  failed(error: unknown): void
  /** The application stopped: cancel, signal, collection, idleness, process end. */
  stopped(): void
  /** The attempt ended without an answer; with a window, the call waits that long for a resend. */
  rejected(ending: Ending, resend?: { readonly key: string; readonly windowMs: number }): void
  /** Response objects through which the answer can still be read. */
  watchers: number
  /** Stops when the application aborts; the listener goes with the exchange's end. */
  listen(signal: AbortSignal | undefined): void
}

export function openExchange(call: OpenCall, calls: OpenCalls, protocol: Protocol): Exchange {
  const reader = protocol.createReader()
  const stream = createStreamObserver(protocol, reader)
  const plain = createPlainObserver(protocol, reader)
  const { settle, ...settlement } = createSettlement(call, calls, reader)
  const settleAnswer = (): void => {
    settle(endingOf(reader, exchange.streamed))
  }
  const stopped = (): void => {
    settle(stoppedEnding(reader))
  }
  const exchange: Exchange = {
    streamed: false,
    watchers: 0,
    chunk(bytes) {
      if (settlement.isSettled()) return
      call.lastActivity = now()
      if (!exchange.streamed) {
        plain.push(bytes)
        return
      }
      settlement.sawChunk()
      stream.push(bytes)
      if (reader.state !== 'open') settleAnswer()
    },
    json(value) {
      reader.body(value)
      settleAnswer()
    },
    text(value) {
      reader.body(wantedMembers(protocol, value, (piece) => piece))
      settleAnswer()
    },
    ended() {
      if (exchange.streamed) stream.end()
      else plain.end()
      settleAnswer()
    },
    failed(error) {
      if (isAbort(error)) stopped()
      else settle({ end: 'broken_off', errorType: errorName(error) })
    },
    stopped,
    rejected: settlement.reject,
    listen(signal) {
      settlement.listen(signal, stopped)
    },
  }
  call.interrupt = stopped
  return exchange
}

interface Settlement {
  /** Ends the call; only the first end counts. */
  readonly settle: (ending: Ending) => void
  readonly isSettled: () => boolean
  readonly sawChunk: () => void
  readonly reject: Exchange['rejected']
  readonly listen: (signal: AbortSignal | undefined, stopped: () => void) => void
}

function createSettlement(call: OpenCall, calls: OpenCalls, reader: AnswerReader): Settlement {
  let settled = false
  let firstChunkAt: number | undefined
  let stopListening = (): void => undefined
  const settle = (ending: Ending): void => {
    if (settled) return
    settled = true
    stopListening()
    const answer = reader.answer()
    calls.finish(call, withError(ending, answer.errorType), {
      answer,
      endedAt: now(),
      ...(firstChunkAt !== undefined ? { firstChunkAt } : {}),
    })
  }
  return {
    settle,
    isSettled: () => settled,
    sawChunk() {
      firstChunkAt ??= call.lastActivity
    },
    reject(ending, resend) {
      if (settled) return
      if (resend === undefined) {
        settle(ending)
        return
      }
      settled = true
      calls.hold(call, resend.key, ending, resend.windowMs)
    },
    listen(signal, stopped) {
      if (signal === undefined) return
      const onAbort = (): void => {
        guard('noting an abort', stopped)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      stopListening = () => {
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

/** An ending that is an error and has no name yet takes that of the answer. */
function withError(ending: Ending, errorType: string | undefined): Ending {
  const isError = ending.end === 'broken_off' || ending.end === 'failed'
  if (!isError || ending.errorType !== undefined || errorType === undefined) return ending
  return { ...ending, errorType }
}

/** How an answer that was read to its end, or to its terminal event, ended. */
function endingOf(reader: AnswerReader, streamed: boolean): Ending {
  if (reader.state === 'broken') return { end: streamed ? 'broken_off' : 'failed' }
  if (!streamed || reader.state === 'complete') return { end: 'completed' }
  const { usage, usageReason, finishReasons } = reader.answer()
  // Not every host sends the terminal event; an answer that said how it finished has finished.
  const finished = finishReasons !== undefined || (usage !== undefined && usageReason === undefined)
  return finished ? { end: 'completed' } : { end: 'broken_off', errorType: 'stream_incomplete' }
}

/** Who stops after the last word has had the whole answer. */
function stoppedEnding(reader: AnswerReader): Ending {
  const { usage, usageReason } = reader.answer()
  return { end: usage !== undefined && usageReason === undefined ? 'completed' : 'aborted' }
}

interface Observer {
  push(bytes: Uint8Array): void
  end(): void
}

function createStreamObserver(protocol: Protocol, reader: AnswerReader): Observer {
  const splitter = createEventSplitter()
  let first = true
  const read = (event: string): void => {
    // The first event names model and id; after it only what is telling is decoded.
    if (!first && !protocol.telling.test(event)) return
    const data = eventData(event)
    if (data === '') return
    first = false
    reader.event(data)
  }
  return {
    push(bytes) {
      for (const event of splitter.push(bytes))
        guard('reading a stream event', () => {
          read(event)
        })
    },
    end() {
      guard('reading the end of a stream', () => {
        read(splitter.rest())
      })
    },
  }
}

function createPlainObserver(protocol: Protocol, reader: AnswerReader): Observer {
  const parts: string[] = []
  let size = 0
  return {
    push(bytes) {
      size += bytes.byteLength
      if (size <= MAX_ANSWER_BYTES) parts.push(latin1(bytes))
      else parts.length = 0
    },
    end() {
      guard('reading an answer', () => {
        reader.body(wantedMembers(protocol, parts.join(''), fromLatin1))
      })
    },
  }
}

/** The members of a plain answer that the reader wants, parsed; the rest stays unread text. */
function wantedMembers(
  protocol: Protocol,
  source: string,
  decode: (piece: string) => string,
): unknown {
  const members = scanMembers(source, protocol.answerKeys)
  if (members.size === 0) return undefined
  return Object.fromEntries(
    [...members].map(([key, { start, end }]) => [key, parseJson(decode(source.slice(start, end)))]),
  )
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}

/** `error.type` of an exception: a system error's code where it has one, else the class. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  const cause: unknown = error.cause
  const coded = [error, cause].find(
    (candidate) =>
      candidate instanceof Error && 'code' in candidate && typeof candidate.code === 'string',
  ) as { readonly code: string } | undefined
  return coded?.code ?? error.name
}
