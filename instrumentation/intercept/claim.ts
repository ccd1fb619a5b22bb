/** Which requests are LLM calls: by the shape of the path, then of the body; never by host alone. */

import { text } from '../core/unknown.ts'
import type { Host } from '../providers/host.ts'
import { hostLike, hostOf } from '../providers/hosts.ts'
import type { FormFields, Protocol, Question, RequestFacts } from '../providers/protocol.ts'
import { protocolFor } from '../providers/registry.ts'
import { scanMembers } from '../wire/json-scan.ts'

type FetchInput = Parameters<typeof fetch>[0]

/** Where a request goes. */
export interface Address {
  readonly href: string
  readonly hostname: string
  readonly port: number
}

/** Where a request goes that may be a call, by its path. */
export interface Target extends Address {
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

/**
 * `undefined` for everything that is not an LLM call: for most requests that costs one test of the path.
 * @param inside the body of `input`, where that is a Request whose body could be read
 */
export function claimRequest(
  input: FetchInput,
  init: RequestInit | undefined,
  hosts: OwnHosts = NO_HOSTS,
  inside?: string,
): ClaimedRequest | undefined {
  const target = callTarget(input, init, hosts)
  if (target === undefined) return undefined
  const request = requestIn(input)
  const signal = init?.signal ?? request?.signal
  const sent = sentOf(init?.body ?? inside)
  return claimSent(target, sent, headerReader(init?.headers, request), signal)
}

/** Where a request goes that may be an LLM call, as far as method and address tell. */
function callTarget(
  input: FetchInput,
  init: RequestInit | undefined,
  hosts: OwnHosts,
): Target | undefined {
  const method = init?.method ?? requestIn(input)?.method ?? 'GET'
  if (method !== 'POST' && method.toUpperCase() !== 'POST') return undefined
  return targetOf(addressOf(input), hosts)
}

/** The Request that holds the body of what may be an LLM call. */
export function bodyHolder(
  input: FetchInput,
  init: RequestInit | undefined,
  hosts: OwnHosts,
): Request | undefined {
  const request = init?.body == null ? requestIn(input) : undefined
  return request === undefined || callTarget(input, init, hosts) === undefined ? undefined : request
}

/** A request's body, as far as it can be seen. */
export interface SentBody {
  readonly text?: string | undefined
  readonly form?: { readonly fields: FormFields; readonly text: string } | undefined
  /** Whether there is one, seen or not. */
  readonly given: boolean
}

/** The same for a request that goes where a call may go, by its body: off its text, else off its form, else off its path. */
export function claimSent(
  target: Target,
  { text: body, form, given }: SentBody,
  header: (name: string) => string | null,
  signal?: AbortSignal,
): ClaimedRequest | undefined {
  const { protocol, path, host, provider } = target
  const facts = readFacts(protocol, path, body, form?.fields, given)
  if (facts === undefined) return undefined
  return { protocol, facts, body, form: form?.text, host, target, provider, signal, header }
}

/** Addresses of calls, taken apart: an application has few, and taking one apart costs as much as a span. */
const targets = new Map<string, Target>()
const MAX_TARGETS = 200

/** Providers of hosts by name, as configured. */
export type OwnHosts = Readonly<Record<string, string>>
const NO_HOSTS: OwnHosts = {}
let targetsOf = NO_HOSTS

export function targetOf(address: string, hosts: OwnHosts): Target | undefined {
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

/** Of whichever copy of undici: the classes of the npm package are not the global ones. */
export function requestIn(input: FetchInput): Request | undefined {
  return typeof input === 'object' && 'method' in input ? input : undefined
}

function addressOf(input: FetchInput): string {
  if (typeof input === 'string') return input
  return input instanceof URL ? input.href : input.url
}

export function withoutQuery(address: string): string {
  const query = address.search(/[?#]/)
  return query === -1 ? address : address.slice(0, query)
}

/** Where the body is a stream, the path alone must do. */
function sentOf(body: unknown): SentBody {
  if (!isForm(body)) return { text: bodyText(body), given: body != null }
  const fields: FormFields = (name) => text(body.get(name))
  return { form: { fields, text: formText(body) }, given: true }
}

function isForm(body: unknown): body is FormData {
  return typeof body === 'object' && Object.prototype.toString.call(body) === '[object FormData]'
}

function readFacts(
  protocol: Protocol,
  path: string,
  body: string | undefined,
  fields: FormFields | undefined,
  hasBody: boolean,
): RequestFacts | undefined {
  if (body !== undefined) {
    return protocol.facts(body, scanMembers(body, protocol.requestKeys, 0, protocol.messages), path)
  }
  if (fields !== undefined) return protocol.formFacts?.(fields, path)
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
    if (isHeaders(headers)) return headers.get(name)
    const entries = (
      Array.isArray(headers) ? headers : Object.entries(headers)
    ) as readonly (readonly [string, unknown])[]
    return text(entries.find(([key]) => key.toLowerCase() === name)?.[1]) ?? null
  }
}

function isHeaders(headers: object): headers is Headers {
  return 'get' in headers && typeof headers.get === 'function'
}
