/** Adds what is about to be deleted to the hourly sums. */

import type { DatabaseSync } from 'node:sqlite'
import { moneySum, PARTS_PICO } from './money.ts'
import {
  CALL_KEYS,
  CALL_SUMS,
  COST_SUMS,
  HOUR,
  OUTCOME_SUMS,
  RECORD_KEYS,
} from './rollup-tables.ts'

interface Rollup {
  readonly into: string
  readonly keys: readonly string[]
  readonly sums: readonly string[]
  /** By name of the key, where it is not the column of that name. */
  readonly expressions: Readonly<Record<string, string>>
  /** As `sums`, by name. */
  readonly select: string
  readonly from: string
  readonly time: string
}

const COUNTS = ['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens']

const ROLLUPS: readonly Rollup[] = [
  {
    into: 'call_hours',
    keys: CALL_KEYS,
    sums: CALL_SUMS,
    expressions: { model: 'COALESCE(request_model, response_model)' },
    select: `COUNT(*) AS calls, COUNT(usd) AS priced, SUM(attempts) AS attempts,
      COUNT(*) FILTER (WHERE repeat >= 2) AS repeats,
      COUNT(input_tokens) AS input_counted, COUNT(output_tokens) AS output_counted,
      ${COUNTS.map((column) => `COALESCE(SUM(${column}), 0) AS ${column}`).join(', ')},
      ${moneySum('usd')}`,
    from: `calls WHERE status <> 'covered'`,
    time: 'started_at',
  },
  {
    into: 'part_hours',
    keys: [...RECORD_KEYS, 'part'],
    sums: COST_SUMS,
    expressions: { part: 'json_each.key' },
    select: `COUNT(*) AS records, ${moneySum('usd', '1', PARTS_PICO)}`,
    from: `calls, json_each(calls.parts) WHERE status <> 'covered'`,
    time: 'started_at',
  },
  {
    into: 'cost_hours',
    keys: [...RECORD_KEYS, 'component', 'origin'],
    sums: COST_SUMS,
    expressions: {},
    select: `COUNT(*) AS records, ${moneySum('usd')}`,
    from: 'costs WHERE 1',
    time: 'at',
  },
  {
    into: 'outcome_hours',
    keys: [...RECORD_KEYS, 'name', 'success'],
    sums: OUTCOME_SUMS,
    expressions: {},
    select: `COUNT(*) FILTER (WHERE duplicate = 0) AS records,
      COUNT(*) FILTER (WHERE duplicate = 1) AS duplicates,
      COUNT(value) FILTER (WHERE duplicate = 0) AS valued,
      ${moneySum('value', 'duplicate = 0', 'value_pico')}`,
    from: 'outcomes WHERE 1',
    time: 'at',
  },
]

/** Of everything up to and with this time, epoch milliseconds. */
export function rollUp(db: DatabaseSync, upTo: number): void {
  for (const rollup of ROLLUPS) db.prepare(statement(rollup)).run(upTo)
}

function statement({ into, keys, sums, expressions, select, from, time }: Rollup): string {
  const named = keys.map(
    (key) => `COALESCE(CAST(${expressions[key] ?? key} AS TEXT), '') AS k_${key}`,
  )
  const grouped = keys.map((key) => `k_${key}`)
  const hour = `CAST(${time} / ${HOUR} AS INTEGER) * ${HOUR}`
  return `
    INSERT INTO ${into} (hour, ${[...keys, ...sums].join(', ')})
    SELECT hour, ${[...grouped, ...sums].join(', ')} FROM (
      SELECT ${hour} AS hour, ${named.join(', ')}, ${select} FROM ${from} AND ${time} <= ?
      GROUP BY ${['1', ...grouped].join(', ')}
    ) WHERE 1
    ON CONFLICT DO UPDATE SET ${sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ')}`
}
