/** Reading the parameters of a question. */

import {
  DIMENSIONS,
  dimensionNamed,
  UNIT_DIMENSIONS,
  type Dimension,
  type UnitDimension,
} from './store/dimensions.ts'
import type { CallFilter } from './store/call-filter.ts'
import type { Period } from './store/figures.ts'

/** A parameter is wrong: one line naming it and what is allowed. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** @throws BadRequest */
export function grouping(text: string): readonly Dimension[] {
  const names = text.split(',').filter((name) => name.trim() !== '')
  return names.map((name) => {
    const dimension = dimensionNamed(name)
    if (dimension !== undefined) return dimension
    throw new BadRequest(`by=${name}: no such grouping. Allowed: ${DIMENSIONS.join(', ')}`)
  })
}

/** Of units: fewer than calls have. @throws BadRequest */
export function unitGrouping(text: string): readonly UnitDimension[] {
  return grouping(text).map((dimension) => {
    const known = UNIT_DIMENSIONS.find((name) => name === dimension)
    if (known !== undefined) return known
    throw new BadRequest(`by=${dimension}: not of units. Allowed: ${UNIT_DIMENSIONS.join(', ')}`)
  })
}

/** @throws BadRequest */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) {
    throw new BadRequest(`${name}=${text.slice(0, 40)}: must be a whole number`)
  }
  return Number(text)
}

/** Absent or empty is not said. */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)
  return text === null || text === '' ? undefined : text.slice(0, 512)
}

/** `FROM,TO`, epoch milliseconds. @throws BadRequest */
export function range(query: URLSearchParams, name: string): Required<Period> | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const [, from, to] = /^(\d{1,15}),(\d{1,15})$/.exec(text) ?? []
  if (from === undefined || to === undefined || Number(from) >= Number(to)) {
    throw new BadRequest(`${name}=${text.slice(0, 40)}: must be FROM,TO in epoch milliseconds`)
  }
  return { from: Number(from), to: Number(to) }
}

/** `since` and `until`, epoch milliseconds, or `period`, milliseconds before now. @throws BadRequest */
export function periodOf(query: URLSearchParams, now: number): Period {
  const length = wholeNumber(query, 'period')
  const from = length === undefined ? wholeNumber(query, 'since') : now - length
  const to = wholeNumber(query, 'until')
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/**
 * Calls by the value of any dimension (`feature=x&model=y`), by dimensions that they do not state
 * (`missing=feature,team`), by `turn`, `attempts` at least, and `outcomeFailed=NAME` or `any`.
 * @throws BadRequest
 */
export function callFilter(query: URLSearchParams, now: number): CallFilter {
  const is: Partial<Record<Dimension, string | null>> = {}
  for (const dimension of DIMENSIONS) {
    const value = textOf(query, dimension)
    if (value !== undefined) is[dimension] = value
  }
  for (const dimension of grouping(query.get('missing') ?? '')) is[dimension] = null
  const [turn, attempts] = [wholeNumber(query, 'turn'), wholeNumber(query, 'attempts')]
  const failed = textOf(query, 'outcomeFailed')
  return {
    ...periodOf(query, now),
    is,
    ...(turn === undefined ? {} : { turn }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(failed === undefined ? {} : { outcomeFailed: failed === 'any' || failed }),
  }
}

/** USD, at least 0. @throws BadRequest */
export function dollarsOf(query: URLSearchParams, name: string): number | undefined {
  const text = textOf(query, name)
  if (text === undefined) return undefined
  const usd = usdOf(text)
  if (usd === undefined)
    throw new BadRequest(`${name}=${text}: must be an amount in USD, such as 500`)
  return usd
}

/** `NAME=USD` each. @throws BadRequest */
export function baselinesOf(query: URLSearchParams): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const text of query.getAll('baseline')) {
    const baseline = baselineOf(text)
    if (baseline === undefined) {
      throw new BadRequest(
        `baseline=${text.slice(0, 80)}: must be OUTCOME=USD, such as ticket.resolved=18`,
      )
    }
    found.set(baseline[0], baseline[1])
  }
  return found
}

/** `ticket.resolved=18`. */
export function baselineOf(text: string): readonly [string, number] | undefined {
  const at = text.lastIndexOf('=')
  const usd = usdOf(text.slice(at + 1))
  return at < 1 || usd === undefined ? undefined : [text.slice(0, at), usd]
}

/** A plain decimal of at least 0. */
export function usdOf(text: string): number | undefined {
  return /^\$?\d{1,12}(\.\d{1,12})?$/.test(text) ? Number(text.replace('$', '')) : undefined
}
