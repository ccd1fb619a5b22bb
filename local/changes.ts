/** The latest change of spend and its causes, computed when it is asked for and something has come in since. */

import type { Explanation } from './explain/explanation.ts'
import { latestChange } from './explain/of-store.ts'
import { paced } from './paced.ts'
import type { Store } from './store.ts'

export interface Changes {
  latest(): Explanation | undefined
  /** Something came in. */
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
        return latestChange(store)
      })
      return known
    },
    outdated() {
      stale = true
    },
  }
}
