/** costspan's report against the ledger of the simulator, which priced everything independently. */

import type { Figures } from '../../local/answers.ts'
import { usdText } from '../simulator/rates.ts'
import type { LedgerTotals } from '../simulator/ledger.ts'

export interface Counted {
  readonly calls: number
  /** HTTP requests. */
  readonly attempts: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Exact decimal. */
  readonly usd: string
}

export interface LedgerCheck {
  readonly costspan: Counted
  /** What the simulator's answers stated. */
  readonly ledger: Counted
  /** Billed without any answer that said so: streams that the application stopped reading. */
  readonly untold: { readonly calls: number; readonly outputTokens: number; readonly usd: string }
  /** costspan less ledger, USD. */
  readonly differenceUsd: number
  /** Counts exactly, dollars to 1e-9. */
  readonly agrees: boolean
}

/** USD. */
const TOLERANCE = 1e-9

export function checkLedger(figures: Figures, totals: LedgerTotals): LedgerCheck {
  const costspan = {
    calls: figures.calls,
    attempts: figures.attempts,
    inputTokens: figures.inputTokens,
    outputTokens: figures.outputTokens,
    usd: figures.usdExact,
  }
  const { told, billed } = totals
  const ledger = {
    calls: totals.calls,
    attempts: totals.requests,
    inputTokens: told.inputTokens,
    outputTokens: told.outputTokens,
    usd: told.usd,
  }
  const differenceUsd = Number(costspan.usd) - Number(ledger.usd)
  const counts = ['calls', 'attempts', 'inputTokens', 'outputTokens'] as const
  return {
    costspan,
    ledger,
    untold: {
      calls: billed.requests - told.requests,
      outputTokens: billed.outputTokens - told.outputTokens,
      usd: usdText(billed.pico - told.pico),
    },
    differenceUsd,
    agrees:
      counts.every((name) => costspan[name] === ledger[name]) &&
      Math.abs(differenceUsd) <= TOLERANCE,
  }
}
