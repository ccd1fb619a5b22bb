/** Outcomes, as the store keeps them. */

import type { SQLInputValue } from 'node:sqlite'
import type { OutcomeRow } from '../outcome-row.ts'
import { identityOf } from './identity.ts'
import { toPico } from './money.ts'
import { table, type Column } from './table.ts'

const COLUMNS: readonly Column<OutcomeRow>[] = [
  ['at', 'REAL NOT NULL', 'at'],
  ['name', 'TEXT NOT NULL', 'name'],
  ['success', 'INTEGER', 'success', 'flag'],
  ['value', 'REAL', 'value'],
  ['unit_type', 'TEXT', 'unitType'],
  ['unit_id', 'TEXT', 'unitId'],
  ['service', 'TEXT NOT NULL', 'service'],
  ['environment', 'TEXT', 'environment'],
  ['feature', 'TEXT', 'feature'],
  ['team', 'TEXT', 'team'],
  ['customer', 'TEXT', 'customer'],
  ['prompt_name', 'TEXT', 'promptName'],
  ['prompt_version', 'TEXT', 'promptVersion'],
  ['user_id', 'TEXT', 'user'],
  ['session_id', 'TEXT', 'session'],
  ['tags', 'TEXT NOT NULL', 'tags', 'json'],
  ['idempotency_key', 'TEXT', 'idempotencyKey'],
  ['trace_id', 'TEXT', 'traceId'],
  ['span_id', 'TEXT', 'spanId'],
  ['record_id', 'TEXT', 'recordId'],
]

export const outcomes = table(COLUMNS)

/** Duplicates of a key stay as rows that only their count reads: a batch sent again would count them again. */
export const OUTCOMES_TABLE = `
CREATE TABLE IF NOT EXISTS outcomes (
  ${outcomes.definitions},
  value_pico INTEGER,
  identity TEXT NOT NULL UNIQUE,
  duplicate INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outcomes_by_time ON outcomes (at);
CREATE INDEX IF NOT EXISTS outcomes_by_unit ON outcomes (unit_id, unit_type) WHERE unit_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS outcomes_by_key ON outcomes (name, idempotency_key)
  WHERE idempotency_key IS NOT NULL AND duplicate = 0;`

const known = `EXISTS (SELECT 1 FROM outcomes WHERE name = ? AND idempotency_key = ? AND duplicate = 0)`

export const INSERT_OUTCOME = `${outcomes.insert('outcomes', { value_pico: '?', identity: '?', duplicate: known })}
ON CONFLICT (identity) DO NOTHING RETURNING duplicate`

export function outcomeParameters(row: OutcomeRow): SQLInputValue[] {
  return [
    ...outcomes.toParameters(row),
    row.value === undefined ? null : toPico(row.value),
    identityOf(row),
    row.name,
    row.idempotencyKey ?? null,
  ]
}
