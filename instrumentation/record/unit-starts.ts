/**
 * Which calls begin a unit of work, once per unit and process. That a conversation begins is told by its turn, in
 * whichever process the other turns are answered; of other units one call alone looks like the next.
 */

import type { Unit } from '../core/attribution.ts'
import { createGenerations } from '../core/generations.ts'

/** `here`: it began in this process. `process`: it was seen here first, and may have begun in another. */
export type UnitStart = 'here' | 'process'

export interface UnitUse {
  readonly unit: Unit
  /** 1 + earlier assistant messages; unknown where context is not kept, or the request has no messages. */
  readonly turn?: number | undefined
  /** A later use of the unit may say more: an embedding comes before the turn that it is made for. */
  readonly mute?: boolean
}

/** Units remembered, at least: twice as many at most. */
const MAX_UNITS = 10_000

/** How the unit counts with this use of it; `undefined` where it does not, or does already. */
export function createUnitStarts(
  limit: number = MAX_UNITS,
): (use: UnitUse) => UnitStart | undefined {
  const units = createGenerations<boolean>(limit)
  return (use) => {
    const key = `${use.unit.type}\u0000${use.unit.id}`
    /** Whether the unit has been counted; undefined where it is not known. */
    const counted = units.get(key)
    if (counted === true) return undefined
    const start = startOf(use, counted === false)
    const silent = start === undefined && use.mute === true
    if (counted === undefined ? !silent : start !== undefined) units.set(key, start !== undefined)
    return start
  }
}

/** @param seen it was in use here before, and had not begun here then */
function startOf({ unit, turn, mute }: UnitUse, seen: boolean): UnitStart | undefined {
  if (unit.start === true) return 'here'
  if (unit.start === false || seen || mute === true) return undefined
  if (turn === undefined) return 'process'
  if (turn > 1) return undefined
  return unit.type === 'conversation' ? 'here' : 'process'
}
