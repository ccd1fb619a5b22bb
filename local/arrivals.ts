/** What a request brought, sorted into calls, outcomes and other costs, and stored in one go. */

import type { CostRule } from '../instrumentation/core/cost-rule.ts'
import type { CostRow } from './cost-row.ts'
import { costOfSpan, recordOfLog } from './from-record.ts'
import { callOfSpan, type Pricer } from './from-span.ts'
import type { OutcomeRow } from './outcome-row.ts'
import type { Keep, Received } from './receiver/receiver.ts'
import type { CallRow } from './row.ts'
import type { Store } from './store.ts'

export interface Prices {
  /** Of calls that bear no cost. */
  readonly price: Pricer
  /** Of spans that are no calls and bear no cost. */
  readonly rules: readonly CostRule[]
}

/** @param changed called after something new was stored */
export function arrivals(store: Store, prices: Prices, changed: () => void): Keep {
  return (received) => {
    const { rejected, ...batch } = sorted(received, prices, Date.now())
    const kept = store.keep(batch)
    if (kept.calls + kept.costs + kept.outcomes + kept.duplicates > 0) changed()
    return rejected
  }
}

function sorted({ spans, logs }: Received, { price, rules }: Prices, now: number) {
  const calls: CallRow[] = []
  const costs: CostRow[] = []
  const outcomes: OutcomeRow[] = []
  let rejected = 0
  for (const span of spans) {
    const call = callOfSpan(span, price)
    const cost = call === undefined ? costOfSpan(span, rules) : undefined
    if (call !== undefined) calls.push(call)
    if (cost !== undefined) costs.push(cost)
  }
  for (const log of logs) {
    const read = recordOfLog(log, now)
    if (read.kind === 'outcome') outcomes.push(read.row)
    else if (read.kind === 'cost') costs.push(read.row)
    else if (read.kind === 'rejected') rejected += 1
  }
  return { calls, costs, outcomes, rejected }
}
