/**
 * Delivers OTLP batches over HTTP without ever keeping the process alive: sockets and back-off timers are unreferenced,
 * and what is not acknowledged stays known, so that process end can finish it. (The exporters of OpenTelemetry JS
 * 0.301 back off on referenced timers: against a dead endpoint they held a finished process for 7.1 s, measured.)
 */

import type { IncomingMessage } from 'node:http'
import { DEFAULT_TIMEOUT_MS, type Endpoint } from './endpoint.ts'

export interface Delivery {
  /** Takes one batch over: it is delivered, or given up and counted as lost. */
  send(body: Uint8Array, items: number): void
  /** While set nothing waits for a retry: what is under way gets one more attempt at once, what comes gets one. */
  hurry(on: boolean): void
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>
  /** Bodies that nobody has acknowledged. */
  unacknowledged(): readonly Uint8Array[]
  /** Somebody else has delivered this body. */
  acknowledge(body: Uint8Array): void
  /** Items that a receiver has taken. */
  readonly delivered: number
  /** Items given up so far, and why the last of them was. */
  readonly lost: { readonly items: number; readonly reason: string | undefined }
  readonly endpoint: Endpoint
}

interface Batch {
  readonly body: Uint8Array
  readonly items: number
}

type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number | undefined }

/** Batches under way; more than this against a dead endpoint would only fill the application's memory. */
const MAX_PENDING = 64
/**
 * A batch is kept at least so long: a Collector that restarts reads its price table for some seconds, on a busy machine for
 * more than the 10 that OpenTelemetry gives an export.
 */
const KEPT_MS = 60_000
const NOTHING: Delivery['lost'] = { items: 0, reason: undefined }
const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 5_000
/** OTLP specification, "Failures": these, and no others, may be sent again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * @param superseded whether each batch says all that those before it did, as cumulative metrics do: they are kept no longer
 * than an export may take, and what was lost of them is made good by the next that arrives
 */
export function createDelivery(
  endpoint: Endpoint,
  superseded: () => boolean = () => false,
): Delivery {
  const pending = new Map<Batch, Promise<void>>()
  const pauses = createPauses()
  let hurried = false
  let delivered = 0
  let lost = NOTHING
  const lose = (batch: Batch, reason: string): void => {
    lost = { items: lost.items + batch.items, reason }
  }
  const deliver = async (batch: Batch): Promise<void> => {
    const deadline = Date.now() + keptMs(endpoint, superseded())
    const refusal = await tried(endpoint, batch.body, { deadline, pauses, hurried: () => hurried })
    if (refusal !== undefined) {
      lose(batch, refusal)
      return
    }
    delivered += batch.items
    if (superseded()) lost = NOTHING
  }
  return {
    endpoint,
    send(body, items) {
      const batch = { body, items }
      if (pending.size >= MAX_PENDING) {
        lose(batch, 'too many batches wait')
        return
      }
      const outcome = deliver(batch).finally(() => pending.delete(batch))
      pending.set(batch, outcome)
    },
    hurry(on) {
      hurried = on
      if (on) pauses.wakeAll()
    },
    async settled() {
      await Promise.all(pending.values())
    },
    unacknowledged: () => [...pending.keys()].map((batch) => batch.body),
    acknowledge(body) {
      for (const batch of pending.keys()) {
        if (batch.body === body && pending.delete(batch)) delivered += batch.items
      }
    },
    get delivered() {
      return delivered
    },
    get lost() {
      return lost
    },
  }
}

function keptMs({ timeoutMs }: Endpoint, superseded: boolean): number {
  const ofAnExport = timeoutMs || DEFAULT_TIMEOUT_MS
  return superseded ? ofAnExport : Math.max(ofAnExport, KEPT_MS)
}

interface Trying {
  readonly deadline: number
  readonly pauses: Pauses
  readonly hurried: () => boolean
}

/** Tries until it is delivered, or has to be given up: then with the reason. */
async function tried(
  endpoint: Endpoint,
  body: Uint8Array,
  { deadline, pauses, hurried }: Trying,
): Promise<string | undefined> {
  let backoff = FIRST_BACKOFF_MS
  for (;;) {
    const last = hurried()
    const outcome = await attempt(endpoint, body)
    if (outcome.kind === 'delivered') return undefined
    const wait = outcome.kind === 'retry' ? (outcome.afterMs ?? backoff) : Infinity
    if (last || Date.now() + wait > deadline) return outcome.reason
    backoff = Math.min(backoff * 1.5, LONGEST_BACKOFF_MS)
    await pauses.pause(wait)
  }
}

interface Pauses {
  /** Resolves after so many milliseconds, or with `wakeAll`. Does not keep the process alive. */
  readonly pause: (ms: number) => Promise<void>
  readonly wakeAll: () => void
}

function createPauses(): Pauses {
  const wakers = new Set<() => void>()
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          wakers.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, ms).unref()
        wakers.add(wake)
      }),
    wakeAll() {
      for (const wake of [...wakers]) wake()
    },
  }
}

async function attempt(endpoint: Endpoint, body: Uint8Array): Promise<Outcome> {
  try {
    const payload = endpoint.gzip ? await gzip(body) : body
    const headers = {
      ...(await endpoint.headers()),
      ...(endpoint.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    }
    const response = await post(endpoint, headers, payload)
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 300) return { kind: 'delivered' }
    const reason = `HTTP ${status}`
    if (!RETRYABLE.has(status)) return { kind: 'refused', reason }
    const seconds = Number(response.headers['retry-after'] ?? NaN)
    return { kind: 'retry', reason, afterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    return { kind: 'retry', reason: code ?? String(error), afterMs: undefined }
  }
}

async function gzip(body: Uint8Array): Promise<Uint8Array> {
  const [{ gzip: compress }, { promisify }] = await Promise.all([
    import('node:zlib'),
    import('node:util'),
  ])
  return await promisify(compress)(body)
}

/** Resolves when the answer has been read; nobody needs its body. */
async function post(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<IncomingMessage> {
  const url = new URL(endpoint.url)
  const { request } = await (url.protocol === 'http:' ? import('node:http') : import('node:https'))
  const agent = await endpoint.agent(url.protocol)
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'Content-Length': body.byteLength } },
      (response) => {
        response.on('error', reject)
        response.on('end', () => {
          resolve(response)
        })
        response.resume()
      },
    )
    outgoing.on('socket', (socket) => {
      socket.unref()
    })
    outgoing.setTimeout(endpoint.timeoutMs || DEFAULT_TIMEOUT_MS, () => {
      outgoing.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
