/** What was met lately, bounded: for what comes from outside and never ends, such as ids. */

export interface Generations<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

/**
 * Two generations: what was not used while the younger one filled goes. Moving each use to the end of one Map costs 2 µs.
 * @param limit keys remembered, at least: twice as many at most
 */
export function createGenerations<T>(limit: number): Generations<T> {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  const set = (key: string, value: T): void => {
    if (young.size >= limit) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    get(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const earlier = old.get(key)
      if (earlier !== undefined) set(key, earlier)
      return earlier
    },
    set,
  }
}
