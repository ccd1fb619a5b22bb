/** What changed in the spend of a feature, since when, and why, in dollars. Pure: calls in, an explanation out. */

import { accountFor, type CauseName } from './explain-causes.ts'
import { segments, type Segment } from './explain-regimes.ts'
import { labelOf, promptChange, sentenceOf, type Cause } from './explain-sentence.ts'
import { costedUnits, sideOf, unitTypeOf, type CostedUnit } from './explain-units.ts'
import type { CallRow } from './row.ts'

export type { Cause }

export interface Period {
  readonly usd: number
  readonly units: number
  readonly calls: number
  /** 0 where there are no units. */
  readonly usdPerUnit: number
}

export interface Explanation {
  readonly feature: string
  /** Epoch milliseconds: the first unit at the new level. */
  readonly since: number
  /** Epoch milliseconds of the first unit after it, where the level has ended again. */
  readonly until?: number
  /** `conversation`, …; `call` where the calls name no unit. */
  readonly unitType: string
  /** As it was; calls without an amount are in neither period. */
  readonly before: Period
  readonly after: Period
  /** How many times `before` is counted in the causes: the periods differ in length. 1 where they are taken as given. */
  readonly scale: number
  /** USD of the whole change, largest first, the remainder last. Together exactly `totalUsd`. */
  readonly causes: readonly Cause[]
  /** `after.usd` less `before.usd` times `scale`. */
  readonly totalUsd: number
  /** One or two sentences in English, times in the local zone. */
  readonly sentence: string
}

export interface ExplainOptions {
  /** Default: the first that the calls name, else `unattributed`. */
  readonly feature?: string
  /** Default: the unit type that most calls name, else `call`. */
  readonly unitType?: string
  /** Default: the first call of `after`. */
  readonly since?: number
  readonly until?: number
  /** Length of `after` over length of `before`. Default 1: they are compared as they are. */
  readonly scale?: number
}

/** Compares two sets of calls of one feature. */
export function explain(
  before: readonly CallRow[],
  after: readonly CallRow[],
  options: ExplainOptions = {},
): Explanation {
  const all = [...before, ...after].filter((row) => row.status !== 'covered')
  const unitType = options.unitType ?? unitTypeOf(all)
  const scale = options.scale ?? 1
  const sides = { before: sideOf(before, unitType), after: sideOf(after, unitType) }
  const { amounts, totalUsd, inputParts } = accountFor(sides.before, sides.after, scale)
  const causes = (Object.entries(amounts) as [CauseName, number][])
    .map(([name, usd]) => ({
      name,
      label: labelOf(name, usd, { before, after, unitType, inputParts }),
      usd,
    }))
    .sort((x, y) => last(x) - last(y) || Math.abs(y.usd) - Math.abs(x.usd))
  const feature = options.feature ?? all.find((row) => row.feature)?.feature ?? 'unattributed'
  const figures = {
    feature,
    since: options.since ?? earliest(after.length > 0 ? after : before),
    ...(options.until === undefined ? {} : { until: options.until }),
    unitType,
    before: periodOf(sides.before),
    after: periodOf(sides.after),
    causes,
    totalUsd,
  }
  const change = promptChange({ before, after })
  const sentence = sentenceOf({
    ...figures,
    ...(change === undefined ? {} : { promptChange: change }),
    span: latest(all) - earliest(all),
  })
  return { ...figures, scale, sentence }
}

const last = (cause: Cause): number => (cause.name === 'remainder' ? 1 : 0)

function periodOf(side: {
  readonly rows: readonly CallRow[]
  readonly units: number
  readonly usd: number
}): Period {
  const { rows, units, usd } = side
  return { usd, units, calls: rows.length, usdPerUnit: units > 0 ? usd / units : 0 }
}

/**
 * Looks through the calls of all features for a lasting step in what a unit costs, and explains the one that mattered
 * most: the rise with the most extra dollars, or where nothing rose, the fall that saved most. `after` is the new level
 * until it ends. `undefined` where every feature is steady, also when only its volume changed.
 */
export function findChange(rows: readonly CallRow[]): Explanation | undefined {
  const features = new Map<string, CallRow[]>()
  for (const row of rows) {
    if (row.feature === undefined || row.status === 'covered') continue
    const known = features.get(row.feature)
    if (known === undefined) features.set(row.feature, [row])
    else known.push(row)
  }
  const steps = [...features].flatMap(([feature, own]) => stepsOf(feature, own))
  const rises = steps.filter((step) => step.extraUsd > 0)
  const [most] = (rises.length > 0 ? rises : steps).sort(
    (x, y) => Math.abs(y.extraUsd) - Math.abs(x.extraUsd),
  )
  return most === undefined ? undefined : explainStep(most)
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

function stepsOf(feature: string, rows: readonly CallRow[]): readonly Step[] {
  const unitType = unitTypeOf(rows)
  const units = costedUnits(rows, unitType).filter((unit) => unit.usd > 0)
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
  return explain(rowsOf(step.before), rowsOf(step.after), {
    feature: step.feature,
    unitType: step.unitType,
    since,
    ...(step.until === undefined ? {} : { until: step.until }),
    scale,
  })
}

/** Where the next unit would start if it came as its forerunners did. */
function openEnd(units: readonly CostedUnit[], since: number): number {
  const last = units.at(-1)?.startedAt ?? since
  return last + (last - since) / Math.max(1, units.length - 1)
}

const rowsOf = (units: readonly CostedUnit[]): readonly CallRow[] =>
  units.flatMap((unit) => unit.rows)

const earliest = (rows: readonly CallRow[]): number =>
  rows.reduce((first, row) => Math.min(first, row.startedAt), rows[0]?.startedAt ?? 0)

const latest = (rows: readonly CallRow[]): number =>
  rows.reduce((found, row) => Math.max(found, row.endedAt), 0)
