/** What tells one record from every other, so that what is sent twice is kept once. */

import { createHash } from 'node:crypto'
import type { CostRow } from '../cost-row.ts'
import type { OutcomeRow } from '../outcome-row.ts'

/**
 * The id that its sender gave it. A cost without one was read off a span, of which each component has one cost.
 * What has neither is told by its content: the same said twice of the same millisecond is once.
 */
export function identityOf(row: CostRow | OutcomeRow): string {
  if (row.recordId !== undefined) return row.recordId
  if ('component' in row && row.spanId !== undefined) {
    return `${String(row.traceId)}/${row.spanId}/${row.component}`
  }
  return createHash('sha256').update(JSON.stringify(row)).digest('base64url')
}
