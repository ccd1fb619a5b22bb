/** What a change is explained from: calls and other costs, and how they gather into units. */

import type { CostRow } from '../cost-row.ts'
import type { CallRow } from '../row.ts'
import { toPico } from '../store/money.ts'

/** What of a cost that is no call its explanation needs. */
export type OtherCost = Pick<CostRow, 'component' | 'usd' | 'unitType' | 'unitId'>

export interface Spend {
  readonly calls: readonly CallRow[]
  readonly costs: readonly OtherCost[]
}

export interface CostedUnit extends Spend {
  /** Epoch milliseconds of its first call. */
  readonly startedAt: number
  readonly usd: number
}

/** One side of a comparison. Calls without an amount are counted and are not in it. */
export interface Side extends Spend {
  readonly units: number
  /** 1e-12 USD. */
  readonly pico: bigint
  /** Calls that used something and have no amount. */
  readonly unpriced: number
}

/** The unit type that most calls name; `call` where most name none. */
export function unitTypeOf(calls: readonly CallRow[]): string {
  const counts = new Map<string, number>()
  for (const row of calls) {
    const type = row.unitId === undefined ? 'call' : (row.unitType ?? 'unit')
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  const [most] = [...counts].sort((x, y) => y[1] - x[1])
  return most?.[0] ?? 'call'
}

/**
 * Ordered by start. Calls without an amount, and calls that belong to no unit of this type, are left out, and so are
 * costs of units without such calls; each call is a unit of its own where the type is `call`.
 */
export function costedUnits({ calls, costs }: Spend, unitType: string): readonly CostedUnit[] {
  const units = new Map<string, { readonly calls: CallRow[]; readonly costs: OtherCost[] }>()
  for (const row of calls) {
    const key = row.usd === undefined ? undefined : callKey(row, unitType)
    if (key === undefined) continue
    const known = units.get(key)
    if (known === undefined) units.set(key, { calls: [row], costs: [] })
    else known.calls.push(row)
  }
  for (const cost of costs) {
    const key = unitKey(cost, unitType)
    if (key !== undefined) units.get(key)?.costs.push(cost)
  }
  return [...units.values()]
    .map((own) => ({
      ...own,
      startedAt: own.calls.reduce((first, row) => Math.min(first, row.startedAt), Infinity),
      usd: usdOf(own.calls) + usdOf(own.costs),
    }))
    .sort((x, y) => x.startedAt - y.startedAt)
}

export function sideOf({ calls, costs }: Spend, unitType: string): Side {
  const own = calls.filter((row) => row.status !== 'covered')
  const priced = own.filter((row) => row.usd !== undefined)
  const keys = new Set(priced.map((row) => callKey(row, unitType)))
  keys.delete(undefined)
  return {
    calls: priced,
    costs,
    units: keys.size,
    pico: picoOf(priced) + picoOf(costs),
    unpriced: own.filter((row) => row.usd === undefined && row.reason !== 'call_failed').length,
  }
}

export function picoOf(amounts: readonly { readonly usd?: number }[]): bigint {
  return amounts.reduce((sum, { usd }) => sum + toPico(usd ?? 0), 0n)
}

const usdOf = (amounts: readonly { readonly usd?: number }[]): number =>
  amounts.reduce((sum, { usd }) => sum + (usd ?? 0), 0)

function callKey(row: CallRow, unitType: string): string | undefined {
  return unitType === 'call' ? `${row.traceId}/${row.spanId}` : unitKey(row, unitType)
}

function unitKey(
  { unitId, unitType }: { readonly unitId?: string; readonly unitType?: string },
  wanted: string,
): string | undefined {
  return unitId !== undefined && (unitType ?? 'unit') === wanted ? unitId : undefined
}
