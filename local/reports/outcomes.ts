/**
 * What an outcome costs, and whether it was worth it. The units begun in a period, all of them, against what they came
 * to, whenever that was recorded and by whichever process: what failed and what was abandoned stays in the cost.
 */

import type { Margin, OutcomeFigures, OutcomesReport, UnjoinedOutcomes } from './answers.ts'
import type { OutcomeRow } from '../outcome-row.ts'
import type { Store } from '../store.ts'
import type { Period } from '../store/figures.ts'
import { moneyOf } from '../store/money.ts'
import { picoOf, type UnitTotal } from '../store/units.ts'

export type Baselines = ReadonlyMap<string, number>

export function outcomesReport(
  store: Store,
  period: Period & { readonly feature?: string },
  baselines: Baselines,
): OutcomesReport {
  const { feature } = period
  const all = store.units()
  const known = new Map(all.map((unit) => [idOf(unit.type, unit.id), unit]))
  const begun = all.filter((unit) => isAsked(unit, period))
  const joined = new Map<string, OutcomeRow[]>()
  const unjoined = new Map<string, number>()
  for (const outcome of store.outcomes()) {
    const { unitType = 'unit', unitId, name } = outcome
    const unit = unitId === undefined ? undefined : known.get(idOf(unitType, unitId))
    if (unit !== undefined) {
      if (!isAsked(unit, period)) continue
      pushTo(joined, JSON.stringify([name, unit.key.feature, unit.type]), outcome)
      continue
    }
    if (!within(outcome.at, period)) continue
    if (feature !== undefined && outcome.feature !== feature) continue
    const key = JSON.stringify([name, unitId === undefined ? 'no_unit' : 'unknown_unit'])
    unjoined.set(key, (unjoined.get(key) ?? 0) + 1)
  }
  const groups = [...joined].map(([key, outcomes]) => {
    const [name, of, unitType] = JSON.parse(key) as [string, string | null, string]
    const own = begun.filter((unit) => unit.type === unitType && unit.key.feature === of)
    return groupOf({ name, feature: of, unitType }, outcomes, own, baselines.get(name))
  })
  const names = new Set(groups.map(({ name }) => name))
  return {
    groups: groups.sort((x, y) => y.outcomes - x.outcomes || y.usd - x.usd),
    unjoined: [...unjoined].map(([key, outcomes]) => {
      const [name, reason] = JSON.parse(key) as [string, UnjoinedOutcomes['reason']]
      return { name, reason, outcomes }
    }),
    duplicates: store.duplicateOutcomes(period),
    unused: [...baselines.keys()].filter((name) => !names.has(name)),
  }
}

function groupOf(
  head: Pick<OutcomeFigures, 'name' | 'feature' | 'unitType'>,
  outcomes: readonly OutcomeRow[],
  units: readonly UnitTotal[],
  baseline: number | undefined,
): OutcomeFigures {
  const money = moneyOf(units.reduce((sum, unit) => sum + picoOf(unit), 0n))
  const count = (success: boolean | undefined): number =>
    outcomes.filter((outcome) => outcome.success === success).length
  const succeeded = count(true)
  const usdPerSuccess = succeeded === 0 ? null : money.usd / succeeded
  const reached = new Set(outcomes.map((outcome) => outcome.unitId))
  const worth = outcomes.filter(({ success, value }) => success !== false && value !== undefined)
  return {
    ...head,
    outcomes: outcomes.length,
    succeeded,
    failed: count(false),
    unsaid: count(undefined),
    units: units.length,
    unitsWithout: units.filter((unit) => !reached.has(unit.id)).length,
    ...money,
    usdPerOutcome: money.usd / outcomes.length,
    usdPerSuccess,
    value: worth.length === 0 ? null : worth.reduce((sum, { value }) => sum + (value ?? 0), 0),
    margin: baseline === undefined ? null : marginOf(baseline, succeeded, money.usd),
  }
}

function marginOf(baselineUsd: number, succeeded: number, usd: number): Margin {
  return {
    baselineUsd,
    usdPerSuccess: succeeded === 0 ? null : baselineUsd - usd / succeeded,
    times: succeeded === 0 || usd === 0 ? null : (baselineUsd * succeeded) / usd,
    savedUsd: baselineUsd * succeeded - usd,
  }
}

function isAsked(unit: UnitTotal, period: Period & { readonly feature?: string }): boolean {
  const { feature } = period
  return within(unit.begunAt, period) && (feature === undefined || unit.key.feature === feature)
}

function within(at: number, { from = -Infinity, to = Infinity }: Period): boolean {
  return at >= from && at < to
}

const idOf = (type: string, id: string): string => `${type}\n${id}`

function pushTo<T>(map: Map<string, T[]>, key: string, item: T): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [item])
  else known.push(item)
}
