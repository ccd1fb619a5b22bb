/** Explanations of what a store holds: two periods that were asked for, or the change that is found in it. */

import type { Store } from '../store.ts'
import type { Period } from '../store/figures.ts'
import { explain } from './explain.ts'
import type { Explanation } from './explanation.ts'
import { findChange } from './find-change.ts'
import type { Spend } from './spend.ts'

/** Calls that a change is looked for in, the latest. */
const MOST_ROWS = 50_000

export interface Periods {
  readonly before: Required<Period>
  readonly after: Required<Period>
  /** What they are called in a sentence. */
  readonly names: { readonly before: string; readonly after: string }
}

/** By feature, the largest change first; features without any call or cost in both periods are left out. */
export function explainPeriods(
  store: Store,
  periods: Periods,
  features: readonly string[] = featuresOf(store),
): readonly Explanation[] {
  const { keptFrom } = store.extent()
  const cut = keptFrom !== undefined && keptFrom > periods.before.from ? { keptFrom } : {}
  return features
    .map((feature) => {
      const before = spendOf(store, feature, periods.before)
      const after = spendOf(store, feature, periods.after)
      if (isEmpty(before) && isEmpty(after)) return undefined
      const { from, to } = periods.after
      const options = { feature, since: from, until: to, names: periods.names }
      return { ...explain(before, after, options), ...cut }
    })
    .filter((found) => found !== undefined)
    .sort((x, y) => Math.abs(y.totalUsd) - Math.abs(x.totalUsd))
}

/** The lasting change that mattered most, of one feature or of all. */
export function latestChange(store: Store, feature?: string): Explanation | undefined {
  const filter = { ...(feature === undefined ? {} : { feature }), limit: MOST_ROWS }
  return findChange(store.rows(filter), store.costs(filter))
}

/** Those that calls name, dearest first. */
export function featuresOf(store: Store): readonly string[] {
  return store
    .groups({}, ['feature'])
    .map(({ key }) => key.feature ?? undefined)
    .filter((name) => name !== undefined)
}

function spendOf(store: Store, feature: string, period: Period): Spend {
  const filter = { ...period, feature }
  return { calls: store.rows(filter), costs: store.costs(filter) }
}

const isEmpty = ({ calls, costs }: Spend): boolean => calls.length === 0 && costs.length === 0
