/** What a unit of work costs: its distribution, its few dearest, and what of it is no LLM call. */

import type { Store } from '../store.ts'
import type { Period } from '../store/figures.ts'
import { moneyOf, type Money } from '../store/money.ts'
import { picoOf, type UnitDimension, type UnitTotal } from '../store/units.ts'

/** The part of a unit's cost that is LLM calls; the others are components by name. */
export const LLM = 'llm'

export interface UnitPart extends Money {
  /** `llm`, or what `recordCost` and price rules name. */
  readonly component: string
  readonly usdPerUnit: number
}

export interface UnitGroup extends Money {
  readonly key: Readonly<Partial<Record<UnitDimension, string | null>>>
  /** `conversation`, `document`, …: what the application names. */
  readonly type: string
  /** Units begun in the period. */
  readonly units: number
  readonly calls: number
  readonly callsPerUnit: number
  readonly usdPerUnit: number
  /** USD of one unit: half of them cost no more, and so on. Nearest rank. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
  /** The dearest hundredth, one unit at least, and its share of the group's spend, 0 to 1. */
  readonly top: { readonly units: number; readonly share: number | null }
  /** LLM calls first, then dearest first. Together `usd`. */
  readonly parts: readonly UnitPart[]
  /** Units some of whose calls have no amount or only a part of one: those figures are lower bounds. */
  readonly lowerBounds: number
}

export interface DearUnit extends Money {
  readonly type: string
  readonly id: string
  readonly feature: string | null
  readonly begunAt: number
  readonly calls: number
}

export interface UnitsReport {
  readonly by: readonly UnitDimension[]
  /** Dearest first. */
  readonly groups: readonly UnitGroup[]
  readonly dearest: readonly DearUnit[]
  /** Costs of no unit, by component: in no group. */
  readonly unjoined: readonly (Money & { readonly component: string; readonly records: number })[]
}

const MOST_DEAREST = 10

export function unitsReport(
  store: Store,
  period: Period & { readonly feature?: string },
  by: readonly UnitDimension[],
): UnitsReport {
  const { feature } = period
  const units = store
    .units(period)
    .filter(({ key }) => feature === undefined || key.feature === feature)
  const groups = new Map<string, UnitTotal[]>()
  for (const unit of units) {
    const id = JSON.stringify([unit.type, ...by.map((name) => unit.key[name])])
    const known = groups.get(id)
    if (known === undefined) groups.set(id, [unit])
    else known.push(unit)
  }
  return {
    by,
    groups: [...groups.values()]
      .map((own) => groupOf(own, by))
      .sort((x, y) => y.usd - x.usd || y.units - x.units),
    dearest: dearestOf(units),
    unjoined: unjoined(store, period),
  }
}

function groupOf(units: readonly UnitTotal[], by: readonly UnitDimension[]): UnitGroup {
  const [first] = units
  const total = units.reduce((sum, unit) => sum + picoOf(unit), 0n)
  const costs = units.map(picoOf).sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))
  const calls = units.reduce((sum, unit) => sum + unit.calls, 0)
  const count = Math.ceil(units.length / 100)
  const top = costs.slice(-count).reduce((sum, pico) => sum + pico, 0n)
  return {
    key: Object.fromEntries(by.map((name) => [name, first?.key[name] ?? null])),
    type: first?.type ?? 'unit',
    units: units.length,
    calls,
    callsPerUnit: calls / units.length,
    ...moneyOf(total),
    usdPerUnit: moneyOf(total).usd / units.length,
    p50: percentile(costs, 0.5),
    p95: percentile(costs, 0.95),
    p99: percentile(costs, 0.99),
    max: percentile(costs, 1),
    top: { units: count, share: total === 0n ? null : Number(top) / Number(total) },
    parts: partsOf(units),
    lowerBounds: units.filter((unit) => unit.unpricedCalls > 0).length,
  }
}

/** Nearest rank: the smallest that so many are not above. `sorted` ascending, 1e-12 USD. */
function percentile(sorted: readonly bigint[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return moneyOf(sorted[rank - 1] ?? 0n).usd
}

function partsOf(units: readonly UnitTotal[]): readonly UnitPart[] {
  const sums = new Map<string, bigint>()
  let llm = 0n
  for (const { callPico, costs } of units) {
    llm += callPico
    for (const [component, pico] of costs) {
      sums.set(component, (sums.get(component) ?? 0n) + pico)
    }
  }
  const part = ([component, pico]: readonly [string, bigint]): UnitPart => {
    const money = moneyOf(pico)
    return { component, ...money, usdPerUnit: money.usd / units.length }
  }
  const others = [...sums].map(part).sort((x, y) => y.usd - x.usd)
  return [part([LLM, llm]), ...others]
}

function dearestOf(units: readonly UnitTotal[]): readonly DearUnit[] {
  return [...units]
    .sort((x, y) => Number(picoOf(y) - picoOf(x)))
    .slice(0, MOST_DEAREST)
    .map((unit) => ({
      type: unit.type,
      id: unit.id,
      feature: unit.key.feature,
      begunAt: unit.begunAt,
      calls: unit.calls,
      ...moneyOf(picoOf(unit)),
    }))
}

function unjoined(
  store: Store,
  period: Period & { readonly feature?: string },
): UnitsReport['unjoined'] {
  const sums = new Map<string, { pico: bigint; records: number }>()
  for (const cost of store.costs(period)) {
    if (cost.unitId !== undefined) continue
    const sum = sums.get(cost.component) ?? { pico: 0n, records: 0 }
    sums.set(cost.component, sum)
    sum.pico += BigInt(Math.round(cost.usd * 1e12))
    sum.records += 1
  }
  return [...sums]
    .map(([component, { pico, records }]) => ({ component, records, ...moneyOf(pico) }))
    .sort((x, y) => y.usd - x.usd)
}
