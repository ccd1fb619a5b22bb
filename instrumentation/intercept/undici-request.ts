/**
 * A request of undici that goes where a call may go. What its channels do not tell in every version (chunks of bodies:
 * 7.11 on) is seen by methods of this one request. Source: undici 6.29, 7.30, 8.13, `lib/core/request.js`.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { guard } from '../guard.ts'
import { createBegin, noteFailure, noteHead, type Attempt, type BeginAttempt } from './attempt.ts'
import { attemptOf, isAnswered, noteAnswered, setAttempt } from './attempt-of.ts'
import { claimSent, targetOf, type SentBody, type Target } from './claim.ts'
import { isAbort } from './errors.ts'
import { failed, stopped } from './exchange.ts'
import { ownMethod } from './own-method.ts'
import { passingBytes, type PassingBytes } from './passing-bytes.ts'
import { createSentBody } from './sent-body.ts'
import type { Observation } from './start-call.ts'
import {
  answerHeaders,
  keepBaggage,
  requestHeader,
  withBody,
  type UndiciRequest,
} from './undici-headers.ts'

const ANSWERED = 'undici:request:headers'
const FAILED = 'undici:request:error'

interface UndiciRequests {
  /** In the context in which the request is made. */
  watch(request: UndiciRequest): void
  stop(): void
}

interface Watched {
  readonly request: UndiciRequest
  readonly target: Target
  readonly begin: BeginAttempt
  readonly observation: Observation
}

interface Answered {
  readonly request: UndiciRequest
  readonly response: { readonly statusCode: number; readonly headers: unknown }
}

export function watchUndiciRequests(observation: Observation): UndiciRequests {
  const begin = createBegin(observation)
  const onAnswered = (message: unknown): void => {
    const { request, response } = message as Answered
    const attempt = attemptOf(request)
    if (attempt === undefined || response.statusCode < 200) return
    noteAnswered(request)
    guard('observing an answer', () => {
      onAnswer(request, attempt, response)
    })
  }
  const onFailed = (message: unknown): void => {
    const { request, error } = message as { readonly request: UndiciRequest; error: unknown }
    const attempt = attemptOf(request)
    if (attempt === undefined) return
    guard('noting a failed request', () => {
      const byApplication = isItsOwn(error)
      if (!isAnswered(request)) noteFailure(attempt, error, byApplication)
      else if (byApplication) stopped(attempt.exchange)
      else failed(attempt.exchange, error)
    })
  }
  subscribe(ANSWERED, onAnswered)
  subscribe(FAILED, onFailed)
  return {
    watch(request) {
      const target = targetOf(addressOf(request), observation.config.hosts)
      if (target !== undefined) watch({ request, target, begin, observation })
    },
    stop() {
      unsubscribe(ANSWERED, onAnswered)
      unsubscribe(FAILED, onFailed)
    },
  }
}

function addressOf({ origin, path }: UndiciRequest): string {
  // To a proxy: it names the whole address.
  if (/^https?:/i.test(path)) return path
  return `${typeof origin === 'string' ? origin : origin.origin}${path}`
}

/** What an application aborts with is an abort, or whatever it says; undici's own errors and the system's have codes. */
function isItsOwn(error: unknown): boolean {
  if (isAbort(error) || !(error instanceof Error)) return true
  return !('code' in error && typeof error.code === 'string')
}

function watch(watched: Watched): void {
  const { request, target, observation } = watched
  const { body } = request
  if (body === null || body instanceof Uint8Array) {
    const text = body === null ? undefined : new TextDecoder().decode(body)
    claim(watched, { text, given: body !== null })
    return
  }
  if (target.host !== undefined) keepBaggage(request, observation.outbound)
  watchSending(watched)
}

/** A body that is a stream: the call begins when all of it has been sent. */
function watchSending(watched: Watched): void {
  const { request } = watched
  const copy = createSentBody(requestHeader(request, 'content-type'), undefined)
  const inContext = AsyncLocalStorage.snapshot()
  let lost = false
  ownMethod(request, 'onBodySent', (native) => {
    return function (this: UndiciRequest, chunk) {
      guard('reading a request', () => {
        lost ||= copy.add(chunk, undefined, false) === 'lost'
      })
      return native.call(this, chunk)
    }
  })
  ownMethod(request, 'onRequestSent', (native) => {
    return function (this: UndiciRequest) {
      guard('beginning a call', () => {
        if (!lost) inContext(() => claim(watched, copy.take(), true))
      })
      return native.call(this)
    }
  })
}

function claim(watched: Watched, sent: SentBody, isSent = false): void {
  const { request, target, begin, observation } = watched
  const header = (name: string): string | null => requestHeader(request, name)
  const claimed = claimSent(target, sent, header)
  if (claimed === undefined) return
  if (!isSent) keepBaggage(request, observation.outbound)
  const binding = (name: string): string | null =>
    // Its length is ours to correct, as long as nothing has been sent.
    name === 'content-length' ? (isSent ? 'sent' : null) : header(name)
  const attempt = begin(claimed, binding)
  if ('error' in attempt) {
    request.error = attempt.error
    return
  }
  setAttempt(request, attempt)
  if (attempt.asked !== undefined) withBody(request, attempt.asked)
}

function onAnswer(request: UndiciRequest, attempt: Attempt, response: Answered['response']): void {
  const get = answerHeaders(response.headers)
  if (!noteHead(attempt, { status: response.statusCode, headers: { get } })) return
  const passing = passingBytes(attempt, get('content-encoding') ?? undefined)
  if (request.onResponseData !== undefined) {
    observe(request as Required<UndiciRequest>, 'onResponseData', 'onResponseEnd', passing)
  } else if (request.onData !== undefined) {
    observe(request as Required<UndiciRequest>, 'onData', 'onComplete', passing)
  }
}

function observe(
  request: Required<UndiciRequest>,
  data: 'onData' | 'onResponseData',
  end: 'onComplete' | 'onResponseEnd',
  passing: PassingBytes,
): void {
  const hand = request[data]
  ownMethod(request, data, (native) => {
    return function (this: UndiciRequest, chunk) {
      const left = passing.chunk(chunk)
      // Where nothing is left, nothing has come.
      return left.byteLength === 0 || native.call(this, left)
    }
  })
  ownMethod(request, end, (native) => {
    return function (this: UndiciRequest, trailers) {
      const rest = passing.end()
      if (rest.byteLength > 0) hand.call(this, rest)
      return native.call(this, trailers)
    }
  })
}
