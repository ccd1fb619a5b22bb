/**
 * Bytes of a stream that nobody has searched yet. A search costs more to begin than to go on with, so small chunks that
 * follow each other are copied side by side and searched together: by the next one that does not fit, by another
 * stream's, by whatever ends the stream, or a moment later. One room serves all streams, so that ten thousand open ones
 * hold no more of it than one.
 */

import { guard } from '../guard.ts'
import type { Exchange } from './open-call.ts'

/** Searches these bytes of the exchange's stream. They are only lent. */
type Search = (exchange: Exchange, bytes: Uint8Array) => void

/** Bytes. */
const ROOM = 16 * 1024
const room = new Uint8Array(ROOM)
let length = 0
let owner: Exchange | undefined
let search: Search | undefined
let due = false

/** `]` and a blank line: the `[DONE]` with which many streams end, and which some applications read no further than. */
const BRACKET = 0x5d
const LF = 0x0a

/** Keeps a chunk for later, where it is small and can wait. False: search it now. */
export function putOff(exchange: Exchange, bytes: Uint8Array, by: Search): boolean {
  const size = bytes.byteLength
  if (size > ROOM / 4 || (bytes[size - 3] === BRACKET && bytes[size - 1] === LF)) return false
  if (owner !== exchange || length + size > ROOM) searchUnread()
  room.set(bytes, length)
  length += size
  owner = exchange
  search = by
  if (!due) {
    due = true
    exchange.calls.later(searchDue)
  }
  return true
}

/** Searches what has been put off of this exchange's stream. */
export function catchUp(exchange: Exchange): void {
  if (owner === exchange) searchUnread()
}

function searchUnread(): void {
  const exchange = owner
  if (exchange === undefined) return
  const bytes = room.subarray(0, length)
  owner = undefined
  length = 0
  guard('searching a stream', () => search?.(exchange, bytes))
}

function searchDue(): void {
  due = false
  searchUnread()
}
