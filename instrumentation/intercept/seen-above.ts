/**
 * One call may pass several of our hooks on its way out: the AWS SDK's requests and those of a `fetch` that is a polyfill
 * go through `node:https`. The topmost sees the whole call; what lies below it asks here and looks away.
 */

import { AsyncLocalStorage } from 'node:async_hooks'

const above = new AsyncLocalStorage<boolean>()

/** Runs what sends a request that is observed already. */
export function runSeen<T>(send: () => T): T {
  return above.run(true, send)
}

/** Whether the request that is about to be made belongs to a call that is observed already. */
export function isSeenAbove(): boolean {
  return above.getStore() === true
}
