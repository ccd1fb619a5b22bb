/** Costs that are no calls, as the store keeps them. */

import type { SQLInputValue } from 'node:sqlite'
import type { CostRow } from '../cost-row.ts'
import { identityOf } from './identity.ts'
import { toPico } from './money.ts'
import { table, type Column } from './table.ts'

const COLUMNS: readonly Column<CostRow>[] = [
  ['at', 'REAL NOT NULL', 'at'],
  ['component', 'TEXT NOT NULL', 'component'],
  ['usd', 'REAL NOT NULL', 'usd'],
  ['source', 'TEXT NOT NULL', 'source'],
  ['origin', 'TEXT NOT NULL', 'origin'],
  ['unit_type', 'TEXT', 'unitType'],
  ['unit_id', 'TEXT', 'unitId'],
  ['service', 'TEXT NOT NULL', 'service'],
  ['environment', 'TEXT', 'environment'],
  ['feature', 'TEXT', 'feature'],
  ['team', 'TEXT', 'team'],
  ['customer', 'TEXT', 'customer'],
  ['prompt_name', 'TEXT', 'promptName'],
  ['prompt_version', 'TEXT', 'promptVersion'],
  ['tags', 'TEXT NOT NULL', 'tags', 'json'],
  ['trace_id', 'TEXT', 'traceId'],
  ['span_id', 'TEXT', 'spanId'],
  ['quantity', 'REAL', 'quantity'],
  ['record_id', 'TEXT', 'recordId'],
]

export const costs = table(COLUMNS)

export const COSTS_TABLE = `
CREATE TABLE IF NOT EXISTS costs (
  ${costs.definitions},
  usd_pico INTEGER NOT NULL,
  identity TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX IF NOT EXISTS costs_by_time ON costs (at);
CREATE INDEX IF NOT EXISTS costs_by_unit ON costs (unit_id, unit_type) WHERE unit_id IS NOT NULL;`

export const INSERT_COST = `${costs.insert('costs', { usd_pico: '?', identity: '?' })}
ON CONFLICT (identity) DO NOTHING`

export function costParameters(row: CostRow): SQLInputValue[] {
  return [...costs.toParameters(row), toPico(row.usd), identityOf(row)]
}
