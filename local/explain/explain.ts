/** What changed in the spend of a feature, and why, in dollars. Pure: calls and costs in, an explanation out. */

import { accountFor } from './accounts.ts'
import type { Beside, Cause, Explanation, Period } from './explanation.ts'
import { labelOf, promptChange } from './labels.ts'
import { exactText, usdOfPico } from './pico.ts'
import { plusMinus } from './plus-minus.ts'
import { sentenceOf } from './sentence.ts'
import { sideOf, unitTypeOf, type Side, type Spend } from './spend.ts'
import type { CallRow } from '../row.ts'

export interface ExplainOptions {
  /** Default: the first that the calls name, else `unattributed`. */
  readonly feature?: string
  /** Default: the unit type that most calls name, else `call`. */
  readonly unitType?: string
  /** Default: the first call of `after`. */
  readonly since?: number
  readonly until?: number
  /** Length of `after` over length of `before`. Default 1: they are compared as they are. */
  readonly scale?: number
  /** Costs that were left out because they stayed as they were. */
  readonly beside?: readonly Beside[]
  /** What the two periods are called in a sentence: `in 2026-09`, `in 2026-11`. */
  readonly names?: { readonly before: string; readonly after: string }
}

/** Compares what was spent in two periods, on one feature. */
export function explain(before: Spend, after: Spend, options: ExplainOptions = {}): Explanation {
  const all = [...before.calls, ...after.calls].filter((row) => row.status !== 'covered')
  const unitType = options.unitType ?? unitTypeOf(all)
  const { scale = 1, names } = options
  const sides = { before: sideOf(before, unitType), after: sideOf(after, unitType), unitType }
  const { amounts, total } = accountFor(sides.before, sides.after, scale)
  const sure = plusMinus(sides.before, sides.after, scale)
  const causes = [...amounts].map(([name, pico]): Cause => {
    const off = sure.get(name)
    return {
      name,
      label: labelOf(name, pico, sides),
      usd: usdOfPico(pico),
      usdExact: exactText(pico),
      ...(off === undefined ? {} : { plusMinusUsd: usdOfPico(off) }),
    }
  })
  const figures = {
    feature: options.feature ?? all.find((row) => row.feature)?.feature ?? 'unattributed',
    since: options.since ?? earliest(after.calls.length > 0 ? after.calls : before.calls),
    ...(options.until === undefined ? {} : { until: options.until }),
    unitType,
    before: periodOf(sides.before, names?.before),
    after: periodOf(sides.after, names?.after),
    scale,
    causes: causes.sort((x, y) => last(x) - last(y) || Math.abs(y.usd) - Math.abs(x.usd)),
    totalUsd: usdOfPico(total),
    totalUsdExact: exactText(total),
    ...(options.beside === undefined ? {} : { beside: options.beside }),
  }
  const change = promptChange(sides)
  const sentence = sentenceOf({
    ...figures,
    ...(change === undefined ? {} : { promptChange: change }),
    span: latest(all) - earliest(all),
  })
  return { ...figures, sentence }
}

const last = (cause: Cause): number => (cause.name === 'remainder' ? 1 : 0)

function periodOf(side: Side, name: string | undefined): Period {
  const usd = usdOfPico(side.pico)
  return {
    ...(name === undefined ? {} : { name }),
    usd,
    usdExact: exactText(side.pico),
    units: side.units,
    calls: side.calls.length,
    usdPerUnit: side.units > 0 ? usd / side.units : 0,
    unpricedCalls: side.unpriced,
  }
}

const earliest = (rows: readonly CallRow[]): number =>
  rows.reduce((first, row) => Math.min(first, row.startedAt), rows[0]?.startedAt ?? 0)

const latest = (rows: readonly CallRow[]): number =>
  rows.reduce((found, row) => Math.max(found, row.endedAt), 0)
