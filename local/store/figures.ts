/** The figures of any set of calls: the columns that aggregate them and how these are read. */

import type { Figures } from '../answers.ts'
import { moneySum, readMoney } from './money.ts'

const wasted = `waste IS NOT NULL AND waste <> 'none'`
export const UNPRICED = `status = 'unpriced' AND reason IS NOT 'call_failed'`

export const FIGURES = `
COUNT(*) AS calls,
COUNT(usd) AS priced,
TOTAL(attempts) AS attempts,
COUNT(*) FILTER (WHERE repeat >= 2) AS repeats,
TOTAL(input_tokens) AS input_tokens,
TOTAL(output_tokens) AS output_tokens,
TOTAL(cache_read_tokens) AS cache_read_tokens,
TOTAL(cache_write_tokens) AS cache_write_tokens,
COUNT(input_tokens) AS input_counted,
COUNT(output_tokens) AS output_counted,
${moneySum('usd')},
${moneySum('waste', wasted)},
COUNT(*) FILTER (WHERE ${UNPRICED}) AS unpriced,
COUNT(*) FILTER (WHERE status = 'partial') AS partial,
COUNT(*) FILTER (WHERE status = 'unpriced' AND reason = 'call_failed') AS failed`

type SqlRecord = Readonly<Record<string, unknown>>

export function readFigures(record: SqlRecord): Figures {
  const number = (name: string): number => Number(record[name] ?? 0)
  const average = (sum: string, counted: string): number | null =>
    number(counted) === 0 ? null : number(sum) / number(counted)
  const calls = number('calls')
  return {
    calls,
    pricedCalls: number('priced'),
    attempts: number('attempts'),
    attemptsPerCall: calls === 0 ? null : number('attempts') / calls,
    repeats: number('repeats'),
    inputTokens: number('input_tokens'),
    outputTokens: number('output_tokens'),
    cacheReadTokens: number('cache_read_tokens'),
    cacheWriteTokens: number('cache_write_tokens'),
    inputTokensPerCall: average('input_tokens', 'input_counted'),
    outputTokensPerCall: average('output_tokens', 'output_counted'),
    ...readMoney(record, 'usd'),
    wasteUsd: readMoney(record, 'waste').usd,
    unpricedCalls: number('unpriced'),
    partialCalls: number('partial'),
    failedCalls: number('failed'),
  }
}

/**
 * Records of two questions as those of one: those of the same key are added up.
 * @param keys the columns that tell records apart
 */
export function together(
  records: readonly SqlRecord[],
  more: readonly SqlRecord[],
  keys: readonly string[],
): readonly SqlRecord[] {
  if (more.length === 0) return records
  const found = new Map<string, SqlRecord>()
  for (const record of [...records, ...more]) {
    const id = JSON.stringify(keys.map((key) => record[key] ?? null))
    const known = found.get(id)
    found.set(id, known === undefined ? record : sum(known, record, keys))
  }
  return [...found.values()]
}

function sum(a: SqlRecord, b: SqlRecord, keys: readonly string[]): SqlRecord {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  const added = names.map((name): [string, unknown] =>
    keys.includes(name) ? [name, a[name]] : [name, Number(a[name] ?? 0) + Number(b[name] ?? 0)],
  )
  return Object.fromEntries(added)
}

/** Epoch milliseconds of the calls' starts, `from` included, `to` not. Absent: unbounded. */
export interface Period {
  readonly from?: number
  readonly to?: number
}

/** A covered span's cost stands on another one, so that it is no call of its own. */
export function within(period: Period): { readonly where: string; readonly values: number[] } {
  return {
    where: `status <> 'covered' AND started_at >= ? AND started_at < ?`,
    values: [period.from ?? -Number.MAX_VALUE, period.to ?? Number.MAX_VALUE],
  }
}
