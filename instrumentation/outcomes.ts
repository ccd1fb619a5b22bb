/** What an application tells itself: how its units of work came out, and what they cost beside LLM calls. */

import type { AttributionInput } from './attribution/context.ts'
import { recordings } from './compose.ts'
import type { CostFields, OutcomeFields } from './core/recorded.ts'
import { guard } from './guard.ts'
import { sharedState } from './shared-state.ts'

export type OutcomeInput = OutcomeFields & AttributionInput
export type CostInput = CostFields & AttributionInput

/**
 * Records what a unit of work came to: `recordOutcome('ticket.resolved', { unit: { type: 'ticket', id }, success: true })`.
 * It is a log event and a counter; the attribution in force is the default. It may come late, twice (with an
 * `idempotencyKey` it counts once) and from another process than the unit's calls: they are joined by unit. Never
 * throws: a field of the wrong type is left out with one line on stderr, and so is an outcome without a name.
 *
 * @param name 1 to 256 characters; at most 300 names a process have series of their own on metrics
 */
export function recordOutcome(name: string, outcome: OutcomeInput = {}): void {
  if (sharedState().disabled === true) return
  guard('recording an outcome', () => recordings()?.outcome(name, outcome))
}

/**
 * Records a cost that is no LLM call: `recordCost({ component: 'gateway', amount: 0.0004, origin: 'allocated' })`. It
 * joins the unit in force, or the one that is named. Never throws; without component or amount it is left out with
 * one line on stderr.
 */
export function recordCost(cost: CostInput): void {
  if (sharedState().disabled === true) return
  guard('recording a cost', () => recordings()?.cost(cost))
}
