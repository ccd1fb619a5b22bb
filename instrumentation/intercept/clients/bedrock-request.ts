/** A request to Bedrock as the AWS SDK's middlewares see it. */

import { at, text } from '../../core/unknown.ts'
import type { Outbound } from '../../propagation/outbound.ts'
import { pairsAttribution } from '../../providers/attribution-shared.ts'
import type { RequestFacts } from '../../providers/protocol.ts'
import { protocolFor } from '../../providers/registry.ts'
import { scanMembers } from '../../wire/json-scan.ts'
import { bodyText, type ClaimedRequest } from '../claim.ts'

/** The request as it goes over the wire: what is read of it is the protocol's, as with fetch. */
export function claimBedrock(
  request: unknown,
  signal: AbortSignal | undefined,
): ClaimedRequest | undefined {
  const path = text(at(request, 'path'))
  const hostname = text(at(request, 'hostname'))
  if (path === undefined || hostname === undefined) return undefined
  const protocol = protocolFor(path)
  if (protocol?.defaultProvider !== 'aws.bedrock') return undefined
  const body = bodyText(at(request, 'body'))
  const facts =
    body === undefined
      ? protocol.pathFacts?.(path)
      : protocol.facts(body, scanMembers(body, protocol.requestKeys, 0, protocol.messages), path)
  if (facts === undefined) return undefined
  const port = at(request, 'port')
  const attribution = facts.attribution ?? headerAttribution(at(request, 'headers'))
  return {
    protocol,
    facts: attribution === undefined ? facts : { ...facts, attribution },
    target: {
      href: `https://${hostname}${path}`,
      hostname,
      port: typeof port === 'number' ? port : 443,
    },
    provider: 'aws.bedrock',
    body,
    signal,
    header: () => null,
  }
}

/** `InvokeModel` has its free key-value pairs in a header, as JSON; its body is the model's own form. */
function headerAttribution(headers: unknown): RequestFacts['attribution'] {
  const pairs = text(at(headers, 'x-amzn-bedrock-request-metadata'))
  return pairs === undefined ? undefined : pairsAttribution(pairs, { start: 0, end: pairs.length })
}

/** Before the request is signed. */
export function keepBaggage(request: unknown, outbound: Outbound): void {
  const headers = at(request, 'headers') as Record<string, string> | undefined
  const baggage = text(headers?.['baggage'])
  if (headers === undefined || baggage === undefined) return
  const kept = outbound.header(baggage)
  if (kept === null) Reflect.deleteProperty(headers, 'baggage')
  else headers['baggage'] = kept
}
