/**
 * A request of `node:http` that goes where a call may go: what the application writes is looked at until its body is
 * known, which is when the call begins. Node tells of its answer, and of its failure, on diagnostics channels.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { guard } from '../guard.ts'
import { createBegin, noteFailure, noteHead, type Attempt, type BeginAttempt } from './attempt.ts'
import { attemptOf, isAnswered, noteAnswered, setAttempt } from './attempt-of.ts'
import { claimSent, targetOf, type Target } from './claim.ts'
import { failed, stopped } from './exchange.ts'
import { observeAnswer } from './http-answer.ts'
import { addressOf, headerOf, keepBaggage, withBody } from './http-headers.ts'
import { ownMethod } from './own-method.ts'
import { createSentBody, type Written } from './sent-body.ts'
import type { Observation } from './start-call.ts'

/** Published right before the application hears of the answer, not when it has finished. */
const ANSWERED = 'http.client.response.finish'
const FAILED = 'http.client.request.error'

interface HttpRequests {
  /** In the context in which the application made the request. */
  watch(request: ClientRequest): void
  stop(): void
}

export function watchHttpRequests(observation: Observation): HttpRequests {
  const begin = createBegin(observation)
  const onAnswered = (message: unknown): void => {
    const { request, response } = message as Answered
    const attempt = attemptOf(request)
    if (attempt === undefined) return
    guard('observing an answer', () => {
      noteAnswered(request)
      onAnswer(attempt, response)
    })
  }
  const onFailed = (message: unknown): void => {
    const { request, error } = message as { readonly request: ClientRequest; error: unknown }
    const attempt = attemptOf(request)
    if (attempt === undefined) return
    guard('noting a failed request', () => {
      if (!isAnswered(request)) noteFailure(attempt, error, false)
      else failed(attempt.exchange, error)
    })
  }
  subscribe(ANSWERED, onAnswered)
  subscribe(FAILED, onFailed)
  return {
    watch(request) {
      const target = targetOf(addressOf(request), observation.config.hosts)
      if (target === undefined) return
      watchWriting({ request, target, begin, observation })
    },
    stop() {
      unsubscribe(ANSWERED, onAnswered)
      unsubscribe(FAILED, onFailed)
    },
  }
}

interface Answered {
  readonly request: ClientRequest
  readonly response: IncomingMessage
}

interface Watched {
  readonly request: ClientRequest
  readonly target: Target
  readonly begin: BeginAttempt
  readonly observation: Observation
}

type Arguments = readonly unknown[]

/** Watches `write` and `end` until the body is known. */
function watchWriting(watched: Watched): void {
  const { request, target, observation } = watched
  const { outbound } = observation
  const length = headerOf(request, 'content-length')
  const type = headerOf(request, 'content-type')
  const body = createSentBody(type, length === null ? undefined : Number(length))
  const inContext = AsyncLocalStorage.snapshot()
  let undo: readonly (() => void)[] = []
  let over = false
  const release = (): void => {
    over = true
    for (const one of undo) one()
  }
  // To a provider that is known nothing travels, whatever the body turns out to be; of others only calls are looked at.
  const seen = (args: Arguments, isLast: boolean): Arguments => {
    if (over) return args
    const chunk = typeof args[0] === 'function' ? undefined : args[0]
    const state = body.add(chunk, args[1], isLast)
    if (state === 'open') {
      if (target.host !== undefined) keepBaggage(request, outbound)
      return args
    }
    release()
    return state === 'lost' ? args : claim(watched, body.take(), inContext, args)
  }
  const watching = (native: (...args: never[]) => unknown, isLast: boolean) =>
    function (this: ClientRequest, ...args: Arguments): unknown {
      const next = guard('reading a request', () => seen(args, isLast)) ?? args
      return Reflect.apply(native, this, next)
    }
  undo = [
    ownMethod(request, 'write', (native) => watching(native, false) as typeof native),
    ownMethod(request, 'end', (native) => watching(native, true) as typeof native),
  ]
}

/** Begins the call. Returns what to write in place of what the application wrote. */
function claim(
  watched: Watched,
  written: Written,
  inContext: ReturnType<typeof AsyncLocalStorage.snapshot>,
  args: Arguments,
): Arguments {
  const { request, target, begin, observation } = watched
  const header = (name: string): string | null => headerOf(request, name)
  const claimed = claimSent(target, written, header)
  if (claimed === undefined) return args
  keepBaggage(request, observation.outbound)
  const isWhole = written.chunks === 1 && written.text !== undefined
  const binding = (name: string): string | null =>
    // Its length is ours to correct, as long as nothing has been sent.
    name === 'content-length' ? (isWhole && !request.headersSent ? null : 'sent') : header(name)
  const attempt = inContext(() => begin(claimed, binding))
  if ('error' in attempt) {
    request.destroy(attempt.error)
    return args
  }
  setAttempt(request, attempt)
  watchDestroying(request, attempt)
  return attempt.asked === undefined ? args : withBody(request, attempt.asked, args)
}

/** `abort`, an abort signal, a time-out that the application or its client acts on: all of them come through here. */
function watchDestroying(request: ClientRequest, attempt: Attempt): void {
  ownMethod(request, 'destroy', (native) => {
    return function (this: ClientRequest, error?: Error): ClientRequest {
      if (!this.destroyed) {
        guard('noting a stop', () => {
          if (isAnswered(this)) stopped(attempt.exchange)
          else noteFailure(attempt, error, true)
        })
      }
      return native.call(this, error)
    }
  })
}

function onAnswer(attempt: Attempt, response: IncomingMessage): void {
  const { headers, statusCode = 0 } = response
  const get = (name: string): string | null => {
    const value = headers[name]
    return (typeof value === 'string' ? value : value?.join(', ')) ?? null
  }
  if (!noteHead(attempt, { status: statusCode, headers: { get } })) return
  observeAnswer(response, attempt)
}
