/** Requests of undici, their headers and those of their answers, and bodies in place of others. */

import { isObject } from '../core/unknown.ts'
import type { Outbound } from '../propagation/outbound.ts'

/** As far as it is used here. */
export interface UndiciRequest {
  readonly method: string
  readonly path: string
  readonly origin: string | URL
  /** Names and values in turn. */
  readonly headers: (string | readonly string[])[]
  /** A Buffer where it was a string or bytes; a stream, an iterable, a form; `null`. */
  body: unknown
  contentLength: number | null
  /** Set before it is sent, it fails with this and is not sent. */
  error?: Error
  onBodySent(chunk: unknown): unknown
  onRequestSent(): unknown
  /** Undici 6 and 7. False: no more for now. */
  onData?(chunk: Uint8Array): boolean
  onComplete?(trailers: unknown): unknown
  /** Undici 8. */
  onResponseData?(chunk: Uint8Array): boolean
  onResponseEnd?(trailers: unknown): unknown
}

export function requestHeader(request: UndiciRequest, name: string): string | null {
  // Kept apart from the others.
  if (name === 'content-length') return request.contentLength?.toString() ?? null
  const at = indexOf(request, name)
  const value = at === -1 ? undefined : request.headers[at + 1]
  return value === undefined ? null : String(value)
}

function indexOf({ headers }: UndiciRequest, name: string): number {
  return headers.findIndex(
    (one, index) => index % 2 === 0 && typeof one === 'string' && one.toLowerCase() === name,
  )
}

/** What is not allow-listed of its baggage stays here. */
export function keepBaggage(request: UndiciRequest, outbound: Outbound): void {
  const baggage = requestHeader(request, 'baggage')
  const kept = baggage === null ? null : outbound.header(baggage)
  if (kept === baggage) return
  const at = indexOf(request, 'baggage')
  if (kept === null) request.headers.splice(at, 2)
  else request.headers[at + 1] = kept
}

/** The answer is asked for uncompressed: what was not asked for is taken out of it, and nothing else may change. */
export function withBody(request: UndiciRequest, text: string): void {
  const body = Buffer.from(text)
  request.body = body
  if (request.contentLength !== null) request.contentLength = body.byteLength
  const at = indexOf(request, 'accept-encoding')
  if (at !== -1) request.headers[at + 1] = 'identity'
}

/** @param headers Buffers or strings, names and values in turn, over HTTP/1; an object over HTTP/2 */
export function answerHeaders(headers: unknown): (name: string) => string | null {
  if (Array.isArray(headers)) {
    const flat = headers as readonly unknown[]
    return (name) => {
      const at = flat.findIndex(
        (one, index) => index % 2 === 0 && String(one).toLowerCase() === name,
      )
      return at === -1 ? null : String(flat[at + 1])
    }
  }
  return (name) => {
    const value = isObject(headers) ? headers[name] : undefined
    return typeof value === 'string' || Array.isArray(value) ? String(value) : null
  }
}
