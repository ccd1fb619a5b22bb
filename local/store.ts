/** The calls, outcomes and other costs that came in, and every question that is asked of them. */

import type { DatabaseSync } from 'node:sqlite'
import type {
  Chart,
  CostGroup,
  Group,
  OutcomeGroup,
  PartGroup,
  UnattributedGap,
  UnpricedGap,
} from './answers.ts'
import type { CostRow } from './cost-row.ts'
import type { OutcomeRow } from './outcome-row.ts'
import type { ContextGrowth } from './reports/answers.ts'
import type { CallRow } from './row.ts'
import { calls } from './store/calls-table.ts'
import type { Dimension } from './store/dimensions.ts'
import { type Period, within } from './store/figures.ts'
import { reasons, unattributed, unpriced } from './store/gaps.ts'
import { groups } from './store/groups.ts'
import { keeper, type Batch, type Kept } from './store/keep.ts'
import { isCorrupt, openDatabase, type OpenOptions } from './store/open.ts'
import {
  costGroups,
  duplicateOutcomes,
  outcomeGroups,
  partGroups,
  type RecordDimension,
} from './store/record-groups.ts'
import { costRows, outcomeRows, type RecordFilter } from './store/records.ts'
import { rolledExtent } from './store/rolled.ts'
import { matching, type CallFilter } from './store/call-filter.ts'
import { contextGrowth } from './store/context-growth.ts'
import { exceededAt } from './store/exceeded.ts'
import { chart } from './store/series.ts'
import { units, type UnitTotal } from './store/units.ts'

export interface StoreOptions extends OpenOptions {
  /** The oldest single calls go when the data grows beyond it, and stay as hourly sums. Default 1 GB, in memory 256 MB. */
  readonly maxBytes?: number
}

export interface RowFilter extends CallFilter {
  readonly feature?: string
  /** The latest ones; all when absent. */
  readonly limit?: number
  /** Which of them the limit keeps. Default: the latest. */
  readonly first?: 'latest' | 'dearest'
}

export interface Extent {
  readonly calls: number
  /** Start of the first and last call, epoch milliseconds, to the hour where it is gone; absent without calls. */
  readonly first?: number
  readonly last?: number
  /** Calls so far, of any time, that are no longer kept one by one, to stay within `maxBytes`: their hourly sums are. */
  readonly pruned: number
  /** From when on calls are kept one by one; absent where all are. */
  readonly keptFrom?: number
  /** Units of any time that have lost some of their calls: what they cost as a whole is not known. */
  readonly cutUnits: number
}

export interface Store {
  /** Keeps each record once and returns how many were new. All or none. */
  keep(batch: Batch): Kept
  /** `keep` of one kind, and how many were new. */
  add(rows: readonly CallRow[]): number
  addOutcomes(rows: readonly OutcomeRow[]): number
  addCosts(rows: readonly CostRow[]): number
  extent(period?: Period): Extent
  /** One group of everything. */
  totals(filter?: CallFilter): Group
  /** Dearest first. */
  groups(filter: CallFilter, by: readonly Dimension[]): readonly Group[]
  chart(period: Required<Period>, by: Dimension, bucketMs: number): Chart
  /** Most expensive first. */
  dearest(period: Period, most: number): readonly CallRow[]
  unpriced(period: Period, most: number): readonly UnpricedGap[]
  reasons(filter: CallFilter, status: 'unpriced' | 'partial'): Readonly<Record<string, number>>
  unattributed(period: Period, most: number): readonly UnattributedGap[]
  /** Without covered spans. Oldest first, or dearest first where those are asked for. */
  rows(filter?: RowFilter): readonly CallRow[]
  /** Oldest first; without those whose idempotency key was known. By the time of the outcome, not of its calls. */
  outcomes(filter?: RecordFilter): readonly OutcomeRow[]
  /** How many outcomes were ignored because their idempotency key was known, by name. */
  duplicateOutcomes(period?: Period): Readonly<Record<string, number>>
  /** Of calls that say their turn. */
  contextGrowth(filter: CallFilter): readonly ContextGrowth[]
  /** When the spend of a period, calls and other costs, went beyond all but its last `left` USD. */
  exceededAt(period: Period & { readonly feature?: string }, left: number): number | undefined
  /** Begun in the period, with all that they cost. */
  units(period?: Period): readonly UnitTotal[]
  /** By name within each group, the most frequent first. */
  outcomeGroups(period: Period, by: readonly RecordDimension[]): readonly OutcomeGroup[]
  /** Costs that are no calls, oldest first. */
  costs(filter?: RecordFilter): readonly CostRow[]
  /** Their sums by component and origin within each group, dearest first. No call's cost is among them. */
  costGroups(period: Period, by: readonly RecordDimension[]): readonly CostGroup[]
  /** The parts of what calls cost within each group, dearest first. */
  partGroups(period: Period, by: readonly RecordDimension[]): readonly PartGroup[]
  close(): void
}

