/** `costspan local`: receiver, store, JSON and page on one loopback port. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CostRule } from '../instrumentation/core/cost-rule.ts'
import { bundledBook } from '../instrumentation/pricing/bundled.ts'
import { guardAsync } from '../instrumentation/guard.ts'
import { price } from '../instrumentation/pricing/index.ts'
import { api, type Api, type Defaults } from './api.ts'
import { changes } from './changes.ts'
import { events, type Events } from './events.ts'
import { arrivals, type Prices } from './arrivals.ts'
import type { Pricer } from './from-span.ts'
import { isLoopback, LOOPBACK } from './hosts.ts'
import { pageFile } from './page-files.ts'
import { BadRequest } from './query.ts'
import { LocalProblem } from './problem.ts'
import { receive, SIGNAL_PATHS, type Keep } from './receiver/receiver.ts'
import { openStore, type Store } from './store.ts'

export interface LocalOptions {
  /** 0 picks a free one. */
  readonly port: number
  /** SQLite file; in memory when absent. */
  readonly db?: string
  /** Loopback address to listen on. Default 127.0.0.1. */
  readonly host?: string
  /** Bytes of data above which the oldest single calls go and stay as hourly sums. Default 1 GB, in memory 256 MB. */
  readonly maxBytes?: number
  /** Told, in one line, what the user should know: a damaged file that was set aside. */
  readonly notice?: (line: string) => void
  /** Prices spans that bear no cost. Default: the bundled price book. */
  readonly price?: Pricer
  /** What the page assumes: a budget, what outcomes cost otherwise. Default: nothing. */
  readonly defaults?: Defaults
  /** Prices spans that are no calls and bear no cost. Default: none. */
  readonly rules?: readonly CostRule[]
}

export interface Local {
  /** Of the page, and the OTLP endpoint: `http://127.0.0.1:4318`. */
  readonly url: string
  readonly port: number
  readonly store: Store
  /** Ends open connections and closes the store. */
  close(): Promise<void>
}

interface Parts {
  readonly api: Api
  readonly events: Events
  readonly keep: Keep
}

/** @throws LocalProblem where the port or the file can't be used. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { port, host = LOOPBACK } = options
  if (!isLoopback(host.includes(':') ? `[${host}]` : host)) {
    throw new LocalProblem(`${host}: costspan local listens on loopback only; allowed: 127.0.0.1`)
  }
  const store = openStore({
    ...(options.db === undefined ? {} : { path: options.db }),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    ...(options.notice === undefined ? {} : { notice: options.notice }),
  })
  const prices: Prices = {
    price: options.price ?? ((request) => price(bundledBook(), request)),
    rules: options.rules ?? [],
  }
  const parts = assemble(store, prices, options.defaults ?? {})
  const server = createServer((request, response) => {
    guardAsync('a request', () => handle(request, response, parts))
  })
  server.requestTimeout = 30_000
  try {
    await listen(server, port, host)
  } catch (error) {
    parts.events.close()
    store.close()
    throw error
  }
  const address = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    store,
    async close() {
      parts.events.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      store.close()
    },
  }
}

function assemble(store: Store, prices: Prices, defaults: Defaults): Parts {
  const tell = events()
  const latest = changes(store)
  const keep = arrivals(store, prices, () => {
    latest.outdated()
    tell.changed()
  })
  return { api: api({ store, changes: latest, price: prices.price, defaults }), events: tell, keep }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${port} on ${host} is in use; stop what listens there or choose another with --port`
          : `port ${port} on ${host} can't be used (${error.message}); choose another with --port`
      reject(new LocalProblem(reason))
    })
    server.listen(port, host, resolve)
  })
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
): Promise<void> {
  // A client that leaves in the middle of its request or of our answer is no failure of ours.
  request.on('error', () => request.destroy())
  response.on('error', () => response.destroy())
  try {
    await route(request, response, parts)
  } catch (error) {
    const [status, message] =
      error instanceof BadRequest ? [400, error.message] : [500, `costspan local: ${String(error)}`]
    if (response.headersSent) response.destroy()
    else answer(response, status, { error: message })
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
): Promise<void> {
  if (!isLoopback(request.headers.host)) {
    const host = request.headers.host ?? 'none'
    answer(response, 403, { error: `host '${host}': use http://127.0.0.1 or http://localhost` })
    return
  }
  const url = new URL(request.url ?? '/', 'http://loopback')
  const path = url.pathname
  const signal = SIGNAL_PATHS.find((known) => known === path)
  if (signal !== undefined) return await receive(signal, request, response, parts.keep)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const known = path === '/' || path.startsWith('/api/')
    const message = `${String(request.method)} ${path}: ${known ? 'only GET is allowed' : `no such path; OTLP goes to ${SIGNAL_PATHS.join(', ')}`}`
    response.setHeader('connection', 'close')
    if (known) response.setHeader('allow', 'GET, HEAD')
    answer(response, known ? 405 : 404, { error: message })
    return
  }
  if (path === '/api/events') return parts.events.subscribe(response)
  const found = parts.api(path, url.searchParams)
  if (found !== undefined) answer(response, 200, found)
  else await page(path, response)
}

async function page(path: string, response: ServerResponse): Promise<void> {
  const file = await pageFile(path)
  if (file === undefined) {
    const error =
      path === '/' ? 'the page is not built: npm run build' : `${path}: there is nothing here`
    answer(response, path === '/' ? 503 : 404, { error })
    return
  }
  response.writeHead(200, { ...headers, 'content-type': file.type }).end(file.bytes)
}

/** Nothing from elsewhere is loaded, and no other site may frame or read us. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const type = 'application/json; charset=utf-8'
  response.writeHead(status, { ...headers, 'content-type': type }).end(JSON.stringify(body))
}
