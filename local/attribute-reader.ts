/** Reading attributes by name and type. What has another type than it must have counts as absent. */

import type { Attributes } from './receiver/span.ts'

export interface AttributeReader {
  /** Non-empty, at most 512 characters: longer ones are cut, they are names and ids. */
  readonly text: (name: string) => string | undefined
  /** Finite. */
  readonly number: (name: string) => number | undefined
  /** Whole, from 0 to ten billion: more than any call's tokens. */
  readonly count: (name: string) => number | undefined
  readonly flag: (name: string) => boolean | undefined
  /** Strings under a prefix, by what follows it. */
  readonly prefixed: (prefix: string) => Readonly<Record<string, string>>
}

const LONGEST_TEXT = 512
const HIGHEST_COUNT = 1e10

export function reader(attributes: Attributes): AttributeReader {
  const number = (name: string): number | undefined => {
    const value = attributes.get(name)
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  return {
    text(name) {
      const value = attributes.get(name)
      return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_TEXT) : undefined
    },
    number,
    count(name) {
      const value = number(name)
      if (value === undefined || !Number.isInteger(value)) return undefined
      return value >= 0 && value <= HIGHEST_COUNT ? value : undefined
    },
    flag(name) {
      const value = attributes.get(name)
      return typeof value === 'boolean' ? value : undefined
    },
    prefixed(prefix) {
      const found: [string, string][] = []
      for (const [key, value] of attributes) {
        if (!key.startsWith(prefix) || typeof value !== 'string') continue
        found.push([key.slice(prefix.length), value.slice(0, LONGEST_TEXT)])
      }
      return Object.fromEntries(found)
    },
  }
}