const MEGABYTE = 1_000_000

/** @throws LocalProblem where the file can't be used. */
export function openStore(options: StoreOptions = {}): Store {
  const maxBytes = options.maxBytes ?? (options.path === undefined ? 256 : 1_000) * MEGABYTE
  let db = openDatabase(options)
  let keeping = options.readOnly === true ? undefined : keeper(db, maxBytes)
  const keep = (batch: Batch): Kept => {
    if (keeping === undefined) throw new Error('a store that was opened to be read only')
    try {
      return keeping.keep(batch)
    } catch (error) {
      if (!isCorrupt(error)) throw error
      // Opening it again sets it aside.
      db.close()
      db = openDatabase(options)
      keeping = keeper(db, maxBytes)
      return keeping.keep(batch)
    }
  }
  return {
    keep,
    add: (rows) => keep({ calls: rows }).calls,
    addOutcomes: (rows) => keep({ outcomes: rows }).outcomes,
    addCosts: (rows) => keep({ costs: rows }).costs,
    extent: (period = {}) => extent(db, period),
    totals: (period = {}) => total(groups(db, period, [])),
    groups: (period, by) => groups(db, period, by),
    chart: (period, by, bucketMs) => chart(db, period, by, bucketMs),
    dearest: (period, most) =>
      select(
        db,
        period,
        'AND usd IS NOT NULL ORDER BY usd_pico DESC, started_at DESC LIMIT ?',
        most,
      ),
    unpriced: (period, most) => unpriced(db, period, most),
    reasons: (filter, status) => reasons(db, filter, status),
    unattributed: (period, most) => unattributed(db, period, most),
    rows: (filter = {}) => rows(db, filter),
    outcomes: (filter = {}) => outcomeRows(db, filter),
    duplicateOutcomes: (period = {}) => duplicateOutcomes(db, period),
    outcomeGroups: (period, by) => outcomeGroups(db, period, by),
    contextGrowth: (filter) => contextGrowth(db, filter),
    exceededAt: (period, left) => exceededAt(db, period, left),
    units: (period = {}) => units(db, period),
    costs: (filter = {}) => costRows(db, filter),
    costGroups: (period, by) => costGroups(db, period, by),
    partGroups: (period, by) => partGroups(db, period, by),
    close: () => {
      if (db.isOpen) db.close()
    },
  }
}

function total(found: readonly Group[]): Group {
  const [all] = found
  if (all === undefined) throw new Error('an aggregate without GROUP BY has one row')
  return all
}

function extent(db: DatabaseSync, period: Period): Extent {
  const { where, values } = within(period)
  const sql = `SELECT COUNT(*) AS calls, MIN(started_at) AS first, MAX(started_at) AS last,
    (SELECT calls FROM pruned) AS pruned, (SELECT COUNT(*) FROM cut_units) AS cut,
    (SELECT MIN(started_at) FROM calls) AS kept FROM calls WHERE ${where}`
  const record = db.prepare(sql).get(...values) ?? {}
  const rolled = rolledExtent(db, period)
  const first = least(record['first'], rolled.first)
  const last = least(record['last']) ?? rolled.last
  const pruned = Number(record['pruned'] ?? 0)
  return {
    calls: Number(record['calls']) + rolled.calls,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    pruned,
    ...(pruned === 0 || record['kept'] == null ? {} : { keptFrom: Number(record['kept']) }),
    cutUnits: Number(record['cut'] ?? 0),
  }
}

function least(...times: readonly unknown[]): number | undefined {
  const known = times.filter((time) => typeof time === 'number')
  return known.length === 0 ? undefined : Math.min(...known)
}

function rows(db: DatabaseSync, filter: RowFilter): readonly CallRow[] {
  const { feature, limit, first = 'latest' } = filter
  const asked = feature === undefined ? filter : { ...filter, is: { ...filter.is, feature } }
  if (first === 'dearest') {
    const dearest = 'ORDER BY usd_pico DESC NULLS LAST, started_at DESC'
    return select(db, asked, limit === undefined ? dearest : `${dearest} LIMIT ?`, limit)
  }
  if (limit === undefined) return select(db, asked, 'ORDER BY started_at, span_id')
  const found = select(db, asked, 'ORDER BY started_at DESC, span_id DESC LIMIT ?', limit)
  return [...found].reverse()
}

function select(
  db: DatabaseSync,
  filter: CallFilter,
  clause: string,
  limit?: number,
): readonly CallRow[] {
  const { where, values } = matching(filter)
  const sql = `SELECT ${calls.columns} FROM calls WHERE ${where} ${clause}`
  const statement = db.prepare(sql)
  const found: CallRow[] = []
  const more = limit === undefined ? [] : [limit]
  for (const record of statement.iterate(...values, ...more)) found.push(calls.fromRecord(record))
  return found
}
