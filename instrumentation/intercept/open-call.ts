/** What interception keeps of calls and of their attempts while they run: data, whoever works on it. */

import type { Attribution } from '../core/attribution.ts'
import type { Answer, CallEnd, CallRequest, FailedAttempt, PriceContext } from '../core/call.ts'
import type { AnswerReader, Protocol } from '../providers/protocol.ts'
import type { EventSplitter } from '../wire/framing.ts'
import type { Recording } from './recorder.ts'

/** How an attempt, or a call, ended. */
export interface Ending {
  readonly end: CallEnd
  readonly errorType?: string
  readonly statusCode?: number
}

export interface OpenCall {
  readonly request: CallRequest
  readonly attribution: Attribution
  readonly startedAt: number
  readonly recording: Recording
  readonly failedAttempts: FailedAttempt[]
  /** Identity of what the attempts of the call have in common. */
  readonly parent: object | undefined
  /** Where it stands among the open ones. */
  place: number
  /** A sign of life since open calls were last looked over: the clock is not read for every chunk. */
  active: boolean
  /** Epoch milliseconds of the look that found one. */
  lastActivity: number
  /** The attempt that is under way. */
  current: Exchange | undefined
  /** Set while the call waits for a resend: ends it. */
  waiting: (() => void) | undefined
}

export interface OpenCalls {
  readonly add: (call: OpenCall) => void
  /** Ends the call and records it. Later ends of the same call are ignored. */
  readonly finish: (
    call: OpenCall,
    ending: Ending,
    answer: Answer,
    endedAt: number,
    firstChunkAt?: number,
  ) => void
  /** Keeps a call whose attempt failed open for a resend with this key, then ends it with its true end time. */
  readonly hold: (call: OpenCall, key: string, ending: Ending, windowMs: number) => void
  /**
   * The held call that a request with this key and parent resends, taken out of the waiting ones; with this key alone,
   * where the client says that it resends.
   */
  readonly resume: (
    key: string,
    parent: object | undefined,
    saidSo: boolean,
  ) => OpenCall | undefined
  /** Whether any call waits for a resend: most requests need not even build their key. */
  readonly waiting: boolean
  /** Does this a moment later, or before everything ends. */
  readonly later: (work: () => void) => void
  /** Ends everything that is still open. */
  readonly endAll: () => void
}

/** Bytes of an answer that is compressed. */
export interface CodedBytes {
  keep(bytes: Uint8Array): void
  /** All that was kept, decoded; once. */
  take(): Uint8Array
}

/**
 * Holds no reference to the Response or its body for longer than a moment: undici cancels unread bodies when these are
 * collected.
 */
export interface Exchange {
  readonly call: OpenCall
  readonly calls: OpenCalls
  readonly protocol: Protocol
  readonly reader: AnswerReader
  /** USD as a header of the answer states it. */
  statedCost: string | undefined
  /** What the price depends on and only the request said. */
  readonly priceContext: PriceContext | undefined
  /** Whether the answer is a stream of events. Set when the headers have arrived. */
  streamed: boolean
  settled: boolean
  /** Response objects through which the answer can still be read. */
  watchers: number
  /** Those of them that are not watched yet: held for a moment, or until the answer is read. */
  unwatched: object[]
  /** Bytes of a plain answer that have been seen. */
  bytes: number
  firstChunkAt: number | undefined
  /** Of an answer that comes compressed: what has come. */
  coded: CodedBytes | undefined
  splitter: EventSplitter | undefined
  /** Whether an event was read: the first one names model and id, so it is decoded whatever it says. */
  begun: boolean
  /** Of a plain answer that is read in pieces, latin1. */
  pieces: string[] | undefined
  /** Weak: clients hang their streams on the signal, and what we hold of a call must not keep those alive. */
  signal: WeakRef<AbortSignal> | undefined
  onAbort: (() => void) | undefined
}
