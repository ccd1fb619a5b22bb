/** Reading the parameters of a question. */

import { DIMENSIONS, dimensionNamed, type Dimension } from './store/dimensions.ts'
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
