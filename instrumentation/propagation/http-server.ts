/**
 * Inbound requests of `node:http` servers, for applications whose code can't be touched. Node tells of each request on
 * a diagnostics channel before the server's listeners run; nothing is replaced but the `emit` of the request itself.
 * Subscribed to only where headers, baggage or routes are configured.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { carryEvents } from '../attribution/carrying.ts'
import { at, isObject } from '../core/unknown.ts'
import { guard } from '../guard.ts'
import { enterInbound, runInbound, type ReadInbound } from './inbound.ts'

const CHANNEL = 'http.server.request.start'

/** Returns what stops it. */
export function watchInboundRequests(read: ReadInbound): () => void {
  const onRequest = (message: unknown): void => {
    guard('reading an inbound request', () => {
      const request = at(message, 'request')
      if (!isIncoming(request)) return
      const inbound = read({
        url: request.url,
        header: (name) => single(request.headers[name]),
      })
      // The scope is that of this one request: Node runs the channel and the server's listeners in one callback of its
      // parser, and the next request on the connection enters its own.
      enterInbound(inbound)
      carryEvents(request, (work) => runInbound(inbound, work))
    })
  }
  subscribe(CHANNEL, onRequest)
  return () => {
    unsubscribe(CHANNEL, onRequest)
  }
}

function isIncoming(request: unknown): request is IncomingMessage {
  return isObject(request) && isObject(request['headers'])
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value[0]
}
