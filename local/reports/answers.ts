/** What the reports answer, as plain values: shared by the JSON, the commands and the page. */

import type { Group } from '../answers.ts'
import type { Cause, Explanation } from '../explain/explanation.ts'
import type { CallRow } from '../row.ts'
import type { UnitDimension } from '../store/dimensions.ts'
import type { Money } from '../store/money.ts'

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
  /** Units by cost, in equal steps from 0 to `p99`; the last step holds what is beyond. */
  readonly histogram: { readonly stepUsd: number; readonly units: readonly number[] }
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

export interface OutcomeFigures extends Money {
  /** `ticket.resolved`. */
  readonly name: string
  /** Of the units; `null`: their calls say none. */
  readonly feature: string | null
  readonly unitType: string
  readonly outcomes: number
  readonly succeeded: number
  readonly failed: number
  /** Neither, by what was recorded. */
  readonly unsaid: number
  /** Of this type and feature, begun in the period, whatever they came to. Their cost is `usd`. */
  readonly units: number
  /** Of these, without any such outcome yet. */
  readonly unitsWithout: number
  readonly usdPerOutcome: number
  /** `usd` over the successful outcomes; `null` where there is none. */
  readonly usdPerSuccess: number | null
  /** USD that outcomes which did not fail were recorded to be worth; `null` where none says. */
  readonly value: number | null
  readonly margin: Margin | null
}

/** Against what one outcome costs otherwise: a person, an agency. */
export interface Margin {
  /** USD for one successful outcome. */
  readonly baselineUsd: number
  /** Baseline less `usdPerSuccess`; `null` without a success. */
  readonly usdPerSuccess: number | null
  /** Baseline over `usdPerSuccess`: how many times dearer it would have been. */
  readonly times: number | null
  /** All successes at the baseline, less all cost. Negative: it costs more than it saves. */
  readonly savedUsd: number
}

export interface UnjoinedOutcomes {
  readonly name: string
  /** `unknown_unit`: no call or cost of it has come in, so far. `no_unit`: it names none. */
  readonly reason: 'unknown_unit' | 'no_unit'
  readonly outcomes: number
}

export interface OutcomesReport {
  /** Most outcomes first. */
  readonly groups: readonly OutcomeFigures[]
  /** Recorded in the period, and in no group. */
  readonly unjoined: readonly UnjoinedOutcomes[]
  /** Ignored because their idempotency key was known, by name. */
  readonly duplicates: Readonly<Record<string, number>>
  /** Baselines for which there is no outcome of that name. */
  readonly unused: readonly string[]
}

export interface Wasted extends Money {
  /** `repeat`, `aborted`, `failed`, `truncated` as the call's span says it; `outcome_failed`: its unit came to nothing. */
  readonly kind: string
  readonly feature: string | null
  readonly calls: number
  /** Of these, calls without an amount: `usd` is a lower bound. */
  readonly unpricedCalls: number
  /** Of what the feature spent, 0 to 1; `null` where it spent nothing. */
  readonly share: number | null
}

export interface CacheMiss extends Money {
  readonly feature: string | null
  readonly promptName: string | null
  readonly promptVersion: string | null
  readonly provider: string
  readonly model: string
  /** Calls that could have read the beginning from the cache and did not, or not all of it. */
  readonly calls: number
  /** The beginning: tools and system prompt, tokens. */
  readonly prefixTokens: number
}

export interface WasteReport {
  /** All spend on calls in the period, USD. */
  readonly spentUsd: number
  /** Of `spentUsd`, all `kinds` together; each call is in one only. */
  readonly wastedUsd: number
  /** Dearest first. */
  readonly kinds: readonly Wasted[]
  /** HTTP attempts beyond the first: providers bill few of them, and say so for none. */
  readonly resent: { readonly attempts: number; readonly calls: number }
  /** Estimates, over and above `wastedUsd`: these calls were of use. */
  readonly cacheMisses: readonly CacheMiss[]
  readonly cacheMissUsd: number
  /** Calls that the estimate looked at: the latest. */
  readonly cacheCalls: number
}

export interface VersionChange {
  /** The version before: the one that came into use before this one. */
  readonly from: string | null
  /** Per unit, USD. */
  readonly usd: number
  /** Of what a unit cost before: 0.5 is half as much again; `null` where it cost nothing. */
  readonly share: number | null
  /** USD per unit by cause, largest first. Together `usd`, but for the rounding of numbers. */
  readonly causes: readonly Pick<Cause, 'name' | 'label' | 'usd' | 'plusMinusUsd'>[]
}

export interface PromptVersion {
  /** `null`: the calls name the prompt and no version. */
  readonly version: string | null
  /** Epoch milliseconds. */
  readonly first: number
  readonly last: number
  readonly calls: number
  readonly units: number
  readonly usd: number
  /** Of calls and other costs of units that began with this version. */
  readonly usdPerUnit: number
  readonly inputTokensPerCall: number
  readonly outputTokensPerCall: number
  /** Absent on the first version. */
  readonly change?: VersionChange
}

export interface PromptReport {
  readonly prompt: string
  readonly feature: string | null
  readonly unitType: string
  /** In the order in which they came into use. */
  readonly versions: readonly PromptVersion[]
}

export interface Turn {
  /** From 1; `more` where it stands for this one and all later ones. */
  readonly turn: number
  readonly more: boolean
  readonly calls: number
  /** Input tokens per call, and what they were. */
  readonly input: number
  readonly system: number
  readonly tools: number
  readonly history: number
  readonly rest: number
  /** Over calls with an amount; `null` where none has one. */
  readonly usdPerCall: number | null
}

export interface ContextGrowth {
  readonly feature: string | null
  /** By turn. */
  readonly turns: readonly Turn[]
  /** Input tokens that one more turn adds, from the first to the last turn shown; `null` with a single turn. */
  readonly tokensPerTurn: number | null
}

export interface BudgetFigures {
  /** Calls and other costs, USD. */
  readonly spentUsd: number
  readonly usdPerDay: number
  /** At that pace to the end of the month. */
  readonly projectedUsd: number
}

export interface BudgetReport extends BudgetFigures {
  /** `2026-11`. */
  readonly month: string
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Over how long the pace was measured, milliseconds, and since when calls are known within that. */
  readonly paceMs: number
  readonly knownMs: number
  /** What it may be at most; `null` where none is stated. */
  readonly budgetUsd: number | null
  /** Of the budget, 0 to 1 and beyond. */
  readonly spentShare: number | null
  /** Epoch milliseconds at which the pace reaches the budget, or at which it was exceeded; `null`: not this month. */
  readonly runsOutAt: number | null
  /** By feature, dearest projection first. */
  readonly features: readonly (BudgetFigures & { readonly feature: string | null })[]
  /** Calls of the month without an amount: it is a lower bound. */
  readonly unpricedCalls: number
}

export interface Calls {
  /** Oldest first, or dearest first where those are asked for with `first=dearest`. */
  readonly calls: readonly CallRow[]
  /** Of all that the filter matches, also beyond `limit`. */
  readonly totals: Group
}

export interface Explanations {
  /** The largest change first. Without periods: the lasting change that was found, or none. */
  readonly explanations: readonly Explanation[]
  /** Those that calls name, dearest first. */
  readonly features: readonly string[]
}
