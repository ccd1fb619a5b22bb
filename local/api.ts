/** The JSON behind the page and the commands that read a store. GET only. */

import type { Overview } from './answers.ts'
import type { Changes } from './changes.ts'
import type { Explanation } from './explain/explanation.ts'
import { explainPeriods, featuresOf, latestChange } from './explain/of-store.ts'
import { overview } from './overview.ts'
import { paced } from './paced.ts'
import { BadRequest, grouping, range, textOf, wholeNumber } from './query.ts'
import { report } from './report.ts'
import type { Store } from './store.ts'

/** Rows of one answer to `/api/calls`. */
const MOST_ROWS = 10_000

/**
 * The answer to a path, or `undefined` where there is none.
 * @throws BadRequest
 */
export type Api = (path: string, query: URLSearchParams) => unknown

type Route = (query: URLSearchParams, now: number) => unknown

export function api(store: Store, changes: Changes): Api {
  const pace = paced<Overview>()
  const routes: Readonly<Record<string, Route>> = {
    '/api/overview': (query, now) => {
      const [by = 'feature'] = grouping(query.get('by') ?? 'feature')
      const periodMs = wholeNumber(query, 'period')
      return pace(`${by} ${periodMs}`, () => overview(store, by, periodMs, now))
    },
    '/api/report': (query, now) => {
      const since = wholeNumber(query, 'since')
      const period = since === undefined ? {} : { from: since }
      return report(store, period, grouping(query.get('by') ?? ''), now)
    },
    '/api/changes': () => ({ change: changes.latest() ?? null }),
    '/api/explain': (query) => explanations(store, query),
    '/api/calls': (query) => ({ calls: calls(query, store) }),
  }
  return (path, query) =>
    Object.hasOwn(routes, path) ? routes[path]?.(query, Date.now()) : undefined
}

export interface Explanations {
  /** The largest change first. Without periods: the lasting change that was found, or none. */
  readonly explanations: readonly Explanation[]
  /** Those that calls name, dearest first. */
  readonly features: readonly string[]
}

/** @throws BadRequest */
function explanations(store: Store, query: URLSearchParams): Explanations {
  const feature = textOf(query, 'feature')
  const [before, after] = [range(query, 'before'), range(query, 'after')]
  if ((before === undefined) !== (after === undefined)) {
    throw new BadRequest('before and after: both or neither')
  }
  const features = featuresOf(store)
  if (before === undefined || after === undefined) {
    const change = latestChange(store, feature)
    return { explanations: change === undefined ? [] : [change], features }
  }
  const names = {
    before: textOf(query, 'beforeName') ?? 'before',
    after: textOf(query, 'afterName') ?? 'after',
  }
  const asked = feature === undefined ? features : [feature]
  return { explanations: explainPeriods(store, { before, after, names }, asked), features }
}

function calls(query: URLSearchParams, store: Store): unknown {
  const feature = query.get('feature')
  const from = wholeNumber(query, 'from')
  const to = wholeNumber(query, 'to')
  const limit = wholeNumber(query, 'limit') ?? 1_000
  return store.rows({
    ...(feature === null ? {} : { feature }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    limit: Math.min(limit, MOST_ROWS),
  })
}
