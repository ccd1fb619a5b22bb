/** What a unit of work costs: its distribution, its few dearest, and what of it is no LLM call. */

import type { DearUnit, UnitGroup, UnitPart, UnitsReport } from './answers.ts'
import type { Store } from '../store.ts'
import type { Period } from '../store/figures.ts'
import { moneyOf } from '../store/money.ts'
import type { UnitDimension } from '../store/dimensions.ts'
import { picoOf, type UnitTotal } from '../store/units.ts'

/** The part of a unit's cost that is LLM calls; the others are components by name. */
const LLM = 'llm'

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
    histogram: histogramOf(costs),
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

const STEPS = 20

function histogramOf(sorted: readonly bigint[]): UnitGroup['histogram'] {
  const stepUsd = percentile(sorted, 0.99) / STEPS
  const counts = Array.from({ length: STEPS }, () => 0)
  for (const pico of sorted) {
    const step = stepUsd === 0 ? 0 : Math.ceil(Number(pico) / 1e12 / stepUsd) - 1
    const place = Math.min(STEPS - 1, Math.max(0, step))
    counts[place] = (counts[place] ?? 0) + 1
  }
  return { stepUsd, units: counts }
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
