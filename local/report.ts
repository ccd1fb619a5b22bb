/** The figures behind `costspan report`: totals and rows by any grouping, as plain JSON. */

import type { Group, UnitFigures } from './answers.ts'
import type { Store } from './store.ts'
import type { Dimension } from './store/dimensions.ts'
import type { CallFilter } from './store/call-filter.ts'
import { moneyOf, toPico, type Money } from './store/money.ts'

export interface ReportFigures {
  readonly calls: number
  readonly attempts: number
  readonly attemptsPerCall: number | null
  /** Calls that repeat an identical request within their unit. */
  readonly repeats: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly inputTokensPerCall: number | null
  readonly outputTokensPerCall: number | null
  /** `null` where there are calls and none has an amount: not known, not nothing. */
  readonly usd: number | null
  /** `usd` as an exact decimal string. */
  readonly usdExact: string | null
  readonly wasteUsd: number
  /** Calls that used something and have no amount, and calls whose amount is a lower bound. */
  readonly unpricedCalls: number
  readonly partialCalls: number
  /** Cost per conversation, or per unit of another type; `null` where no unit is named. */
  readonly unit: UnitFigures | null
}

export interface Report {
  /** ISO 8601. `since` is absent where everything was asked for. */
  readonly since?: string
  readonly at: string
  readonly by: readonly Dimension[]
  readonly totals: ReportFigures & {
    /** Calls that used something and have no amount, by reason. */
    readonly unpriced: Gap
    /** Calls whose amount is a lower bound, by reason. */
    readonly partial: Gap
    /** Calls that failed without usage: nothing is known to have been billed. */
    readonly failed: { readonly calls: number }
  }
  readonly rows: readonly ReportRow[]
  /** What is no LLM call, by component: in none of the other figures. */
  readonly otherCosts: readonly (Money & { readonly component: string; readonly records: number })[]
}

interface Gap {
  readonly calls: number
  readonly reasons: Readonly<Record<string, number>>
}

export type ReportRow = ReportFigures & {
  readonly key: Readonly<Partial<Record<Dimension, string | null>>>
  readonly share: number | null
}

/** Rows are dearest first; without a grouping there are none. */
export function report(
  store: Store,
  filter: CallFilter,
  by: readonly Dimension[],
  now: number,
): Report {
  const totals = store.totals(filter)
  return {
    ...(filter.from === undefined ? {} : { since: new Date(filter.from).toISOString() }),
    at: new Date(now).toISOString(),
    by,
    totals: {
      ...figures(totals),
      unpriced: { calls: totals.unpricedCalls, reasons: store.reasons(filter, 'unpriced') },
      partial: { calls: totals.partialCalls, reasons: store.reasons(filter, 'partial') },
      failed: { calls: totals.failedCalls },
    },
    rows: by.length === 0 ? [] : store.groups(filter, by).map(row),
    otherCosts: otherCosts(store, filter),
  }
}

function otherCosts(store: Store, { from, to, is }: CallFilter): Report['otherCosts'] {
  const sums = new Map<string, { pico: bigint; records: number }>()
  const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  for (const group of store.costGroups(period, ['feature'])) {
    if (is?.feature !== undefined && group.key.feature !== is.feature) continue
    const sum = sums.get(group.component) ?? { pico: 0n, records: 0 }
    sums.set(group.component, sum)
    sum.pico += toPico(group.usd)
    sum.records += group.records
  }
  return [...sums]
    .map(([component, { pico, records }]) => ({ component, records, ...moneyOf(pico) }))
    .sort((x, y) => y.usd - x.usd)
}

function row(group: Group): ReportRow {
  return { key: group.key, ...figures(group), share: group.share }
}

function figures(group: Group): ReportFigures {
  const unknown = group.calls > 0 && group.pricedCalls === 0
  return {
    calls: group.calls,
    attempts: group.attempts,
    attemptsPerCall: group.attemptsPerCall,
    repeats: group.repeats,
    inputTokens: group.inputTokens,
    outputTokens: group.outputTokens,
    cacheReadTokens: group.cacheReadTokens,
    cacheWriteTokens: group.cacheWriteTokens,
    inputTokensPerCall: group.inputTokensPerCall,
    outputTokensPerCall: group.outputTokensPerCall,
    usd: unknown ? null : group.usd,
    usdExact: unknown ? null : group.usdExact,
    wasteUsd: group.wasteUsd,
    unpricedCalls: group.unpricedCalls,
    partialCalls: group.partialCalls,
    unit: group.unit,
  }
}
