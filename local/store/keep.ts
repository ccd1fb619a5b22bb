/** Writing what came in: each record once, and never more than the store may hold. */

import type { DatabaseSync } from 'node:sqlite'
import type { CostRow } from '../cost-row.ts'
import type { OutcomeRow } from '../outcome-row.ts'
import type { CallRow } from '../row.ts'
import { callParameters, INSERT_CALL } from './calls-table.ts'
import { costParameters, INSERT_COST } from './costs-table.ts'
import { INSERT_OUTCOME, outcomeParameters } from './outcomes-table.ts'
import { fit, prune } from './prune.ts'
import { transaction } from './transaction.ts'

/**
 * A span priced on arrival whose own child, in the same service, bears a cost: an outer instrumentation's account of
 * the same call. Its cost stands on the child.
 */
const COVER = `
UPDATE calls SET status = 'covered', reason = NULL, usd = NULL, usd_pico = NULL, parts = '{}'
WHERE trace_id = ? AND span_id = ? AND service = ? AND priced_by = 'local'`
const COSTING_CHILD = `
SELECT 1 FROM calls WHERE trace_id = ? AND parent_span_id = ? AND service = ? AND usd IS NOT NULL`

export interface Batch {
  readonly calls?: readonly CallRow[]
  readonly costs?: readonly CostRow[]
  readonly outcomes?: readonly OutcomeRow[]
}

/** How many of a batch were new. */
export interface Kept {
  readonly calls: number
  readonly costs: number
  readonly outcomes: number
  /** Outcomes whose idempotency key is known already: ignored, and counted. */
  readonly duplicates: number
}

const NOTHING: Kept = { calls: 0, costs: 0, outcomes: 0, duplicates: 0 }

export interface Keeper {
  /** All or none: an error leaves the store as it was. */
  keep(batch: Batch): Kept
}

export function keeper(db: DatabaseSync, maxBytes: number): Keeper {
  fit(db, maxBytes)
  const keepCall = callKeeper(db)
  const insertCost = db.prepare(INSERT_COST)
  const insertOutcome = db.prepare(INSERT_OUTCOME)

  const keepOutcomes = (rows: readonly OutcomeRow[]): Pick<Kept, 'outcomes' | 'duplicates'> => {
    let [outcomes, duplicates] = [0, 0]
    for (const row of rows) {
      const duplicate = insertOutcome.get(...outcomeParameters(row))?.['duplicate']
      if (duplicate === 1) duplicates += 1
      else if (duplicate === 0) outcomes += 1
    }
    return { outcomes, duplicates }
  }

  const write = ({ calls = [], costs = [], outcomes = [] }: Batch): Kept => ({
    calls: calls.reduce((sum, row) => sum + keepCall(row), 0),
    costs: costs.reduce(
      (sum, row) => sum + Number(insertCost.run(...costParameters(row)).changes),
      0,
    ),
    ...keepOutcomes(outcomes),
  })

  return {
    keep(batch) {
      const { calls = [], costs = [], outcomes = [] } = batch
      if (calls.length + costs.length + outcomes.length === 0) return NOTHING
      const kept = transaction(db, () => write(batch))
      prune(db, maxBytes)
      return kept
    },
  }
}

/** Keeps one call; 1 where it was new. */
function callKeeper(db: DatabaseSync): (row: CallRow) => number {
  const insert = db.prepare(INSERT_CALL)
  const cover = db.prepare(COVER)
  const costingChild = db.prepare(COSTING_CHILD)
  return (row) => {
    const { changes } = insert.run(...callParameters(row))
    if (changes === 0) return 0
    if (row.usd !== undefined && row.parentSpanId !== undefined) {
      cover.run(row.traceId, row.parentSpanId, row.service)
    }
    if (row.pricedBy === 'local' && costingChild.get(row.traceId, row.spanId, row.service)) {
      cover.run(row.traceId, row.spanId, row.service)
    }
    return 1
  }
}
