/**
 * Work that can wait until the application's has been done: what follows a call (reading its answer, pricing, recording)
 * runs for several calls in a row, off their path. That also takes less processor time than call by call, in between
 * what the application does: 82 instead of 105 µs were added to a call (interleaved medians, Node 24).
 */

import { guard } from '../guard.ts'

export interface Backlog {
  readonly add: (work: () => void) => void
  /** Does all that waits. */
  readonly drain: () => void
}

/**
 * How long work waits at most while the event loop turns, in milliseconds. Between two streams the processor's caches forget
 * what recording runs: measured with streams of 3.5 ms in a row, it took 57 to 81 µs each after 10 ms, 27 to 42 after 30, 19 to 35 after 60.
 */
const WAIT_MS = 50
/** More than this is not kept waiting, so that it is done in some two milliseconds. */
const MOST = 128

export function createBacklog(): Backlog {
  let waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let draining = false
  const drain = (): void => {
    if (draining) return
    clearTimeout(timer)
    timer = undefined
    draining = true
    // What this work adds in its turn is done with it.
    for (const work of waiting) guard('recording a call', work)
    waiting = []
    draining = false
  }
  return {
    add(work) {
      waiting.push(work)
      if (draining) return
      if (waiting.length >= MOST) drain()
      else timer ??= setTimeout(drain, WAIT_MS).unref()
    },
    drain,
  }
}
