/**
 * What happens to open calls and unsent telemetry when the process ends: naturally, by `process.exit`, by an uncaught
 * exception or by a signal. Bounded, never twice, and nothing at all where nothing was recorded.
 */

import { spawnSync } from 'node:child_process'
import { isMainThread } from 'node:worker_threads'
import { guard, guardAsync } from './guard.ts'
import type { Delivery } from './record/delivery.ts'
import type { Telemetry } from './record/telemetry.ts'

export interface ProcessEndOptions {
  /** Ours; absent where the application set OpenTelemetry up first: its set-up flushes itself. */
  readonly telemetry: Telemetry | undefined
  /** Ends every call that is still open. */
  readonly endCalls: () => void
  /** Whether anything has been recorded since the last flush. */
  readonly recorded: () => boolean
  readonly flushTimeoutMs: number
  readonly handover: boolean
  /** Called when all is done that is done at the end; more than once. */
  readonly onEnded?: (() => void) | undefined
}

/** The longest a handover child may hold `process.exit`. Milliseconds. */
const HANDOVER_MS = 1_000

export function watchProcessEnd(options: ProcessEndOptions): void {
  const { telemetry } = options
  const responsible = (): Telemetry | undefined =>
    telemetry?.stoodAside === false && options.recorded() ? telemetry : undefined
  let warned = false
  const warn = (deliveries: readonly Delivery[]): void => {
    const line = warned ? undefined : lossOf(deliveries)
    if (line === undefined) return
    warned = true
    process.stderr.write(`${line}\n`)
  }
  const flushAll = async (): Promise<void> => {
    options.endCalls()
    const ours = responsible()
    if (ours === undefined) return
    await within(options.flushTimeoutMs, ours.flush())
    warn(ours.deliveries())
  }
  const finish = (): Promise<void> => flushAll().finally(options.onEnded)
  process.once('beforeExit', () => {
    guardAsync('flushing at the end', finish)
  })
  process.once('exit', () => {
    guard('ending with the process', () => {
      options.endCalls()
      const ours = responsible()
      if (ours === undefined) return
      ours.handOverSpans()
      if (options.handover) handOver(ours.deliveries())
      warn(ours.deliveries())
    })
    options.onEnded?.()
  })
  if (isMainThread) for (const signal of ['SIGTERM', 'SIGINT'] as const) onSignal(signal, finish)
}

/** Only where the application does not handle the signal itself: flush, then let it do what it would have done. */
function onSignal(signal: NodeJS.Signals, finish: () => Promise<void>): void {
  const listener = (): void => {
    if (process.listenerCount(signal) > 1) return
    const raise = (): void => {
      process.removeListener(signal, listener)
      process.kill(process.pid, signal)
    }
    finish().then(raise, raise)
  }
  process.on(signal, listener)
}

/** A timer that holds the process open: nothing else of ours does. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}

/** One line for what nobody received, or nothing. */
function lossOf(deliveries: readonly Delivery[]): string | undefined {
  for (const delivery of deliveries) {
    const { lost, endpoint } = delivery
    const waiting = delivery.unacknowledged().length
    if (lost.items === 0 && waiting === 0) continue
    const reason = lost.reason ?? 'no answer in time'
    return (
      `costspan: telemetry could not be delivered to ${endpoint.url} (${reason}); ` +
      'set OTEL_EXPORTER_OTLP_ENDPOINT, or start `costspan local` to receive it'
    )
  }
  return undefined
}

/** Sends one batch: the URL and headers come as arguments, the body on stdin. */
const CHILD = `
const [url, headers, timeout] = process.argv.slice(1)
const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http')
const body = require('node:fs').readFileSync(0)
const outgoing = request(url, { method: 'POST', headers: { ...JSON.parse(headers), 'Content-Length': body.length } }, (response) => {
  response.resume()
  process.exitCode = response.statusCode < 300 ? 0 : 1
})
outgoing.setTimeout(Number(timeout), () => outgoing.destroy(new Error('timed out')))
outgoing.on('error', () => { process.exitCode = 1 })
outgoing.end(body)
`

/** Hands unacknowledged batches to a child process each, synchronously, until the time is used up. */
function handOver(deliveries: readonly Delivery[]): void {
  const deadline = Date.now() + HANDOVER_MS
  for (const delivery of deliveries) {
    for (const body of delivery.unacknowledged()) {
      const left = deadline - Date.now()
      if (left <= 0) return
      const { url, knownHeaders } = delivery.endpoint
      const child = spawnSync(
        process.execPath,
        ['-e', CHILD, url, JSON.stringify(knownHeaders()), String(left)],
        // An empty environment: no preload, no inspector, nothing of the application's.
        {
          input: body,
          timeout: left,
          env: {},
          stdio: ['pipe', 'ignore', 'ignore'],
          windowsHide: true,
        },
      )
      if (child.status === 0) delivery.acknowledge(body)
    }
  }
}
