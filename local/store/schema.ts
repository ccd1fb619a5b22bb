/** The one table, and a call as a row of it. */

import type { SQLOutputValue } from 'node:sqlite'
import type { CallRow, ContextTokens } from '../row.ts'
import { toPico } from './money.ts'

/** `application_id` of our files: "cost". */
export const APPLICATION_ID = 0x636f7374
/** `user_version` of this layout. */
export const LAYOUT = 2

/** What brings a file of an earlier layout up to this one. 2: usage and price context, for other prices. */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  1: 'ALTER TABLE calls ADD COLUMN usage TEXT; ALTER TABLE calls ADD COLUMN price_context TEXT;',
}

/** Column, its type, and the field of `CallRow` that it holds. The order is that of the table. */
const COLUMNS = [
  ['trace_id', 'TEXT NOT NULL', 'traceId'],
  ['span_id', 'TEXT NOT NULL', 'spanId'],
  ['parent_span_id', 'TEXT', 'parentSpanId'],
  ['service', 'TEXT NOT NULL', 'service'],
  ['environment', 'TEXT', 'environment'],
  ['started_at', 'REAL NOT NULL', 'startedAt'],
  ['ended_at', 'REAL NOT NULL', 'endedAt'],
  ['operation', 'TEXT NOT NULL', 'operation'],
  ['provider', 'TEXT NOT NULL', 'provider'],
  ['request_model', 'TEXT', 'requestModel'],
  ['response_model', 'TEXT', 'responseModel'],
  ['call_end', 'TEXT', 'end'],
  ['error_type', 'TEXT', 'errorType'],
  ['stream', 'INTEGER', 'stream'],
  ['attempts', 'INTEGER NOT NULL', 'attempts'],
  ['input_tokens', 'INTEGER', 'inputTokens'],
  ['output_tokens', 'INTEGER', 'outputTokens'],
  ['cache_read_tokens', 'INTEGER', 'cacheReadTokens'],
  ['cache_write_tokens', 'INTEGER', 'cacheWriteTokens'],
  ['reasoning_tokens', 'INTEGER', 'reasoningTokens'],
  ['usage', 'TEXT', 'usage'],
  ['price_context', 'TEXT', 'priceContext'],
  ['status', 'TEXT NOT NULL', 'status'],
  ['reason', 'TEXT', 'reason'],
  ['priced_by', 'TEXT', 'pricedBy'],
  ['usd', 'REAL', 'usd'],
  ['parts', 'TEXT NOT NULL', 'parts'],
  ['feature', 'TEXT', 'feature'],
  ['team', 'TEXT', 'team'],
  ['customer', 'TEXT', 'customer'],
  ['cost_center', 'TEXT', 'costCenter'],
  ['user_id', 'TEXT', 'user'],
  ['session_id', 'TEXT', 'session'],
  ['conversation_id', 'TEXT', 'conversation'],
  ['prompt_name', 'TEXT', 'promptName'],
  ['prompt_version', 'TEXT', 'promptVersion'],
  ['unit_type', 'TEXT', 'unitType'],
  ['unit_id', 'TEXT', 'unitId'],
  ['tags', 'TEXT NOT NULL', 'tags'],
  ['turn', 'INTEGER', 'turn'],
  ['context', 'TEXT', 'context'],
  ['repeat', 'INTEGER', 'repeat'],
  ['waste', 'TEXT', 'waste'],
] as const satisfies readonly (readonly [string, string, keyof CallRow])[]

const names = COLUMNS.map(([name]) => name)

export const CREATE_TABLE = `
CREATE TABLE IF NOT EXISTS calls (
  ${COLUMNS.map(([name, type]) => `${name} ${type}`).join(',\n  ')},
  usd_pico INTEGER,
  UNIQUE (trace_id, span_id)
) STRICT;
CREATE INDEX IF NOT EXISTS calls_by_start ON calls (started_at);
CREATE INDEX IF NOT EXISTS calls_by_parent ON calls (trace_id, parent_span_id);
CREATE TABLE IF NOT EXISTS pruned (calls INTEGER NOT NULL);
INSERT INTO pruned SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM pruned);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${LAYOUT};
`

/** The first span of an id stays: exporters send a batch again when they did not hear the answer. */
export const INSERT_CALL = `
INSERT INTO calls (${names.join(', ')}, usd_pico)
VALUES (${[...names, 'usd_pico'].map(() => '?').join(', ')})
ON CONFLICT (trace_id, span_id) DO NOTHING`

/** For `fromRecord`: what `SELECT *` also holds, pico-dollars beyond 2^53, can't be read as a number. */
export const CALL_COLUMNS = names.join(', ')

type Parameter = string | number | bigint | null

export function toParameters(row: CallRow): Parameter[] {
  const values = COLUMNS.map(([, , field]): Parameter => {
    const value = row[field]
    if (value === undefined) return null
    if (typeof value === 'boolean') return value ? 1 : 0
    return typeof value === 'object' ? JSON.stringify(value) : value
  })
  return [...values, row.usd === undefined ? null : toPico(row.usd)]
}

export function fromRecord(record: Readonly<Record<string, SQLOutputValue>>): CallRow {
  const fields: Record<string, unknown> = {}
  for (const [name, , field] of COLUMNS) {
    const value = record[name]
    if (value !== null && value !== undefined) fields[field] = decoded(field, value)
  }
  return fields as unknown as CallRow
}

const JSON_FIELDS: readonly (keyof CallRow)[] = [
  'parts',
  'tags',
  'context',
  'usage',
  'priceContext',
]

function decoded(
  field: keyof CallRow,
  value: SQLOutputValue,
): SQLOutputValue | boolean | ContextTokens {
  if (field === 'stream') return value === 1
  return JSON_FIELDS.includes(field) && typeof value === 'string'
    ? (JSON.parse(value) as ContextTokens)
    : value
}
