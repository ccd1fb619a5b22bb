/** The JSON behind the page and `costspan report --url`. GET only. */

import type { Overview } from './answers.ts'
import type { Changes } from './changes.ts'
import { overview } from './overview.ts'
import { paced } from './paced.ts'
import { report } from './report.ts'
import type { Store } from './store.ts'
import { DIMENSIONS, dimensionNamed, type Dimension } from './store/dimensions.ts'

/** A parameter is wrong: one line naming it and what is allowed. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** Rows of one answer to `/api/calls`. */
const MOST_ROWS = 10_000

/**
 * The answer to a path, or `undefined` where there is none.
 * @throws BadRequest
 */
export type Api = (path: string, query: URLSearchParams) => unknown

export function api(store: Store, changes: Changes): Api {
  const pace = paced<Overview>()
  return (path, query) => answer(path, query, store, changes, pace)
}

function answer(
  path: string,
  query: URLSearchParams,
  store: Store,
  changes: Changes,
  pace: ReturnType<typeof paced<Overview>>,
): unknown {
  const now = Date.now()
  if (path === '/api/overview') {
    const [by = 'feature'] = grouping(query.get('by') ?? 'feature')
    const periodMs = milliseconds(query, 'period')
    return pace(`${by} ${periodMs}`, () => overview(store, by, periodMs, now))
  }
  if (path === '/api/report') {
    const since = milliseconds(query, 'since')
    const period = since === undefined ? {} : { from: since }
    return report(store, period, grouping(query.get('by') ?? ''), now)
  }
  if (path === '/api/changes') return { change: changes.latest() ?? null }
  if (path === '/api/calls') return { calls: calls(query, store) }
  return undefined
}

function calls(query: URLSearchParams, store: Store): unknown {
  const feature = query.get('feature')
  const from = milliseconds(query, 'from')
  const to = milliseconds(query, 'to')
  const limit = milliseconds(query, 'limit') ?? 1_000
  return store.rows({
    ...(feature === null ? {} : { feature }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    limit: Math.min(limit, MOST_ROWS),
  })
}

/** @throws BadRequest */
function grouping(text: string): readonly Dimension[] {
  const names = text.split(',').filter((name) => name.trim() !== '')
  return names.map((name) => {
    const dimension = dimensionNamed(name)
    if (dimension !== undefined) return dimension
    throw new BadRequest(`by=${name}: no such grouping. Allowed: ${DIMENSIONS.join(', ')}`)
  })
}

/** @throws BadRequest */
function milliseconds(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) {
    throw new BadRequest(`${name}=${text.slice(0, 40)}: must be a whole number`)
  }
  return Number(text)
}
