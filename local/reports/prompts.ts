/** Versions of a prompt side by side, and why one costs more than the one before it. */

import type { PromptReport, PromptVersion } from './answers.ts'
import { explain } from '../explain/explain.ts'
import type { CallRow } from '../row.ts'
import type { Store } from '../store.ts'
import type { CallFilter } from '../store/call-filter.ts'
import { costedUnits, unitTypeOf, type Spend } from '../explain/spend.ts'

/** Calls looked at, the latest. */
const MOST_ROWS = 20_000

/** Prompts that have a name, dearest first. */
export function promptsReport(store: Store, filter: CallFilter): readonly PromptReport[] {
  const prompts = new Map<string, CallRow[]>()
  for (const row of store.rows({ ...filter, limit: MOST_ROWS })) {
    if (row.promptName === undefined || row.usd === undefined) continue
    const key = JSON.stringify([row.feature ?? null, row.promptName])
    const known = prompts.get(key)
    if (known === undefined) prompts.set(key, [row])
    else known.push(row)
  }
  const costs = store.costs(filter)
  const usd = ({ versions }: PromptReport): number =>
    versions.reduce((sum, one) => sum + one.usd, 0)
  return [...prompts]
    .map(([key, calls]) => {
      const [feature, prompt] = JSON.parse(key) as [string | null, string]
      return reportOf(prompt, feature, { calls, costs })
    })
    .sort((x, y) => usd(y) - usd(x))
}

function reportOf(prompt: string, feature: string | null, spend: Spend): PromptReport {
  const unitType = unitTypeOf(spend.calls)
  const versions = new Map<string | null, { calls: CallRow[]; costs: Spend['costs'][number][] }>()
  // A unit is its first call's: what a later version did in it is part of what it cost.
  for (const unit of costedUnits(spend, unitType)) {
    const begun = unit.calls.reduce((x, y) => (y.startedAt < x.startedAt ? y : x))
    const version = begun.promptVersion ?? null
    const known = versions.get(version) ?? { calls: [], costs: [] }
    versions.set(version, known)
    known.calls.push(...unit.calls)
    known.costs.push(...unit.costs)
  }
  const inUse = [...versions].sort(([, x], [, y]) => firstOf(x.calls) - firstOf(y.calls))
  return {
    prompt,
    feature,
    unitType,
    versions: inUse.map(([version, own], index) =>
      versionOf(version, own, inUse[index - 1], unitType),
    ),
  }
}

function versionOf(
  version: string | null,
  own: Spend,
  before: readonly [string | null, Spend] | undefined,
  unitType: string,
): PromptVersion {
  const { after, ...found } = explain(before?.[1] ?? own, own, { unitType })
  const per = (usd: number): number => usd / Math.max(1, after.units)
  const mean = (of: (row: CallRow) => number): number =>
    own.calls.reduce((sum, row) => sum + of(row), 0) / Math.max(1, own.calls.length)
  const wasPer = found.before.usdPerUnit
  const usd = after.usdPerUnit - wasPer
  const change = {
    from: before?.[0] ?? null,
    usd,
    share: wasPer > 0 ? usd / wasPer : null,
    causes: found.causes
      .filter(({ name }) => name !== 'volume')
      .map(({ name, label, usd: of, plusMinusUsd: off }) => ({
        name,
        label,
        usd: per(of),
        ...(off === undefined ? {} : { plusMinusUsd: per(off) }),
      })),
  }
  return {
    version,
    first: firstOf(own.calls),
    last: own.calls.reduce((last, row) => Math.max(last, row.startedAt), 0),
    calls: after.calls,
    units: after.units,
    usd: after.usd,
    usdPerUnit: after.usdPerUnit,
    inputTokensPerCall: mean((row) => row.inputTokens ?? 0),
    outputTokensPerCall: mean((row) => row.outputTokens ?? 0),
    ...(before === undefined ? {} : { change }),
  }
}

const firstOf = (calls: readonly CallRow[]): number =>
  calls.reduce((first, row) => Math.min(first, row.startedAt), Infinity)
