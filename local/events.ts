/** Server-sent events: tells open pages that something has changed, at most once in a while. */

import type { ServerResponse } from 'node:http'

/** Milliseconds between two events, so that a busy application does not make the page recompute all the time. */
const PAUSE_MS = 500
/** Milliseconds of quiet after which it is said once more: an answer may have been a little old (see paced.ts). */
const SETTLE_MS = 3_000
/** Proxies and browsers give up silent connections after about a minute. */
const KEEP_ALIVE_MS = 20_000

const CHANGE = 'event: change\ndata: {}\n\n'

export interface Events {
  /** Keeps the response open until its client leaves. */
  subscribe(response: ServerResponse): void
  /** Something has changed. */
  changed(): void
  close(): void
}

export function events(): Events {
  const open = new Set<ServerResponse>()
  let pending: NodeJS.Timeout | undefined
  let settled: NodeJS.Timeout | undefined
  const send = (text: string): void => {
    for (const response of open) response.write(text)
  }
  const beat = setInterval(() => send(': still here\n\n'), KEEP_ALIVE_MS).unref()
  return {
    subscribe(response) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write('retry: 2000\n\n')
      open.add(response)
      response.once('close', () => open.delete(response))
    },
    changed() {
      pending ??= setTimeout(() => {
        pending = undefined
        send(CHANGE)
      }, PAUSE_MS).unref()
      clearTimeout(settled)
      settled = setTimeout(() => send(CHANGE), SETTLE_MS).unref()
    },
    close() {
      clearInterval(beat)
      clearTimeout(pending)
      clearTimeout(settled)
      for (const response of open) response.end()
      open.clear()
    },
  }
}
