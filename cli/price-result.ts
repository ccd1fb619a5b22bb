/** The answer of `costspan price`: an object for programs, a table for people. */

import type { Cost, CostLine } from '../instrumentation/core/cost.ts'
import { columns } from '../local/columns.ts'
import type { Question } from './price-question.ts'

export type Result =
  | {
      readonly id?: string | number | undefined
      readonly status: 'priced' | 'partial' | 'unpriced'
      readonly provider: string
      readonly model: string
      /** USD; null when unpriced. */
      readonly usd: number | null
      /** The same, exact. */
      readonly usd_exact: string | null
      /** Why unpriced or only a lower bound. */
      readonly reason?: string
      readonly detail?: string
      readonly price_id?: string
      readonly book?: string
      readonly parts: Extract<Cost, { kind: 'priced' }>['parts']
      /** At list prices, where a contract changes them. */
      readonly list_usd?: number
      readonly list_usd_exact?: string
      readonly cache_savings?: number
      readonly lines: readonly CostLine[]
    }
  | {
      readonly id?: string | number | undefined
      readonly status: 'error'
      readonly message: string
    }

export function resultOf(question: Question, cost: Cost): Result {
  const { id, request } = question
  const head = {
    ...(id === undefined ? {} : { id }),
    status: cost.kind,
    provider: request.provider,
    model: request.models[0] ?? '',
  }
  const why =
    cost.kind === 'priced'
      ? {}
      : { reason: cost.reason, ...(cost.detail === undefined ? {} : { detail: cost.detail }) }
  if (cost.kind === 'unpriced') {
    return { ...head, usd: null, usd_exact: null, ...why, parts: {}, lines: [] }
  }
  return {
    ...head,
    usd: cost.amount,
    usd_exact: cost.exact,
    ...why,
    price_id: cost.priceId,
    book: cost.book,
    parts: cost.parts,
    ...(cost.list === undefined
      ? {}
      : { list_usd: cost.list.amount, list_usd_exact: cost.list.exact }),
    ...(cost.cacheSavings === undefined ? {} : { cache_savings: cost.cacheSavings }),
    lines: cost.lines,
  }
}

export function tableOf(result: Result): string {
  if (result.status === 'error') return `${label(result.id)}error: ${result.message}`
  const why = [result.reason, result.detail].filter((part) => part !== undefined).join(': ')
  const title = `${label(result.id)}${result.provider}/${result.model}`
  if (result.usd_exact === null) return `${title}  unpriced (${why})`
  const rows = result.lines.map((line) => [
    line.meter,
    line.quantity.toLocaleString('en-US'),
    `x $${line.rate}`,
    `$${line.usd}`,
  ])
  const bound =
    result.status === 'partial' ? `at least $${result.usd_exact} (${why})` : `$${result.usd_exact}`
  return [
    `${title}  ${bound}`,
    ...columns(rows, 1)
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => `  ${row}`),
    ...(result.list_usd_exact === undefined ? [] : [`  at list prices: $${result.list_usd_exact}`]),
    `  rates: ${result.price_id ?? ''}, price book ${result.book ?? ''}`,
  ].join('\n')
}

function label(id: string | number | undefined): string {
  return id === undefined ? '' : `${id}  `
}
