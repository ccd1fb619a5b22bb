/** Series by name and by feature and team, at most so many: what an application invents must not grow without bound. */

import type { Attributes } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import { ATTR_FEATURE, ATTR_TEAM, UNATTRIBUTED } from '../semconv.ts'
import type { Cell, Family } from './families.ts'

/** Combinations per counter and process; beyond it feature and team become `other`, at twice of it the name too. */
const MAX_COMBINATIONS = 300
const OTHER = 'other'

/** The cell of a name (with what else tells it apart) and an attribution. */
export type BoundedCells = (name: string, more: Attributes, attribution: Attribution) => Cell

/**
 * @param attribute the attribute that bears the name
 * @param onFold called each time that a combination is folded into another
 */
export function boundedCells(
  family: Family,
  attribute: string,
  onFold: () => void,
  limit: number = MAX_COMBINATIONS,
): BoundedCells {
  const cells = new Map<string, Cell>()
  const cell = (room: number, attributes: Attributes): Cell | undefined => {
    const key = Object.values(attributes).join('\u0000')
    const known = cells.get(key)
    if (known !== undefined || cells.size >= room) return known
    const made = family(attributes)
    cells.set(key, made)
    return made
  }
  return (name, more, attribution) => {
    const whole = {
      [attribute]: name,
      ...more,
      [ATTR_FEATURE]: attribution.feature ?? UNATTRIBUTED,
      [ATTR_TEAM]: attribution.team ?? UNATTRIBUTED,
    }
    const found = cell(limit, whole)
    if (found !== undefined) return found
    onFold()
    const folded = { ...whole, [ATTR_FEATURE]: OTHER, [ATTR_TEAM]: OTHER }
    const nameless = { ...folded, [attribute]: OTHER }
    return cell(limit * 2, folded) ?? cell(Infinity, nameless) ?? family(nameless)
  }
}
