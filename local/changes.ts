/** The latest change of spend and its causes, computed when it is asked for and something has come in since. */

import { findChange, type Explanation } from './explain.ts'
import type { Store } from './store.ts'

/** Calls that are looked at, the latest. */
const MOST_ROWS = 100_000
/** Milliseconds for which an explanation stands although calls came in. */
const FRESH_MS = 1_000

export interface Changes {
  latest(): Explanation | undefined
  /** Calls came in. */
  outdated(): void
}

export function changes(store: Store): Changes {
  let known: Explanation | undefined
  let stale = true
  let at = 0
  return {
    latest() {
      if (stale && Date.now() - at >= FRESH_MS) {
        known = findChange(store.rows({ limit: MOST_ROWS }))
        stale = false
        at = Date.now()
      }
      return known
    },
    outdated() {
      stale = true
    },
  }
}
