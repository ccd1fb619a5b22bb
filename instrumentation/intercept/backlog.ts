/**
 * Work that can wait until the application's has been done: what follows a call (reading its answer, pricing, recording)
 * runs for several calls in a row, off their path. In a row it takes a third of the time that it takes call by call,
 * between what the application does (measured: the processor's caches have to be filled once).
 */

import { guard } from '../guard.ts'

export interface Backlog {
  readonly add: (work: () => void) => void
  /** Does all that waits. */
  readonly drain: () => void
}

/** How long work waits at most while the event loop turns. Milliseconds. */
const WAIT_MS = 10
/** More than this is not kept waiting. */
const MOST = 256

export function createBacklog(): Backlog {
  let waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  const drain = (): void => {
    clearTimeout(timer)
    timer = undefined
    const works = waiting
    waiting = []
    for (const work of works) guard('recording a call', work)
  }
  return {
    add(work) {
      waiting.push(work)
      if (waiting.length >= MOST) drain()
      else timer ??= setTimeout(drain, WAIT_MS).unref()
    },
    drain,
  }
}
