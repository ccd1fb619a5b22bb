/**
 * Kinds of calls that can be compared: what one operation does with one prompt. A feature that embeds a question, picks
 * a tool and answers makes three of them, on models of its own each; only within a kind is a mean rate a rate.
 */

import type { CallRow } from '../row.ts'

export function modelOf(row: CallRow): string {
  return row.responseModel ?? row.requestModel ?? 'unknown model'
}

/** Everything after the first attempt: the same request made again within its unit. */
export function isRepeat(row: CallRow): boolean {
  return (row.repeat ?? 1) >= 2 || row.waste === 'repeat' || row.waste === 'retry'
}

/** Prompts that only one side has are one kind, so that a prompt of another name is still compared. */
export function kindsOf(
  before: readonly CallRow[],
  after: readonly CallRow[],
): (row: CallRow) => string {
  const named = new Set(before.map(nameOf))
  const shared = new Set(after.map(nameOf).filter((name) => named.has(name)))
  return (row) => (shared.has(nameOf(row)) ? nameOf(row) : row.operation)
}

const nameOf = (row: CallRow): string => `${row.operation}\n${row.promptName ?? ''}`
