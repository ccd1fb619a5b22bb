/** All or nothing. */

import type { DatabaseSync } from 'node:sqlite'

/** Takes the write lock at once; what `run` throws leaves the database as it was. */
export function transaction<T>(db: DatabaseSync, run: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = run()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk has ended the transaction already. Node before 22.16 does not say.
    const { isTransaction } = db as { readonly isTransaction?: boolean }
    if (isTransaction !== false) db.exec('ROLLBACK')
    throw error
  }
}
