/** Counts identical requests within a unit: an application that asks the same thing again pays again. */

import { hash } from 'node:crypto'
import type { Unit } from '../core/attribution.ts'
import { createGenerations } from '../core/generations.ts'

/** Requests remembered, at least: twice as many at most. A unit may be as long as a process lives: a queue, a tenant. */
const MAX_REQUESTS = 20_000

export interface Repeats {
  /** The how-manieth request with this body the unit makes, from 1. Keeps a digest, never the text. */
  count(unit: Unit, url: string, body: string): number
}

export function createRepeats(limit: number = MAX_REQUESTS): Repeats {
  const seen = createGenerations<number>(limit)
  return {
    count(unit, url, body) {
      const digest = hash('sha1', `${unit.type}\n${unit.id}\n${url}\n${body}`, 'base64')
      const times = (seen.get(digest) ?? 0) + 1
      seen.set(digest, times)
      return times
    },
  }
}
