/** Counts identical requests within a unit: an application that asks the same thing again pays again. */

import { hash } from 'node:crypto'
import type { Unit } from '../core/attribution.ts'

/** Units remembered; the longest unused go first. */
const MAX_UNITS = 2_000

export interface Repeats {
  /** The how-manieth request with this body the unit makes, from 1. Keeps a digest, never the text. */
  count(unit: Unit, url: string, body: string): number
}

export function createRepeats(): Repeats {
  const units = new Map<string, Map<string, number>>()
  return {
    count(unit, url, body) {
      const key = `${unit.type}\n${unit.id}`
      const seen = units.get(key) ?? new Map<string, number>()
      units.delete(key)
      units.set(key, seen)
      if (units.size > MAX_UNITS) {
        const oldest = units.keys().next()
        if (oldest.done !== true) units.delete(oldest.value)
      }
      const digest = hash('sha1', `${url}\n${body}`, 'base64')
      const times = (seen.get(digest) ?? 0) + 1
      seen.set(digest, times)
      return times
    },
  }
}
