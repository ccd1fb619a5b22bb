/**
 * Notices answers that nobody can read any more. Registering every answer for finalization costs 8 µs a call, a sixth
 * of what a client takes to make one (measured); most are read at once, so only what is still unread when open calls
 * are next looked over is registered. Until then it is held: that delays the clean-up of an unread body by a moment.
 */

import { guard } from '../guard.ts'
import { stopped } from './exchange.ts'
import type { Exchange } from './open-call.ts'

const collected = new FinalizationRegistry<Exchange>((exchange) => {
  exchange.watchers -= 1
  if (exchange.watchers > 0) return
  guard('noting a collected answer', () => {
    stopped(exchange)
  })
})

/** When this object is gone, nobody can read the answer through it any more. */
export function watchCollected(readable: object, exchange: Exchange): void {
  if (exchange.settled) return
  exchange.watchers += 1
  exchange.unwatched.push(readable)
}

/** Lets go of what can still be read, and watches it. */
export function watchUnread(exchange: Exchange): void {
  for (const readable of exchange.unwatched) collected.register(readable, exchange)
  exchange.unwatched = []
}
