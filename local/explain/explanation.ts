/** An explanation, as plain values: what the commands print, the page shows and JSON holds. */

import type { CauseName } from './accounts.ts'

export interface Cause {
  /** `volume`, `attempts`, `history`, …; `component:NAME` for what is no LLM call. */
  readonly name: CauseName
  /** What it is, in a few words: `repeated attempts`, `longer history`. */
  readonly label: string
  /** Of the whole change, not of one unit. */
  readonly usd: number
  /** The same as an exact decimal. Those of all causes add up to `totalUsdExact`. */
  readonly usdExact: string
  /** How far off it may be: the prompt's parts are estimated from their length. Absent where nothing is estimated. */
  readonly plusMinusUsd?: number
}

export interface Period {
  /** In a sentence: `in 2026-11`. Absent where it was found, not asked for. */
  readonly name?: string
  readonly usd: number
  readonly usdExact: string
  readonly units: number
  readonly calls: number
  /** 0 where there are no units. */
  readonly usdPerUnit: number
  /** Calls that used something and have no amount; they are in none of the figures. */
  readonly unpricedCalls: number
}

export interface Beside {
  readonly component: string
  readonly usdPerUnit: number
}

export interface Explanation {
  readonly feature: string
  /** Epoch milliseconds: the first unit at the new level, or the beginning of the period asked for. */
  readonly since: number
  /** Epoch milliseconds of the first unit after it, or the end of the period asked for; absent while it lasts. */
  readonly until?: number
  /** `conversation`, …; `call` where the calls name no unit. */
  readonly unitType: string
  readonly before: Period
  readonly after: Period
  /** How many times `before` is counted in the causes: the periods differ in length. 1 where they are taken as given. */
  readonly scale: number
  /** USD of the whole change, largest first, the remainder last. Together exactly `totalUsdExact`. */
  readonly causes: readonly Cause[]
  /** `after.usd` less `before.usd` times `scale`. */
  readonly totalUsd: number
  readonly totalUsdExact: string
  /** Epoch milliseconds from which single calls are kept, where a period begins before that: it is not all there. */
  readonly keptFrom?: number
  /** What a unit cost beside LLM calls, before and after alike: left out of all figures above. Absent: nothing is. */
  readonly beside?: readonly Beside[]
  /** One or two sentences in English, times in the local zone. */
  readonly sentence: string
}
