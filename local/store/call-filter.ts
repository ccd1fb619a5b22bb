/** Which calls are asked for: by any of their dimensions, their unit, their turn, or how their unit came out. */

import type { SQLInputValue } from 'node:sqlite'
import { columnOf, type Dimension } from './dimensions.ts'
import { within, type Period } from './figures.ts'

export interface CallFilter extends Period {
  /** The value of each dimension; `null`: the call says nothing. */
  readonly is?: Readonly<Partial<Record<Dimension, string | null>>>
  /** From 1. */
  readonly turn?: number
  /** HTTP attempts at least. */
  readonly attempts?: number
  /** Only calls of units with a failed outcome, and no successful one; of this name where one is given. */
  readonly outcomeFailed?: true | string
}

/** Units that failed: some outcome says so, and none says otherwise. */
const FAILED_UNITS = `
SELECT unit_type, unit_id FROM outcomes WHERE unit_id IS NOT NULL AND duplicate = 0
GROUP BY unit_type, unit_id HAVING MIN(success) = 0 AND MAX(success) = 0`

const FAILED_UNITS_OF_NAME = FAILED_UNITS.replace('duplicate = 0', 'duplicate = 0 AND name = ?')

/** A `WHERE` without the word, and its parameters. */
export function matching(filter: CallFilter): {
  readonly where: string
  readonly values: readonly SQLInputValue[]
} {
  const { where, values } = within(filter)
  const parts: { readonly sql: string; readonly values: readonly SQLInputValue[] }[] = [
    { sql: where, values },
  ]
  for (const [name, value] of Object.entries(filter.is ?? {})) parts.push(isThat(name, value))
  if (filter.turn !== undefined) parts.push({ sql: 'turn = ?', values: [filter.turn] })
  if (filter.attempts !== undefined) parts.push({ sql: 'attempts >= ?', values: [filter.attempts] })
  const { outcomeFailed } = filter
  if (outcomeFailed !== undefined) {
    const named = outcomeFailed !== true
    const units = named ? FAILED_UNITS_OF_NAME : FAILED_UNITS
    parts.push({
      sql: `(unit_type, unit_id) IN (${units})`,
      values: named ? [outcomeFailed] : [],
    })
  }
  return {
    where: parts.map(({ sql }) => sql).join(' AND '),
    values: parts.flatMap((part) => part.values),
  }
}

function isThat(
  name: string,
  value: string | null,
): { readonly sql: string; readonly values: readonly SQLInputValue[] } {
  const column = columnOf(name as Dimension)
  if (value === null) return { sql: `${column} IS NULL`, values: [] }
  // Emitters that say nothing of waste say of none.
  if (name === 'waste' && value === 'none')
    return { sql: `COALESCE(waste, 'none') = 'none'`, values: [] }
  return { sql: `${column} = ?`, values: [value] }
}
