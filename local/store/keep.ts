/** Writing calls: each once, and never more than the store may hold. */

import type { DatabaseSync } from 'node:sqlite'
import type { CallRow } from '../row.ts'
import { INSERT_CALL, toParameters } from './schema.ts'

/**
 * A span priced on arrival whose own child, in the same service, bears a cost: an outer instrumentation's account of
 * the same call. Its cost stands on the child.
 */
const COVER = `
UPDATE calls SET status = 'covered', reason = NULL, usd = NULL, usd_pico = NULL, parts = '{}'
WHERE trace_id = ? AND span_id = ? AND service = ? AND priced_by = 'local'`
const COSTING_CHILD = `
SELECT 1 FROM calls WHERE trace_id = ? AND parent_span_id = ? AND service = ? AND usd IS NOT NULL`

export interface Keeper {
  /** How many were new. All or none: an error leaves the store as it was. */
  keep(rows: readonly CallRow[]): number
}

export function keeper(db: DatabaseSync, maxBytes: number): Keeper {
  const insert = db.prepare(INSERT_CALL)
  const cover = db.prepare(COVER)
  const costingChild = db.prepare(COSTING_CHILD)

  const keepOne = (row: CallRow): number => {
    const { changes } = insert.run(...toParameters(row))
    if (changes === 0) return 0
    if (row.usd !== undefined && row.parentSpanId !== undefined) {
      cover.run(row.traceId, row.parentSpanId, row.service)
    }
    if (row.pricedBy === 'local' && costingChild.get(row.traceId, row.spanId, row.service)) {
      cover.run(row.traceId, row.spanId, row.service)
    }
    return 1
  }

  return {
    keep(rows) {
      if (rows.length === 0) return 0
      db.exec('BEGIN IMMEDIATE')
      try {
        const added = rows.reduce((sum, row) => sum + keepOne(row), 0)
        db.exec('COMMIT')
        prune(db, maxBytes)
        return added
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
  }
}

/** The oldest tenth goes until what is left fits; freed pages are used again, so that the file stops growing. */
function prune(db: DatabaseSync, maxBytes: number): void {
  const number = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0)
  const used = (): number =>
    (number('PRAGMA page_count') - number('PRAGMA freelist_count')) * number('PRAGMA page_size')
  while (used() > maxBytes) {
    const calls = number('SELECT COUNT(*) FROM calls')
    if (calls === 0) return
    const oldest = 'SELECT rowid FROM calls ORDER BY started_at LIMIT ?'
    db.prepare(`DELETE FROM calls WHERE rowid IN (${oldest})`).run(Math.ceil(calls / 10))
    db.exec(`UPDATE pruned SET calls = calls + ${Math.ceil(calls / 10)}`)
  }
}
