/** A request as it is to be sent: asking for usage where it may, without baggage that is not allow-listed. */

import type { Outbound } from '../propagation/outbound.ts'
import type { ClaimedRequest } from './claim.ts'

type FetchArguments = Parameters<typeof fetch>

/**
 * @param body in place of the request's own, where it asks for usage
 */
export function outgoing(
  claimed: ClaimedRequest,
  [input, init]: FetchArguments,
  body: string | undefined,
  outbound: Outbound,
): FetchArguments {
  const baggage = claimed.header('baggage')
  const kept = baggage === null ? null : outbound.header(baggage)
  if (kept === baggage) return body === undefined ? [input, init] : [input, { ...init, body }]
  const headers = new Headers(
    init?.headers ?? (input instanceof Request ? input.headers : undefined),
  )
  if (kept === null) headers.delete('baggage')
  else headers.set('baggage', kept)
  return [input, { ...init, headers, ...(body === undefined ? {} : { body }) }]
}
