/** The JSON behind the page and the commands that read a store. GET only. */

import type { Calls, Explanations } from './reports/answers.ts'
import type { Changes } from './changes.ts'
import { explainPeriods, featuresOf, latestChange } from './explain/of-store.ts'
import { overview } from './overview.ts'
import { paced } from './paced.ts'
import {
  BadRequest,
  baselinesOf,
  callFilter,
  dollarsOf,
  grouping,
  periodOf,
  range,
  textOf,
  unitGrouping,
  wholeNumber,
} from './query.ts'
import { report } from './report.ts'
import { budgetReport } from './reports/budget.ts'
import type { Price } from './reports/cache-misses.ts'
import { outcomesReport, type Baselines } from './reports/outcomes.ts'
import { promptsReport } from './reports/prompts.ts'
import { unitsReport } from './reports/units.ts'
import { wasteReport } from './reports/waste.ts'
import type { Period } from './store/figures.ts'
import type { Store } from './store.ts'

/** Rows of one answer to `/api/calls`. */
const MOST_ROWS = 10_000

/**
 * The answer to a path, or `undefined` where there is none.
 * @throws BadRequest
 */
export type Api = (path: string, query: URLSearchParams) => unknown

type Route = (query: URLSearchParams, now: number) => unknown

/** What questions are answered from. */
export interface Sources {
  readonly store: Store
  readonly changes: Changes
  /** Prices usage that could have been: by the book that prices calls on arrival. */
  readonly price: Price
  /** What the page assumes where nothing else is asked for. */
  readonly defaults?: Defaults
}

export interface Defaults {
  readonly budgetUsd?: number
  readonly baselines?: Baselines
}

export function api(sources: Sources): Api {
  const pace = paced<unknown>()
  const routes = routesOf(sources)
  return (path, query) => {
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (route === undefined) return undefined
    const answer = (): unknown => route(query, Date.now())
    return VIEWS.includes(path) ? pace(`${path}?${query.toString()}`, answer) : answer()
  }
}

/** What open pages ask for again and again, and what takes its time with many calls. */
const VIEWS = ['overview', 'units', 'outcomes', 'waste', 'prompts', 'context', 'budget'].map(
  (name) => `/api/${name}`,
)

function routesOf({
  store,
  changes,
  price,
  defaults = {},
}: Sources): Readonly<Record<string, Route>> {
  return {
    '/api/overview': (query, now) => {
      const [by = 'feature'] = grouping(query.get('by') ?? 'feature')
      return overview(store, by, wholeNumber(query, 'period'), now)
    },
    '/api/report': (query, now) =>
      report(store, callFilter(query, now), grouping(query.get('by') ?? ''), now),
    '/api/changes': () => ({ change: changes.latest() ?? null }),
    '/api/explain': (query) => explanations(store, query),
    '/api/units': (query, now) =>
      unitsReport(store, periodAndFeature(query, now), unitGrouping(query.get('by') ?? 'feature')),
    '/api/outcomes': (query, now) => {
      const stated = baselinesOf(query)
      const baselines = stated.size > 0 ? stated : (defaults.baselines ?? stated)
      return outcomesReport(store, periodAndFeature(query, now), baselines)
    },
    '/api/waste': (query, now) => wasteReport(store, callFilter(query, now), price),
    '/api/prompts': (query, now) => ({ prompts: promptsReport(store, callFilter(query, now)) }),
    '/api/context': (query, now) => ({ features: store.contextGrowth(callFilter(query, now)) }),
    '/api/budget': (query, now) => {
      const budget = dollarsOf(query, 'budget') ?? defaults.budgetUsd
      return budgetReport(store, now, budget, textOf(query, 'feature'))
    },
    '/api/extent': () => store.extent(),
    '/api/calls': (query, now) => calls(store, query, now),
  }
}

function periodAndFeature(
  query: URLSearchParams,
  now: number,
): Period & { readonly feature?: string } {
  const feature = textOf(query, 'feature')
  return { ...periodOf(query, now), ...(feature === undefined ? {} : { feature }) }
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

function calls(store: Store, query: URLSearchParams, now: number): Calls {
  const filter = callFilter(query, now)
  const limit = Math.min(wholeNumber(query, 'limit') ?? 1_000, MOST_ROWS)
  const first = query.get('first') === 'dearest' ? 'dearest' : 'latest'
  return { calls: store.rows({ ...filter, limit, first }), totals: store.totals(filter) }
}
