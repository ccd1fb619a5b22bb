/**
 * Sees LLM calls made with the npm package `undici`. Its `fetch` is observed as the global one is, where the package is
 * loaded under its name. Its `request`, `stream`, `pipeline` and dispatchers are seen on the diagnostics channels that
 * every copy of it publishes on. Node's own copy publishes there too: what a `fetch` sends is not looked at there.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isObject } from '../core/unknown.ts'
import { guard } from '../guard.ts'
import { protocolFor } from '../providers/registry.ts'
import { withoutQuery } from './claim.ts'
import { observedFetch } from './fetch.ts'
import type { Observation } from './start-call.ts'
import type { UndiciRequest } from './undici-headers.ts'

type UndiciRequests = typeof import('./undici-request.ts')

/** Undici 4.7 on. In the constructor of each request, before it is sent. */
const CREATED = 'undici:request:create'

/** Its `fetch` sends this with every request, and `request` with none: the Fetch standard demands it. */
const MADE_BY_FETCH = 'sec-fetch-mode'

/**
 * Returns what stops it.
 * @param load gives what observes calls, asked for with the first one
 */
export function interceptUndici(observation: Observation, load: () => UndiciRequests): () => void {
  let requests: ReturnType<UndiciRequests['watchUndiciRequests']> | undefined
  const onCreated = (message: unknown): void => {
    const { request } = message as { readonly request: UndiciRequest }
    if (request.method !== 'POST' || protocolFor(withoutQuery(request.path)) === undefined) return
    guard('watching a request', () => {
      // Where a pool makes requests wait, they are created in some other request's context: that alone does not tell.
      const { recorder } = observation
      if (recorder.sending() || request.headers.includes(MADE_BY_FETCH)) return
      if (recorder.suppressed()) return
      requests ??= load().watchUndiciRequests(observation)
      requests.watch(request)
    })
  }
  subscribe(CREATED, onCreated)
  return () => {
    unsubscribe(CREATED, onCreated)
    requests?.stop()
  }
}

/** Takes the package's exports at each load. */
export function createUndiciHook(observation: Observation): (exports: unknown) => void {
  const hooked = new WeakSet()
  return (exports) => {
    if (!isObject(exports) || hooked.has(exports)) return
    const { fetch } = exports
    if (typeof fetch !== 'function') return
    hooked.add(exports)
    Reflect.set(exports, 'fetch', observedFetch(fetch as typeof globalThis.fetch, observation))
  }
}
