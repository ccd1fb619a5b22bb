/** What is looked at stands in the address, so that it can be kept, sent, and gone back to. */

import { GROUPINGS, PERIODS } from './words.ts'

export const VIEWS = [
  ['spend', 'Spend'],
  ['units', 'Units and outcomes'],
  ['waste', 'Waste'],
  ['prompts', 'Prompts'],
  ['budget', 'Budget'],
  ['calls', 'Calls'],
] as const
export type ViewName = (typeof VIEWS)[number][0]

/** Kept when another view is chosen. */
const KEPT = ['period', 'budget', 'baseline']

export const chosen = (): URLSearchParams => new URLSearchParams(location.search)

export function viewName(): ViewName {
  const name = chosen().get('view')
  return VIEWS.find(([known]) => known === name)?.[0] ?? 'spend'
}

export function period(): (typeof PERIODS)[number] {
  const name = chosen().get('period')
  return PERIODS.find(([known]) => known === name) ?? ['24h', 'Last 24 hours', 86_400_000]
}

export const groupedBy = (): string =>
  GROUPINGS.find(([name]) => name === chosen().get('by'))?.[0] ?? 'feature'

/** `since` and `until` of the address go before the period. */
export function periodQuery(): URLSearchParams {
  const query = new URLSearchParams()
  const [, , periodMs] = period()
  const [since, until] = ['since', 'until'].map((name) => chosen().get(name))
  if (since || until) {
    if (since) query.set('since', since)
    if (until) query.set('until', until)
  } else if (periodMs !== undefined) query.set('period', String(periodMs))
  return query
}

export type Filter = Readonly<Record<string, string | number | null | undefined>>

/** Of a view of this page. A filter's `null` is what the calls do not say. */
export function hrefOf(view: ViewName, filter: Filter = {}): string {
  const query = new URLSearchParams()
  if (view !== 'spend') query.set('view', view)
  for (const name of KEPT) for (const value of chosen().getAll(name)) query.append(name, value)
  const missing = Object.keys(filter).filter((name) => filter[name] === null)
  for (const [name, value] of Object.entries(filter)) {
    if (value !== null && value !== undefined) query.set(name, String(value))
  }
  if (missing.length > 0) query.set('missing', missing.join(','))
  return `?${query.toString()}`
}

/** The address with some of its parts set, or taken out where they are `undefined`. */
export function hrefWith(
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const query = chosen()
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name)
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) query.append(name, one)
  }
  return `?${query.toString()}`
}
