/** When a failed attempt will be sent again, and how a request is known to be that. */

import type { ClaimedRequest } from './claim.ts'

/** An answer before its body: a Response, or what says the same. */
export interface AnswerHead {
  readonly status: number
  readonly headers: { get(name: string): string | null }
}

/** Without a hint from the server clients back off for at most 8 s (openai, @anthropic-ai/sdk: 0.5 s doubling to 8 s). */
const DEFAULT_WINDOW_MS = 10_000
/** Longer waits than this are not obeyed by clients. */
const LONGEST_HINT_MS = 60_000

/** Whether clients resend after this status: the rule of the openai and Anthropic SDKs. */
export function isRetryable(response: AnswerHead): boolean {
  const said = response.headers.get('x-should-retry')
  if (said === 'true') return true
  if (said === 'false') return false
  const { status } = response
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** How long a failed attempt waits for its resend, milliseconds. */
export function resendWindow(response: AnswerHead | undefined): number {
  const milliseconds = Number(response?.headers.get('retry-after-ms') ?? NaN)
  const seconds = Number(response?.headers.get('retry-after') ?? NaN)
  const hint = Number.isFinite(milliseconds) ? milliseconds : seconds * 1000
  return hint > 0 && hint <= LONGEST_HINT_MS ? hint + DEFAULT_WINDOW_MS : DEFAULT_WINDOW_MS
}

/** Equal for a request and its resend. */
export function resendKey(claimed: ClaimedRequest): string {
  return `${claimed.target.href}\n${claimed.body ?? claimed.form ?? ''}`
}

/**
 * Whether the client says that this is a first attempt: then it is a call of its own, however equal to a failed one.
 * `undefined` where the client says nothing.
 */
export function saysFirstAttempt(claimed: ClaimedRequest): boolean | undefined {
  const count = claimed.header('x-stainless-retry-count')
  return count === null ? undefined : count === '0'
}
