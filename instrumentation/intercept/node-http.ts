/**
 * Sees LLM calls made with `node:http` and `node:https`: `axios`, `got`, `node-fetch` and what is built on it. Node tells
 * of every request on a diagnostics channel while its constructor runs, in the caller's context, whichever module form
 * or copy of a function it was made with; nothing of `node:http` is replaced, and it is not loaded for our sake. A
 * request that goes where no call may go costs a look at its path.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { guard } from '../guard.ts'
import { protocolFor } from '../providers/registry.ts'
import { withoutQuery } from './claim.ts'
import type { Observation } from './start-call.ts'

type HttpRequests = typeof import('./http-request.ts')

/** Node 22.12, 23.2. Before it is sent, and before anything of it is. */
const CREATED = 'http.client.request.created'

/**
 * Returns what stops it.
 * @param load gives what observes calls, asked for with the first one
 */
export function interceptNodeHttp(observation: Observation, load: () => HttpRequests): () => void {
  let requests: ReturnType<HttpRequests['watchHttpRequests']> | undefined
  const onCreated = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest }
    if (request.method !== 'POST' || protocolFor(withoutQuery(request.path)) === undefined) return
    guard('watching a request', () => {
      const { recorder } = observation
      if (recorder.sending() || recorder.suppressed()) return
      requests ??= load().watchHttpRequests(observation)
      requests.watch(request)
    })
  }
  subscribe(CREATED, onCreated)
  return () => {
    unsubscribe(CREATED, onCreated)
    requests?.stop()
  }
}
