/** Sees LLM calls at `globalThis.fetch`, which every fetch-based client uses. */

import type { Config } from '../config.ts'
import type { AttributionRequiredError } from '../core/attribution-required.ts'
import { guard } from '../guard.ts'
import type { Outbound } from '../propagation/outbound.ts'
import { claimRequest, type ClaimedRequest } from './claim.ts'
import { errorName, isAbort } from './errors.ts'
import { framingOf, listen, openExchange, rejected } from './exchange.ts'
import type { Exchange } from './open-call.ts'
import type { OpenCall, OpenCalls } from './open-call.ts'
import { isRetryable, resendKey, resendWindow, saysFirstAttempt } from './resend.ts'
import { outgoing, refused } from './outgoing.ts'
import { observeResponse, releaseResponses } from './response.ts'
import { createStart, type Observation } from './start-call.ts'
import { statedByGateway } from '../providers/gateways.ts'
import { askForUsage, mayAskForUsage } from './stream-usage.ts'

type Fetch = typeof globalThis.fetch
type FetchArguments = Parameters<Fetch>

/** A request that is under way: what to send, and what observes it. */
interface Attempt {
  readonly call: OpenCall
  readonly exchange: Exchange
  readonly args: FetchArguments
  readonly claimed: ClaimedRequest
  readonly asked: boolean
  readonly outbound: Outbound
}

/** A request that must not be sent. */
interface Refusal {
  readonly error: AttributionRequiredError
  readonly claimed: ClaimedRequest
}

/** Replaces `globalThis.fetch`; returns the function that puts the old one back. */
export function interceptFetch(observation: Observation): () => void {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
  const original = globalThis.fetch
  const begin = createBegin(observation)
  // A plain function with the name and length of the original: code that looks at them sees no difference.
  const fetch = function fetch(
    this: unknown,
    input: FetchArguments[0],
    ...rest: readonly [RequestInit?]
  ): Promise<Response> {
    const attempt = guard('beginning a call', () => begin(input, rest[0]))
    if (attempt === undefined) return original.apply(this, [input, ...rest])
    if ('error' in attempt) return refused(attempt.error, attempt.claimed)
    return send(original, this, attempt)
  }
  Object.defineProperty(globalThis, 'fetch', { ...property, value: fetch })
  return () => {
    if (globalThis.fetch === fetch) {
      Object.defineProperty(globalThis, 'fetch', { ...property, value: original })
    }
    releaseResponses()
  }
}

function send(original: Fetch, self: unknown, attempt: Attempt): Promise<Response> {
  let sent: Promise<Response> | undefined
  const request = (): Promise<Response> => {
    sent = attempt.outbound.run(() => original.apply(self, attempt.args))
    return sent
  }
  // Whatever happens to the span, the request is sent, once.
  guard<unknown>('sending within the span', () => attempt.call.recording.run(request))
  return (sent ?? request()).then(
    (response) => {
      guard('observing an answer', () => {
        onResponse(attempt, response)
      })
      return response
    },
    (error: unknown) => {
      guard('noting a failed request', () => {
        onError(attempt, error)
      })
      throw error
    },
  )
}

function createBegin(observation: Observation) {
  const { config, recorder, calls, group, outbound } = observation
  const start = createStart(observation)
  return (
    input: FetchArguments[0],
    init: RequestInit | undefined,
  ): Attempt | Refusal | undefined => {
    const claimed = claimRequest(input, init, config.hosts)
    if (claimed === undefined || recorder.suppressed()) return undefined
    const call = resumed(claimed, group, calls) ?? start(claimed)
    if (call instanceof Error) return { error: call, claimed }
    const exchange = openExchange(call, calls, claimed)
    const asked = askedBody(claimed, config)
    return {
      call,
      exchange,
      claimed,
      args: outgoing(claimed, [input, init], asked, outbound),
      asked: asked !== undefined,
      outbound,
    }
  }
}

/** The call whose failed attempt this request resends, if it does. */
function resumed(
  claimed: ClaimedRequest,
  group: () => object | undefined,
  calls: OpenCalls,
): OpenCall | undefined {
  if (!calls.waiting || saysFirstAttempt(claimed) === true) return undefined
  const call = calls.resume(resendKey(claimed), group())
  call?.recording.resume()
  return call
}

/** The body with the question for usage in it, where it may be asked. */
function askedBody(claimed: ClaimedRequest, config: Config): string | undefined {
  const { facts, host, body, header } = claimed
  if (typeof body !== 'string') return undefined
  if (!mayAskForUsage(config.streamUsage, claimed, host, header)) return undefined
  return askForUsage(body, facts.usageOptions)
}

function onResponse(attempt: Attempt, response: Response): void {
  const { exchange, claimed } = attempt
  if (response.status >= 400) {
    const ending = {
      end: 'failed',
      errorType: String(response.status),
      statusCode: response.status,
    } as const
    const resend = isRetryable(response)
      ? { key: resendKey(claimed), windowMs: resendWindow(response) }
      : undefined
    rejected(exchange, ending, resend)
    return
  }
  const type = response.headers.get('content-type')
  exchange.streamed =
    type === null ? claimed.facts.stream : type.includes(framingOf(exchange).contentType)
  exchange.reader.headers?.((name) => response.headers.get(name))
  // Only of hosts without a name that everybody knows, which may be somebody's own gateway: a header costs as much as a usage object.
  if (!exchange.streamed && (claimed.host?.names.length ?? 0) === 0) {
    exchange.statedCost = statedByGateway(response.headers)
  }
  // Before the headers an abort rejects the request itself, and a plain answer's reading fails; of a stream that is not
  // being read just then only the signal tells.
  if (exchange.streamed) listen(exchange, claimed.signal)
  observeResponse(response, exchange, attempt.asked && exchange.streamed)
}

function onError(attempt: Attempt, error: unknown): void {
  const aborted = isAbort(error) || attempt.claimed.signal?.aborted === true
  const ending = aborted
    ? ({ end: 'aborted' } as const)
    : ({ end: 'failed', errorType: errorName(error) } as const)
  // A client's own time-out is an abort on the wire, and is resent like any other failure.
  const resendable = !aborted || saysFirstAttempt(attempt.claimed) !== undefined
  const resend = { key: resendKey(attempt.claimed), windowMs: resendWindow(undefined) }
  rejected(attempt.exchange, ending, resendable ? resend : undefined)
}
