/** What the store answers, as plain values: shared by the store, the JSON, the report and the page. */

import type { CallRow } from './row.ts'
import type { Dimension } from './store/dimensions.ts'

export interface Figures {
  readonly calls: number
  /** Calls with an amount. 0 with calls: what was spent is not known. */
  readonly pricedCalls: number
  /** HTTP attempts, the last one of each call included. */
  readonly attempts: number
  readonly attemptsPerCall: number | null
  /** Calls that repeat an identical request within their unit: an application's own retries. */
  readonly repeats: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  /** Over the calls that report them; `null` where none does. */
  readonly inputTokensPerCall: number | null
  readonly outputTokensPerCall: number | null
  /** Of priced and partial calls: a lower bound where some are unpriced or partial. */
  readonly usd: number
  /** The same as an exact decimal string. */
  readonly usdExact: string
  /** Of `usd`, what calls cost whose `costspan.waste` says that they were wasted. */
  readonly wasteUsd: number
  /** Calls that used something and have no amount. Failed calls without usage are not among them. */
  readonly unpricedCalls: number
  /** Calls whose amount is a lower bound. */
  readonly partialCalls: number
  /** Calls that failed without any usage: nothing is known to have been billed. */
  readonly failedCalls: number
}

export interface UnitFigures {
  /** `conversation`, or what the application names. */
  readonly type: string
  /** Distinct units with priced calls. */
  readonly count: number
  readonly callsPerUnit: number
  /** Of the group's calls that belong to such a unit. */
  readonly usd: number
  readonly usdPerUnit: number
}

export interface Group extends Figures {
  /** Value by dimension; `null` where the calls say nothing. */
  readonly key: Readonly<Partial<Record<Dimension, string | null>>>
  /** Of the period's spend, 0 to 1; `null` where nothing was spent. */
  readonly share: number | null
  /** Conversations where the group has any, else the units that cost most; `null` without priced units. */
  readonly unit: UnitFigures | null
}

export interface Series {
  /** `null`: the calls say nothing, or `others` groups together. */
  readonly name: string | null
  /** Groups folded into this line; 0 for a group of its own. */
  readonly others: number
  /** USD by bucket. */
  readonly usd: readonly number[]
  readonly calls: readonly number[]
  /** Input tokens per call by bucket; `null` where no call reports any. */
  readonly inputTokensPerCall: readonly (number | null)[]
}

export interface Chart {
  /** Epoch milliseconds at which each bucket starts. */
  readonly times: readonly number[]
  readonly bucketMs: number
  /** Dearest first. */
  readonly series: readonly Series[]
}

export interface UnpricedGap {
  readonly status: 'unpriced' | 'partial'
  /** A `CostReason`. */
  readonly reason: string
  readonly provider: string
  readonly model: string | null
  readonly calls: number
  /** One of them, to look at. */
  readonly traceId: string
}

export interface UnattributedGap {
  readonly service: string
  readonly operation: string
  readonly model: string | null
  readonly calls: number
  readonly usd: number
  readonly traceId: string
}

/** Costs that are no calls, of one component and origin. */
export interface CostGroup {
  /** Value by dimension; `null` where the costs say nothing. */
  readonly key: Readonly<Partial<Record<Dimension, string | null>>>
  readonly component: string
  readonly origin: 'measured' | 'allocated'
  readonly records: number
  readonly usd: number
  /** The same as an exact decimal string. */
  readonly usdExact: string
}

/** One part of what calls cost: `input`, `output`. */
export interface PartGroup {
  readonly key: CostGroup['key']
  readonly part: string
  /** Calls that have it. */
  readonly calls: number
  readonly usd: number
  readonly usdExact: string
}

export interface OutcomeGroup {
  readonly key: CostGroup['key']
  readonly name: string
  /** Successes, failures, and those that say neither. */
  readonly outcomes: number
  readonly succeeded: number
  readonly failed: number
  /** Not among `outcomes`: their idempotency key was known. */
  readonly duplicates: number
  /** Outcomes that say what they were worth, and all of that. */
  readonly valued: number
  readonly value: { readonly usd: number; readonly usdExact: string }
}

export interface RunRate {
  /** USD per hour. */
  readonly usdPerHour: number
  /** Over how long it was measured, milliseconds. */
  readonly windowMs: number
}

/** Everything the page shows. */
export interface Overview {
  /** When it was computed, epoch milliseconds. */
  readonly now: number
  readonly by: Dimension
  /** What was asked for; absent: everything. */
  readonly periodMs?: number
  readonly totals: Group
  /** Start of the first and last call of the period; absent without calls. */
  readonly first?: number
  readonly last?: number
  /** Calls of any time; 0: nothing has come in yet. */
  readonly everCalls: number
  /** Calls that are kept as hourly sums only, to stay within the size limit. */
  readonly pruned: number
  readonly runRate: RunRate
  /** Of the period, what is no LLM call: in none of the other figures. USD. */
  readonly otherUsd: number
  readonly chart: Chart
  readonly groups: readonly Group[]
  /** Groups that `groups` leaves out. */
  readonly moreGroups: number
  readonly dearest: readonly CallRow[]
  readonly unpriced: readonly UnpricedGap[]
  readonly unattributed: readonly UnattributedGap[]
  readonly unattributedCalls: number
  readonly unattributedUsd: number
}
