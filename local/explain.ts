/** What changed in spend, and its causes in dollars. */

import type { CallRow } from './row.ts'

export interface Side {
  readonly usd: number
  readonly units: number
  readonly calls: number
  readonly usdPerUnit: number
}

export interface Cause {
  readonly name:
    | 'volume'
    | 'attempts'
    | 'history'
    | 'system'
    | 'output'
    | 'cache'
    | 'model'
    | 'price'
    | 'remainder'
  readonly label: string
  readonly usd: number
}

export interface Explanation {
  readonly feature: string
  /** Epoch milliseconds. */
  readonly since: number
  readonly unitType: string
  readonly before: Side
  readonly after: Side
  readonly causes: readonly Cause[]
  readonly totalUsd: number
  readonly sentence: string
}

/** Placeholder with the agreed shape, until the explanation itself is written here. */
export function findChange(_rows: readonly CallRow[]): Explanation | undefined {
  return undefined
}
