/** Spend and input tokens per call over time, by group: what the charts draw. */

import type { DatabaseSync } from 'node:sqlite'
import type { Chart, Series } from '../answers.ts'
import { columnOf, type Dimension } from './dimensions.ts'
import { together, within, type Period } from './figures.ts'
import { moneySum, readMoney } from './money.ts'
import { rolledBuckets } from './rolled.ts'

interface Line {
  usd: number[]
  calls: number[]
  tokens: number[]
  counted: number[]
}

/** Lines of the `most` dearest groups, the others as one. Buckets start at whole multiples of `bucketMs`. */
export function chart(
  db: DatabaseSync,
  period: Required<Period>,
  by: Dimension,
  bucketMs: number,
  most = 6,
): Chart {
  const first = Math.floor(period.from / bucketMs)
  const length = Math.max(1, Math.ceil(period.to / bucketMs) - first)
  const lines = read(db, period, by, bucketMs, first, length)
  const ranked = [...lines].sort(([, a], [, b]) => sum(b.usd) - sum(a.usd))
  const kept = ranked.length <= most + 1 ? ranked : ranked.slice(0, most)
  const rest = ranked.slice(kept.length).map(([, line]) => line)
  const series = kept.map(([name, line]) => seriesOf(name, 0, line))
  if (rest.length > 0) series.push(seriesOf(null, rest.length, rest.reduce(add, line(length))))
  const times = Array.from({ length }, (_, n) => (first + n) * bucketMs)
  return { times, bucketMs, series }
}

function read(
  db: DatabaseSync,
  period: Period,
  by: Dimension,
  bucketMs: number,
  first: number,
  length: number,
): ReadonlyMap<string | null, Line> {
  const { where, values } = within(period)
  const sql = `
    SELECT CAST(started_at / ? AS INTEGER) AS bucket, ${columnOf(by)} AS name, COUNT(*) AS calls,
      TOTAL(input_tokens) AS tokens, COUNT(input_tokens) AS counted, ${moneySum('usd')}
    FROM calls WHERE ${where} GROUP BY bucket, name`
  const lines = new Map<string | null, Line>()
  const kept = db.prepare(sql).all(bucketMs, ...values)
  const rolled = rolledBuckets(db, period, by, bucketMs)
  for (const record of together(kept, rolled, ['bucket', 'name'])) {
    const n = Number(record['bucket']) - first
    if (n < 0 || n >= length) continue
    const name = typeof record['name'] === 'string' ? record['name'] : null
    const found = lines.get(name) ?? line(length)
    lines.set(name, found)
    found.usd[n] = readMoney(record, 'usd').usd
    found.calls[n] = Number(record['calls'])
    found.tokens[n] = Number(record['tokens'])
    found.counted[n] = Number(record['counted'])
  }
  return lines
}

function line(length: number): Line {
  const zeros = (): number[] => Array.from({ length }, () => 0)
  return { usd: zeros(), calls: zeros(), tokens: zeros(), counted: zeros() }
}

function add(a: Line, b: Line): Line {
  const plus = (x: number[], y: number[]): number[] => x.map((value, n) => value + (y[n] ?? 0))
  return {
    usd: plus(a.usd, b.usd),
    calls: plus(a.calls, b.calls),
    tokens: plus(a.tokens, b.tokens),
    counted: plus(a.counted, b.counted),
  }
}

function seriesOf(name: string | null, others: number, found: Line): Series {
  const inputTokensPerCall = found.tokens.map((tokens, n) => {
    const counted = found.counted[n] ?? 0
    return counted === 0 ? null : tokens / counted
  })
  return { name, others, usd: found.usd, calls: found.calls, inputTokensPerCall }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
