/** The tables of a file, and what brings a file of an earlier layout up to this one. */

import { CALLS_TABLE } from './calls-table.ts'
import { COSTS_TABLE } from './costs-table.ts'
import { OUTCOMES_TABLE } from './outcomes-table.ts'
import { ROLLUP_TABLES } from './rollup-tables.ts'

/** `application_id` of our files: "cost". */
export const APPLICATION_ID = 0x636f7374
/** `user_version` of this layout. */
export const LAYOUT = 3

/**
 * By the layout they start from. 2: usage and price context, for other prices. 3: outcomes, other costs
 * and hourly sums, tables that `CREATE_TABLES` adds.
 */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  1: 'ALTER TABLE calls ADD COLUMN usage TEXT; ALTER TABLE calls ADD COLUMN price_context TEXT;',
  2: '',
}

export const CREATE_TABLES = `
${CALLS_TABLE}
${OUTCOMES_TABLE}
${COSTS_TABLE}
${ROLLUP_TABLES}
CREATE TABLE IF NOT EXISTS pruned (calls INTEGER NOT NULL);
INSERT INTO pruned SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM pruned);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${LAYOUT};
`
