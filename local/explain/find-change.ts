/** The lasting change of what a unit costs that mattered most, found in calls of any features and explained. */

import { explain } from './explain.ts'
import type { Beside, Explanation } from './explanation.ts'
import { segments, type Segment } from './levels.ts'
import { costedUnits, unitTypeOf, type CostedUnit, type OtherCost, type Spend } from './spend.ts'
import type { CallRow } from '../row.ts'

/** A cost with the feature that it is for. */
type FeatureCost = OtherCost & { readonly feature?: string }

/**
 * Looks through the calls of all features for a lasting step in what a unit costs, and explains the one that mattered
 * most: the rise with the most extra dollars, or where nothing rose, the fall that saved most. `after` is the new level
 * until it ends. `undefined` where every feature is steady, also when only its volume changed.
 */
export function findChange(
  calls: readonly CallRow[],
  costs: readonly FeatureCost[] = [],
): Explanation | undefined {
  const features = byFeature(calls.filter((row) => row.status !== 'covered'))
  const others = byFeature(costs)
  const steps = [...features].flatMap(([feature, own]) =>
    stepsOf(feature, { calls: own, costs: others.get(feature) ?? [] }),
  )
  const rises = steps.filter((step) => step.extraUsd > 0)
  const [most] = (rises.length > 0 ? rises : steps).sort(
    (x, y) => Math.abs(y.extraUsd) - Math.abs(x.extraUsd),
  )
  return most === undefined ? undefined : explainStep(most)
}

function byFeature<T extends { readonly feature?: string }>(
  items: readonly T[],
): ReadonlyMap<string, T[]> {
  const features = new Map<string, T[]>()
  for (const item of items) {
    if (item.feature === undefined) continue
    const known = features.get(item.feature)
    if (known === undefined) features.set(item.feature, [item])
    else known.push(item)
  }
  return features
}

interface Step {
  readonly feature: string
  readonly unitType: string
  readonly before: readonly CostedUnit[]
  readonly after: readonly CostedUnit[]
  readonly until?: number
  /** What the units after the step cost beyond the level before it, USD. */
  readonly extraUsd: number
}

function stepsOf(feature: string, spend: Spend): readonly Step[] {
  const unitType = unitTypeOf(spend.calls)
  const units = costedUnits(spend, unitType).filter((unit) => unit.usd > 0)
  const levels = segments(units.map((unit) => unit.usd))
  const unitsOf = (level: Segment): readonly CostedUnit[] => units.slice(level.from, level.to)
  const costs = levels.map((level) => meanUsd(unitsOf(level)))
  return levels.slice(1).map((_, index) => {
    const rises = (costs[index + 1] ?? 0) > (costs[index] ?? 0)
    let end = index + 1
    while (end + 1 < levels.length && (costs[end + 1] ?? 0) > (costs[end] ?? 0) === rises) end += 1
    const before = unitsOf(levels[index] ?? { from: 0, to: 0 })
    const after = levels.slice(index + 1, end + 1).flatMap(unitsOf)
    const next = units[levels[end]?.to ?? units.length]
    return {
      feature,
      unitType,
      before,
      after,
      ...(next === undefined ? {} : { until: next.startedAt }),
      extraUsd: (meanUsd(after) - meanUsd(before)) * after.length,
    }
  })
}

function meanUsd(units: readonly CostedUnit[]): number {
  return units.reduce((sum, unit) => sum + unit.usd, 0) / Math.max(1, units.length)
}

function explainStep(step: Step): Explanation {
  const since = step.after[0]?.startedAt ?? 0
  const begun = step.before[0]?.startedAt ?? since
  const ended = step.until ?? openEnd(step.after, since)
  const scale = since > begun && ended > since ? (ended - since) / (since - begun) : 1
  const options = {
    feature: step.feature,
    unitType: step.unitType,
    since,
    ...(step.until === undefined ? {} : { until: step.until }),
    scale,
  }
  const [before, after] = [spendOf(step.before), spendOf(step.after)]
  const found = explain(before, after, options)
  const beside = steadyCosts(found, after)
  if (beside.length === 0) return found
  const only = ({ calls }: Spend): Spend => ({ calls, costs: [] })
  return explain(only(before), only(after), { ...options, beside })
}

/** Below this share of the change a component has not changed. */
const STEADY = 0.02

/** Costs that are no calls, per unit, where all of them stayed as they were: they would blur what changed. */
function steadyCosts({ causes, after }: Explanation, { costs }: Spend): readonly Beside[] {
  const change = causes
    .filter(({ name }) => name !== 'volume')
    .reduce((sum, { usd }) => sum + Math.abs(usd), 0)
  const components = causes.filter(({ name }) => name.startsWith('component:'))
  if (components.some(({ usd }) => Math.abs(usd) > change * STEADY)) return []
  const sums = new Map<string, number>()
  for (const { component, usd } of costs) sums.set(component, (sums.get(component) ?? 0) + usd)
  return [...sums]
    .map(([component, usd]) => ({ component, usdPerUnit: usd / after.units }))
    .sort((x, y) => y.usdPerUnit - x.usdPerUnit)
}

/** Where the next unit would start if it came as its forerunners did. */
function openEnd(units: readonly CostedUnit[], since: number): number {
  const last = units.at(-1)?.startedAt ?? since
  return last + (last - since) / Math.max(1, units.length - 1)
}

function spendOf(units: readonly CostedUnit[]): Spend {
  return {
    calls: units.flatMap((unit) => unit.calls),
    costs: units.flatMap((unit) => unit.costs),
  }
}
