/** Headers and address of a request of `node:http`, as long as they can be read and changed. */

import type { ClientRequest } from 'node:http'
import type { Outbound } from '../propagation/outbound.ts'

/** Headers given as an array are text from the beginning, kept where the types do not show it. */
interface Stored {
  readonly _header?: string | null
}

export function headerOf(request: ClientRequest, name: string): string | null {
  const value = request.getHeader(name)
  if (value !== undefined) return Array.isArray(value) ? value.join(', ') : String(value)
  const stored = (request as Stored)._header
  if (typeof stored !== 'string') return null
  return new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, 'im').exec(stored)?.[1] ?? null
}

/** Where it goes, as the application would write it. */
export function addressOf(request: ClientRequest): string {
  const { path, protocol, host } = request
  // To a proxy: it names the whole address.
  if (/^https?:/i.test(path)) return path
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  // The port is only told there, and only where it is not the usual one.
  const stated = headerOf(request, 'host')
  const authority = stated?.startsWith(`${name}:`) === true ? stated : name
  return `${protocol}//${authority}${path}`
}

/** What is not allow-listed of its baggage stays here. */
export function keepBaggage(request: ClientRequest, outbound: Outbound): void {
  if (request.headersSent) return
  const baggage = headerOf(request, 'baggage')
  const kept = baggage === null ? null : outbound.header(baggage)
  if (kept === baggage) return
  if (kept === null) request.removeHeader('baggage')
  else request.setHeader(nameAsGiven(request, 'baggage'), kept)
}

/**
 * What to pass to `write` or `end` in place of the whole body that the application passes; the headers are made to fit.
 * The answer is asked for uncompressed: what was not asked for is taken out of it, and nothing else may change.
 */
export function withBody(
  request: ClientRequest,
  body: string,
  [given, encoding, ...rest]: readonly unknown[],
): readonly unknown[] {
  if (request.hasHeader('content-length')) {
    request.setHeader(nameAsGiven(request, 'content-length'), Buffer.byteLength(body))
  }
  if (request.hasHeader('accept-encoding')) {
    request.setHeader(nameAsGiven(request, 'accept-encoding'), 'identity')
  }
  if (typeof given !== 'string') return [Buffer.from(body), encoding, ...rest]
  return [body, typeof encoding === 'function' ? encoding : 'utf8', ...rest]
}

/** As the application spelt it: it goes over the wire so. */
function nameAsGiven(request: ClientRequest, name: string): string {
  return request.getRawHeaderNames().find((raw) => raw.toLowerCase() === name) ?? name
}
