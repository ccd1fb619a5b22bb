/** costspan's explanation of the story against the simulator's ledger, which booked each cause by itself. */

import type { Explanation } from '../../local/explain/explanation.ts'
import { bookCauses, type BookedCauses } from '../simulator/causes.ts'
import type { LedgerEntry } from '../simulator/ledger.ts'
import { unitsOf } from '../story/phases.ts'

export interface CausesCheck {
  /** USD by cause, as the ledger books them. Without volume: how long the phases took is no matter of the provider's. */
  readonly ledger: BookedCauses
  /** The largest difference of a cause, as a share of what the ledger books for it; of the whole where that is nearly nothing. */
  readonly furthest: number
  /** Each cause within 1%, and none that the ledger does not have. */
  readonly agrees: boolean
}

const TOLERANCE = 0.01

/** The dear month against the cheap one. */
export function checkCauses(
  change: Explanation | undefined,
  entries: readonly LedgerEntry[],
): CausesCheck {
  const own = (phase: 'month 1' | 'month 3'): readonly LedgerEntry[] => {
    const units = new Set(unitsOf(phase))
    return entries.filter(({ unit }) => unit !== undefined && units.has(unit))
  }
  const { volume: _, ...ledger } = bookCauses(own('month 1'), own('month 3'))
  const whole = Object.values(ledger).reduce((sum, usd) => sum + usd, 0)
  // Other costs than the provider's are not in its ledger.
  const found = new Map(
    (change?.causes ?? [])
      .filter(({ name }) => name !== 'volume' && !name.startsWith('component:'))
      .map(({ name, usd }) => [name as string, usd]),
  )
  const off = [...new Set([...found.keys(), ...Object.keys(ledger)])].map((name) => {
    const booked = ledger[name] ?? 0
    const base = Math.abs(booked) < Math.abs(whole) * TOLERANCE ? whole : booked
    return Math.abs((found.get(name) ?? 0) - booked) / Math.abs(base)
  })
  const furthest = Math.max(...off)
  return { ledger, furthest, agrees: furthest <= TOLERANCE }
}
