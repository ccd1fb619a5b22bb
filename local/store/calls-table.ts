/** Calls, as the store keeps them. */

import type { SQLInputValue } from 'node:sqlite'
import type { CallRow } from '../row.ts'
import { toPico } from './money.ts'
import { table, type Column } from './table.ts'

const COLUMNS: readonly Column<CallRow>[] = [
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
  ['stream', 'INTEGER', 'stream', 'flag'],
  ['attempts', 'INTEGER NOT NULL', 'attempts'],
  ['input_tokens', 'INTEGER', 'inputTokens'],
  ['output_tokens', 'INTEGER', 'outputTokens'],
  ['cache_read_tokens', 'INTEGER', 'cacheReadTokens'],
  ['cache_write_tokens', 'INTEGER', 'cacheWriteTokens'],
  ['reasoning_tokens', 'INTEGER', 'reasoningTokens'],
  ['usage', 'TEXT', 'usage', 'json'],
  ['price_context', 'TEXT', 'priceContext', 'json'],
  ['status', 'TEXT NOT NULL', 'status'],
  ['reason', 'TEXT', 'reason'],
  ['priced_by', 'TEXT', 'pricedBy'],
  ['usd', 'REAL', 'usd'],
  ['parts', 'TEXT NOT NULL', 'parts', 'json'],
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
  ['tags', 'TEXT NOT NULL', 'tags', 'json'],
  ['turn', 'INTEGER', 'turn'],
  ['context', 'TEXT', 'context', 'json'],
  ['repeat', 'INTEGER', 'repeat'],
  ['waste', 'TEXT', 'waste'],
]

export const calls = table(COLUMNS)

export const CALLS_TABLE = `
CREATE TABLE IF NOT EXISTS calls (
  ${calls.definitions},
  usd_pico INTEGER,
  UNIQUE (trace_id, span_id)
) STRICT;
CREATE INDEX IF NOT EXISTS calls_by_start ON calls (started_at);
CREATE INDEX IF NOT EXISTS calls_by_parent ON calls (trace_id, parent_span_id);
CREATE INDEX IF NOT EXISTS calls_by_unit ON calls (unit_id, unit_type) WHERE unit_id IS NOT NULL;`

/** The first span of an id stays: exporters send a batch again when they did not hear the answer. */
export const INSERT_CALL = `${calls.insert('calls', { usd_pico: '?' })}
ON CONFLICT (trace_id, span_id) DO NOTHING`

export function callParameters(row: CallRow): SQLInputValue[] {
  return [...calls.toParameters(row), row.usd === undefined ? null : toPico(row.usd)]
}
