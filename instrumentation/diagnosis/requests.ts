/**
 * Who makes calls, and which requests look like calls without being taken for any. Requests are noticed on Node's own
 * diagnostics channels: nothing is patched, and no header but `user-agent` and no body is looked at.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { DiagnosedClient, UnclaimedRequests } from '../core/diagnosis.ts'
import { at, text } from '../core/unknown.ts'
import { guard } from '../guard.ts'
import type { ClaimedRequest } from '../intercept/claim.ts'
import { hostOf } from '../providers/hosts.ts'
import { protocolFor } from '../providers/registry.ts'
import { clientNamed } from './user-agent.ts'

export interface RequestCounts {
  /** A request that is taken for a call. */
  claimed(hook: string, request: ClaimedRequest): void
  clients(): readonly DiagnosedClient[]
  unclaimed(): readonly UnclaimedRequests[]
  /** Stops listening. */
  close(): void
}

/** A process with more of them has shown what there is to show. */
const MAX_KINDS = 200

interface Seen {
  readonly via: string
  readonly address: string
  readonly form: string | undefined
  requests: number
}

export function createRequestCounts(): RequestCounts {
  const clients = new Map<string, { -readonly [K in keyof DiagnosedClient]: DiagnosedClient[K] }>()
  const claims = new Set<string>()
  const seen = new Map<string, Seen>()
  const notice = (via: string, method: unknown, origin: unknown, path: unknown): void => {
    if (method !== 'POST') return
    const found = lookedAt(via, `${text(origin) ?? ''}${text(path) ?? ''}`)
    if (found === undefined) return
    const key = `${via} ${found.address}`
    if (!seen.has(key) && seen.size >= MAX_KINDS) return
    const kept = seen.get(key) ?? found
    kept.requests += 1
    seen.set(key, kept)
  }
  const listeners = [
    ['undici:request:create', (message: unknown) => noticeFetch(message, notice)],
    ['http.client.request.start', (message: unknown) => noticeHttp(message, notice)],
  ] as const
  for (const [channel, listener] of listeners) subscribe(channel, listener)
  return {
    claimed(hook, request) {
      const { href } = request.target
      const { address } = addressOf(href)
      if (claims.size < MAX_KINDS) claims.add(address)
      const client = clientNamed(request.header('user-agent') ?? undefined, hook)
      const key = `${hook} ${client.name} ${client.version ?? ''}`
      if (!clients.has(key) && clients.size >= MAX_KINDS) return
      const kept = clients.get(key) ?? { ...client, hook, calls: 0 }
      kept.calls += 1
      clients.set(key, kept)
    },
    clients: () => [...clients.values()],
    unclaimed: () => [...seen.values()].filter(({ address }) => !claims.has(address)).map(plain),
    close() {
      for (const [channel, listener] of listeners) unsubscribe(channel, listener)
    },
  }
}

function plain({ via, address, form, requests }: Seen): UnclaimedRequests {
  return { via, address, ...(form === undefined ? {} : { form }), requests }
}

type Notice = (via: string, method: unknown, origin: unknown, path: unknown) => void

/** Source: nodejs.org/api/diagnostics_channel and undici's docs/DiagnosticsChannel.md: `fetch` and undici's own `request`. */
function noticeFetch(message: unknown, notice: Notice): void {
  guard('noticing a request', () => {
    const request = Reflect.get(Object(message), 'request') as Record<string, unknown>
    // A `fetch` sends this with every request, undici's other functions with none.
    const headers: unknown = request['headers']
    const byFetch = Array.isArray(headers) && headers.includes('sec-fetch-mode')
    notice(
      byFetch ? 'fetch' : 'undici',
      request['method'],
      String(request['origin']),
      request['path'],
    )
  })
}

/** A `ClientRequest` of `node:http` or `node:https`. */
function noticeHttp(message: unknown, notice: Notice): void {
  guard('noticing a request', () => {
    const request = at(message, 'request') as {
      readonly method?: unknown
      readonly protocol?: unknown
      readonly path?: unknown
      getHeader(name: string): unknown
    }
    const origin = `${text(request.protocol) ?? 'http:'}//${String(request.getHeader('host'))}`
    notice('node:http', request.method, origin, request.path)
  })
}

function lookedAt(via: string, href: string): Seen | undefined {
  if (!URL.canParse(href)) return undefined
  const { address, hostname, path } = addressOf(href)
  const protocol = protocolFor(path)
  const looks = protocol !== undefined || servesModels(hostname, path) || MODEL_PATH.test(path)
  return looks ? { via, address, form: protocol?.name, requests: 0 } : undefined
}

/** What APIs of models call their paths, below a version. */
const MODEL_PATH =
  /\/v\d+\w*\/(?:[\w.-]+\/)*(?:chat|completions?|messages|generate|embed|embeddings|rerank|infer|predict)$/

/** Hosts of models that no file of ours names yet: what is sent there is likely to cost something. */
const MODEL_HOSTS =
  /(?:^|\.)(?:replicate|deepinfra|cerebras|sambanova|ai21|voyageai|jina)\.(?:com|ai)$/

/** What costs nothing by itself. */
const FREE_PATH = /\/(?:files|uploads|count_tokens|models)\b|:countTokens$/

function servesModels(hostname: string, path: string): boolean {
  if (FREE_PATH.test(path)) return false
  return hostOf(hostname, '') !== undefined || MODEL_HOSTS.test(hostname)
}

/** Whose names are more than a program's own words: ids, numbers, addresses. */
const ID = /\d{4}|[@%]|^.{33}/

function addressOf(href: string): { address: string; hostname: string; path: string } {
  const { host, hostname, pathname } = new URL(href)
  const segments = pathname.split('/').map((segment) => (ID.test(segment) ? '…' : segment))
  return { address: `${host}${segments.join('/')}`, hostname, path: pathname }
}
