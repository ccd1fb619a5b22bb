/** Units of work with everything that they cost, whenever it came in: calls, and costs that are no calls. */

import type { DatabaseSync } from 'node:sqlite'
import type { UnitDimension } from './dimensions.ts'
import type { Period } from './figures.ts'
import { moneySum, readPico } from './money.ts'

export interface UnitTotal {
  readonly type: string
  readonly id: string
  /** Its first call; where it has none its first cost. Epoch milliseconds. */
  readonly begunAt: number
  readonly key: Readonly<Record<UnitDimension, string | null>>
  readonly calls: number
  /** Of its calls, 1e-12 USD. */
  readonly callPico: bigint
  /** Calls that used something and have no amount, or only a part of one. */
  readonly unpricedCalls: number
  /** By component, 1e-12 USD. */
  readonly costs: ReadonlyMap<string, bigint>
}

const KEYS = 'feature, team, customer, prompt_name, prompt_version, service, environment'

/** `MIN` makes the columns without an aggregate those of the first row: sqlite.org/lang_select.html, "bare columns". */
const CALLS = `
SELECT COALESCE(unit_type, 'unit') AS type, unit_id AS id, MIN(started_at) AS begun, ${KEYS},
  COUNT(*) AS calls, ${moneySum('usd')},
  COUNT(*) FILTER (WHERE status = 'partial' OR (status = 'unpriced' AND reason IS NOT 'call_failed')) AS unpriced
FROM calls WHERE unit_id IS NOT NULL AND status <> 'covered' AND NOT EXISTS (
  SELECT 1 FROM cut_units WHERE cut_units.unit_id = calls.unit_id AND cut_units.unit_type = calls.unit_type)
GROUP BY type, id`

const COSTS = `
SELECT COALESCE(unit_type, 'unit') AS type, unit_id AS id, component, MIN(at) AS begun, ${KEYS}, ${moneySum('usd')}
FROM costs WHERE unit_id IS NOT NULL GROUP BY type, id, component`

type SqlRecord = Readonly<Record<string, unknown>>

/** Those begun in the period, in no order; without those of which some calls were pruned and others not. */
export function units(db: DatabaseSync, period: Period): readonly UnitTotal[] {
  const found = new Map<string, UnitTotal & { readonly costs: Map<string, bigint> }>()
  const idOf = (record: SqlRecord): string => `${String(record['type'])}\n${String(record['id'])}`
  for (const record of db.prepare(CALLS).iterate()) {
    found.set(idOf(record), {
      ...unitOf(record),
      calls: Number(record['calls']),
      callPico: readPico(record, 'usd'),
      unpricedCalls: Number(record['unpriced']),
    })
  }
  for (const record of db.prepare(COSTS).iterate()) {
    const known = found.get(idOf(record)) ?? unitOf(record)
    found.set(idOf(record), known)
    known.costs.set(String(record['component']), readPico(record, 'usd'))
  }
  const { from = -Infinity, to = Infinity } = period
  return [...found.values()].filter(({ begunAt }) => begunAt >= from && begunAt < to)
}

function unitOf(record: SqlRecord): UnitTotal & { readonly costs: Map<string, bigint> } {
  const text = (name: string): string | null =>
    typeof record[name] === 'string' ? record[name] : null
  return {
    type: String(record['type']),
    id: String(record['id']),
    begunAt: Number(record['begun']),
    key: {
      feature: text('feature'),
      team: text('team'),
      customer: text('customer'),
      promptName: text('prompt_name'),
      promptVersion: text('prompt_version'),
      service: text('service'),
      environment: text('environment'),
    },
    calls: 0,
    callPico: 0n,
    unpricedCalls: 0,
    costs: new Map(),
  }
}

export function picoOf({ callPico, costs }: UnitTotal): bigint {
  let sum = callPico
  for (const pico of costs.values()) sum += pico
  return sum
}
