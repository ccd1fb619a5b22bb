/** The latest change of spend and its causes, computed when it is asked for and something has come in since. */

import type { Explanation } from './explain/explanation.ts'
import { findChange } from './explain/find-change.ts'
import { paced } from './paced.ts'
import type { Store } from './store.ts'

/** Calls that are looked at, the latest. */
const MOST_ROWS = 50_000

export interface Changes {
  latest(): Explanation | undefined
  /** Calls came in. */
  outdated(): void
}

export function changes(store: Store): Changes {
  const pace = paced<Explanation | undefined>()
  let known: Explanation | undefined
  let stale = true
  return {
    latest() {
      if (!stale) return known
      known = pace('', () => {
        stale = false
        return findChange(store.rows({ limit: MOST_ROWS }))
      })
      return known
    },
    outdated() {
      stale = true
    },
  }
}
