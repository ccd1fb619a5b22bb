/**
 * What an inbound request says of whom it is for: allow-listed headers, allow-listed keys of W3C baggage, and its path
 * for rules. Kept in an AsyncLocalStorage of our own, apart from what the code says, because it is weaker.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attribution } from '../core/attribution.ts'
import { writeField, type Draft } from '../core/attribution-fields.ts'
import { label } from '../core/label.ts'
import { sharedState } from '../shared-state.ts'

/** A source (a header in lower case, a key of baggage) and the field it is for. */
type Mapping = readonly (readonly [source: string, field: string])[]

export interface InboundRequest {
  /** Without the query. */
  readonly path: string | undefined
  readonly headers: Attribution | undefined
  /** Of its `baggage` header, for processes in which no propagator reads that. */
  readonly baggage: Attribution | undefined
}

/** A request, of whatever server, as far as it is read here. */
export interface RequestHead {
  /** Path, or the whole URL. */
  readonly url: string | undefined
  /** The value of the header of this lower-case name. */
  header(name: string): string | undefined
}

export type ReadInbound = (head: RequestHead) => InboundRequest

export function createInboundReader(allowed: {
  readonly headers: Mapping
  readonly baggage: Mapping
}): ReadInbound {
  return (head) => {
    const entries =
      allowed.baggage.length > 0 ? parseBaggage(head.header('baggage')) : new Map<string, string>()
    return {
      path: pathOf(head.url),
      headers: mappedAttribution(allowed.headers, (name) => head.header(name)),
      baggage: mappedAttribution(allowed.baggage, (key) => entries.get(key)),
    }
  }
}

/** The fields that are mapped to, as far as their sources say anything. */
export function mappedAttribution(
  mapping: Mapping,
  read: (source: string) => string | undefined,
): Attribution | undefined {
  const draft: Draft = {}
  for (const [source, field] of mapping) {
    const value = label(read(source))
    if (value !== undefined) writeField(draft, field, value)
  }
  return Object.keys(draft).length > 0 ? draft : undefined
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url.split(/[?#]/, 1)[0]
  return path === '' ? '/' : path
}

/** The specification's limit on the whole header, bytes; what is beyond comes from nobody who keeps to it. */
const MAX_BAGGAGE = 8_192

/** Source: W3C Baggage, "Header content": `key=value;property, …`, values percent-encoded. */
function parseBaggage(header: string | undefined): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  if (header === undefined || header.length > MAX_BAGGAGE) return entries
  for (const member of header.split(',')) {
    const pair = member.split(';', 1)[0] ?? ''
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    entries.set(pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim()))
  }
  return entries
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value // not percent-encoded as it should be: the value as it stands
  }
}

function storage(): AsyncLocalStorage<InboundRequest> {
  const state = sharedState()
  state.inbound ??= new AsyncLocalStorage<InboundRequest>()
  return state.inbound as AsyncLocalStorage<InboundRequest>
}

export function inboundRequest(): InboundRequest | undefined {
  return sharedState().inbound?.getStore() as InboundRequest | undefined
}

export function runInbound<R>(request: InboundRequest, work: () => R): R {
  return storage().run(request, work)
}

/** For the rest of the current synchronous work and what it begins. */
export function enterInbound(request: InboundRequest): void {
  storage().enterWith(request)
}
