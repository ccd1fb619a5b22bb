/**
 * Keeps the store within its size: the oldest single calls, costs and outcomes go first, and stay as hourly sums. The
 * oldest sums go where there are more of them than single records have room for: names that are never twice the same.
 */

import type { DatabaseSync } from 'node:sqlite'
import { rollUp } from './rolling-up.ts'
import { transaction } from './transaction.ts'

/** Freed pages are used again, so that the file stops growing. */
export function prune(db: DatabaseSync, maxBytes: number): void {
  while (used(db) > maxBytes) {
    if (!transaction(db, () => pruneOldest(db))) return
  }
}

/** As `prune`; a file that is larger than that by a quarter, because it had another limit, is made smaller. */
export function fit(db: DatabaseSync, maxBytes: number): void {
  prune(db, maxBytes)
  if (number(db, 'PRAGMA page_count') * number(db, 'PRAGMA page_size') > maxBytes * 1.25) {
    db.exec('VACUUM')
  }
}

/** Sums for each single record from which on they are too many. */
const MOST_SUMS = 2

/** Whether there was anything to let go of. */
function pruneOldest(db: DatabaseSync): boolean {
  const records = number(db, `SELECT COUNT(*) FROM (${TIMES})`)
  const sums = HOURS.reduce((sum, name) => sum + number(db, `SELECT COUNT(*) FROM ${name}`), 0)
  if (records > 0 && sums <= records * MOST_SUMS) pruneRecords(db, records)
  else if (sums > 0) pruneHours(db)
  return records + sums > 0
}

function used(db: DatabaseSync): number {
  const pages = number(db, 'PRAGMA page_count') - number(db, 'PRAGMA freelist_count')
  return pages * number(db, 'PRAGMA page_size')
}

const TIMES = `SELECT started_at AS t FROM calls UNION ALL SELECT at FROM costs UNION ALL SELECT at FROM outcomes`

/** Single records that go at once, at most: half a second in which nothing else is answered (measured). */
const MOST_AT_ONCE = 20_000

/** The oldest tenth of single records, and all that are as old as its youngest. */
function pruneRecords(db: DatabaseSync, all: number): void {
  const oldest = Math.min(Math.floor((all - 1) / 10), MOST_AT_ONCE)
  const upTo = number(db, `${TIMES} ORDER BY t LIMIT 1 OFFSET ${oldest}`)
  rollUp(db, upTo)
  db.prepare(CUT).run(upTo, upTo)
  const calls = db.prepare(
    `SELECT COUNT(*) AS n FROM calls WHERE started_at <= ? AND status <> 'covered'`,
  )
  const gone = Number(calls.get(upTo)?.['n'] ?? 0)
  db.prepare('DELETE FROM calls WHERE started_at <= ?').run(upTo)
  db.prepare('DELETE FROM costs WHERE at <= ?').run(upTo)
  db.prepare('DELETE FROM outcomes WHERE at <= ?').run(upTo)
  db.exec(`UPDATE pruned SET calls = calls + ${gone}; ${FORGET_CUT}`)
}

/** Units with calls on both sides. */
const CUT = `
INSERT OR IGNORE INTO cut_units
SELECT DISTINCT unit_type, unit_id FROM calls AS old
WHERE started_at <= ? AND unit_id IS NOT NULL AND unit_type IS NOT NULL AND EXISTS (
  SELECT 1 FROM calls AS young
  WHERE young.unit_id = old.unit_id AND young.unit_type = old.unit_type AND young.started_at > ?
)`
const FORGET_CUT = `
DELETE FROM cut_units WHERE NOT EXISTS (
  SELECT 1 FROM calls WHERE calls.unit_id = cut_units.unit_id AND calls.unit_type = cut_units.unit_type
)`

const HOURS = ['call_hours', 'part_hours', 'cost_hours', 'outcome_hours']

/** The oldest tenth of hours. */
function pruneHours(db: DatabaseSync): void {
  const hours = `SELECT DISTINCT hour FROM (${HOURS.map((name) => `SELECT hour FROM ${name}`).join(' UNION ALL ')})`
  const all = number(db, `SELECT COUNT(*) FROM (${hours})`)
  const upTo = number(db, `${hours} ORDER BY hour LIMIT 1 OFFSET ${Math.floor((all - 1) / 10)}`)
  for (const name of HOURS) db.prepare(`DELETE FROM ${name} WHERE hour <= ?`).run(upTo)
}

function number(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0)
}
