/** Which requests are LLM calls: by the shape of the path, then of the body; never by host alone. */

import { text } from '../core/unknown.ts'
import type { Host } from '../providers/host.ts'
import { hostLike, hostOf } from '../providers/hosts.ts'
import type { Protocol, Question, RequestFacts } from '../providers/protocol.ts'
import { protocolFor } from '../providers/registry.ts'
import { scanMembers } from '../wire/json-scan.ts'

type FetchInput = Parameters<typeof fetch>[0]

/** Where a request goes. */
export interface Address {
  readonly href: string
  readonly hostname: string
  readonly port: number
}

interface Target extends Address {
  /** The address without its query. */
  readonly path: string
  readonly protocol: Protocol
  readonly host: Host | undefined
  readonly provider: string
}

export interface ClaimedRequest extends Question {
  readonly protocol: Protocol
  readonly target: Address
  readonly provider: string
  /** The body's text, where it can be seen without reading a stream. */
  readonly body: string | undefined
  /** Of a form, what tells it from another. */
  readonly form?: string | undefined
  readonly signal: AbortSignal | undefined
  header(name: string): string | null
}

/** `undefined` for everything that is not an LLM call: for most requests that costs one test of the path. */
export function claimRequest(
  input: FetchInput,
  init: RequestInit | undefined,
  hosts: OwnHosts = NO_HOSTS,
): ClaimedRequest | undefined {
  const request = input instanceof Request ? input : undefined
  const method = init?.method ?? request?.method ?? 'GET'
  if (method !== 'POST' && method.toUpperCase() !== 'POST') return undefined
  const target = targetOf(addressOf(input), hosts)
  if (target === undefined) return undefined
  const { protocol } = target
  const seen = seeBody(protocol, target.path, init?.body)
  if (seen === undefined) return undefined
  return {
    protocol,
    ...seen,
    host: target.host,
    target,
    provider: target.provider,
    signal: init?.signal ?? request?.signal,
    header: headerReader(init?.headers, request),
  }
}

/** Addresses of calls, taken apart: an application has few, and taking one apart costs as much as a span. */
const targets = new Map<string, Target>()
const MAX_TARGETS = 200

/** Providers of hosts by name, as configured. */
export type OwnHosts = Readonly<Record<string, string>>
const NO_HOSTS: OwnHosts = {}
let targetsOf = NO_HOSTS

function targetOf(address: string, hosts: OwnHosts): Target | undefined {
  if (hosts !== targetsOf) targets.clear()
  targetsOf = hosts
  const known = targets.get(address)
  if (known !== undefined) return known
  const path = withoutQuery(address)
  const protocol = protocolFor(path)
  if (protocol === undefined) return undefined
  const url = new URL(address)
  const own = Object.hasOwn(hosts, url.hostname) ? hosts[url.hostname] : undefined
  const host = own === undefined ? hostOf(url.hostname, protocol.name) : hostLike(own)
  const target = {
    href: url.href,
    path,
    hostname: url.hostname,
    port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
    protocol,
    host,
    provider: host?.provider ?? protocol.defaultProvider,
  }
  if (targets.size >= MAX_TARGETS) targets.clear()
  targets.set(address, target)
  return target
}

function addressOf(input: FetchInput): string {
  if (typeof input === 'string') return input
  return input instanceof URL ? input.href : input.url
}

function withoutQuery(address: string): string {
  const query = address.search(/[?#]/)
  return query === -1 ? address : address.slice(0, query)
}

/** Facts off the body's text; where the body is a stream or inside a Request, the path alone must do. */
function seeBody(
  protocol: Protocol,
  path: string,
  sent: unknown,
): Pick<ClaimedRequest, 'facts' | 'body' | 'form'> | undefined {
  const body = bodyText(sent)
  const form = sent instanceof FormData ? sent : undefined
  const facts = readFacts(protocol, path, body, form, sent != null)
  if (facts === undefined) return undefined
  return { facts, body, form: form === undefined ? undefined : formText(form) }
}

function readFacts(
  protocol: Protocol,
  path: string,
  body: string | undefined,
  form: FormData | undefined,
  hasBody: boolean,
): RequestFacts | undefined {
  if (body !== undefined) {
    return protocol.facts(body, scanMembers(body, protocol.requestKeys, 0, protocol.messages), path)
  }
  if (form !== undefined) return protocol.formFacts?.((name) => text(form.get(name)), path)
  return hasBody ? undefined : (protocol.pathFacts?.(path) ?? { stream: false })
}

/** Its fields; of files their names and sizes. */
function formText(form: FormData): string {
  const lines: string[] = []
  form.forEach((value, name) => {
    lines.push(`${name}=${typeof value === 'string' ? value : `${value.name}, ${value.size}`}`)
  })
  return lines.join('\n')
}

export function bodyText(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  return undefined
}

function headerReader(
  headers: RequestInit['headers'],
  request: Request | undefined,
): (name: string) => string | null {
  return (name) => {
    if (headers === undefined) return request?.headers.get(name) ?? null
    if (headers instanceof Headers) return headers.get(name)
    const entries = (
      Array.isArray(headers) ? headers : Object.entries(headers)
    ) as readonly (readonly [string, unknown])[]
    return text(entries.find(([key]) => key.toLowerCase() === name)?.[1]) ?? null
  }
}
