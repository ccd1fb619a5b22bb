/** One request of a call, whichever HTTP client sends it: what begins with it, and what its answer's head or its failure says. */

import type { Config } from '../config.ts'
import type { AttributionRequiredError } from '../core/attribution-required.ts'
import { statedByGateway } from '../providers/gateways.ts'
import type { ClaimedRequest } from './claim.ts'
import { errorName, isAbort } from './errors.ts'
import { framingOf, listen, openExchange, rejected } from './exchange.ts'
import type { Exchange, OpenCall, OpenCalls } from './open-call.ts'
import {
  isRetryable,
  resendKey,
  resendWindow,
  saysFirstAttempt,
  type AnswerHead,
} from './resend.ts'
import { createStart, type Observation } from './start-call.ts'
import { askForUsage, mayAskForUsage } from './stream-usage.ts'

/** A request that is about to be sent, and what observes it. */
export interface Attempt {
  readonly call: OpenCall
  readonly exchange: Exchange
  readonly claimed: ClaimedRequest
  /** The body to send in place of the request's own, where usage is asked for on the application's behalf. */
  readonly asked: string | undefined
}

/** A request that must not be sent. */
export interface Refusal {
  readonly error: AttributionRequiredError
  readonly claimed: ClaimedRequest
}

/** @param binding the headers that keep the body from being changed; absent: those of the request */
export type BeginAttempt = (
  claimed: ClaimedRequest,
  binding?: (name: string) => string | null,
) => Attempt | Refusal

export function createBegin(observation: Observation): BeginAttempt {
  const { config, calls, group } = observation
  const start = createStart(observation)
  return (claimed, binding = claimed.header) => {
    const call = resumed(claimed, group, calls) ?? start(claimed)
    if (call instanceof Error) return { error: call, claimed }
    const exchange = openExchange(call, calls, claimed)
    return { call, exchange, claimed, asked: askedBody(claimed, config, binding) }
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
function askedBody(
  claimed: ClaimedRequest,
  config: Config,
  binding: (name: string) => string | null,
): string | undefined {
  const { facts, host, body } = claimed
  if (typeof body !== 'string') return undefined
  if (!mayAskForUsage(config.streamUsage, claimed, host, binding)) return undefined
  return askForUsage(body, facts.usageOptions)
}

/** The head of the answer has come. Returns whether its body is to be read; that of an error is not. */
export function noteHead({ exchange, claimed }: Attempt, head: AnswerHead): boolean {
  const { status, headers } = head
  // What sends elsewhere is no answer either.
  if (status >= 300) {
    const ending = { end: 'failed', errorType: String(status), statusCode: status } as const
    const resend = isRetryable(head)
      ? { key: resendKey(claimed), windowMs: resendWindow(head) }
      : undefined
    rejected(exchange, ending, resend)
    return false
  }
  const type = headers.get('content-type')
  exchange.streamed =
    type === null ? claimed.facts.stream : type.includes(framingOf(exchange).contentType)
  exchange.reader.headers?.((name) => headers.get(name))
  // Only of hosts without a name that everybody knows, which may be somebody's own gateway: a header costs as much as a usage object.
  if (!exchange.streamed && (claimed.host?.names.length ?? 0) === 0) {
    exchange.statedCost = statedByGateway(headers)
  }
  // Before the headers an abort rejects the request itself, and a plain answer's reading fails; of a stream that is not
  // being read just then only the signal tells.
  if (exchange.streamed) listen(exchange, claimed.signal)
  return true
}

/**
 * The request failed before there was an answer.
 * @param stopped whether it was the application that ended it, as far as the error does not say so itself
 */
export function noteFailure(
  { exchange, claimed }: Attempt,
  error: unknown,
  stopped: boolean,
): void {
  const aborted = stopped || isAbort(error)
  const ending = aborted
    ? ({ end: 'aborted' } as const)
    : ({ end: 'failed', errorType: errorName(error) } as const)
  // A client's own time-out is an abort on the wire, and is resent like any other failure.
  const resendable = !aborted || saysFirstAttempt(claimed) !== undefined
  const resend = { key: resendKey(claimed), windowMs: resendWindow(undefined) }
  rejected(exchange, ending, resendable ? resend : undefined)
}
