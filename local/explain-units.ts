/** Calls gathered into the units that a feature is counted in. */

import type { CallRow } from './row.ts'

export interface CostedUnit {
  /** Epoch milliseconds of its first call. */
  readonly startedAt: number
  readonly usd: number
  readonly rows: readonly CallRow[]
}

/** A set of calls with what they cost; calls without an amount are not in it. */
export interface Side {
  readonly rows: readonly CallRow[]
  readonly units: number
  readonly usd: number
}

/** The unit type that most calls name; `call` where most name none. */
export function unitTypeOf(rows: readonly CallRow[]): string {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const type = row.unitId === undefined ? 'call' : (row.unitType ?? 'unit')
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  const [most] = [...counts].sort((x, y) => y[1] - x[1])
  return most?.[0] ?? 'call'
}

/**
 * Ordered by start. Calls without an amount, and calls that belong to no unit of this type, are left out; each call
 * is a unit of its own where the type is `call`.
 */
export function costedUnits(rows: readonly CallRow[], unitType: string): readonly CostedUnit[] {
  const units = new Map<string, CallRow[]>()
  for (const row of rows) {
    if (row.usd === undefined) continue
    const key = unitKey(row, unitType)
    if (key === undefined) continue
    const known = units.get(key)
    if (known === undefined) units.set(key, [row])
    else known.push(row)
  }
  return [...units.values()]
    .map((own) => ({
      startedAt: own.reduce((first, row) => Math.min(first, row.startedAt), Infinity),
      usd: own.reduce((sum, row) => sum + (row.usd ?? 0), 0),
      rows: own,
    }))
    .sort((x, y) => x.startedAt - y.startedAt)
}

export function sideOf(rows: readonly CallRow[], unitType: string): Side {
  const priced = rows.filter((row) => row.usd !== undefined)
  const keys = new Set(priced.map((row) => unitKey(row, unitType)))
  keys.delete(undefined)
  return {
    rows: priced,
    units: keys.size,
    usd: priced.reduce((sum, row) => sum + (row.usd ?? 0), 0),
  }
}

function unitKey(row: CallRow, unitType: string): string | undefined {
  if (unitType === 'call') return `${row.traceId}/${row.spanId}`
  return row.unitId !== undefined && (row.unitType ?? 'unit') === unitType ? row.unitId : undefined
}
