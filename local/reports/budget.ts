/**
 * Where the month will end. Spend so far, and for the days that are left the pace of the last seven; of the last day
 * where calls are younger than that, so that a busy minute is not taken for a month. Months are UTC, as bills are.
 */

import type { BudgetFigures, BudgetReport } from './answers.ts'
import type { Store } from '../store.ts'

const DAY = 86_400_000
const LONGEST_PACE = 7 * DAY

export function budgetReport(
  store: Store,
  now: number,
  budgetUsd: number | undefined,
  feature?: string,
): BudgetReport {
  const date = new Date(now)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const [from, to] = [Date.UTC(year, month), Date.UTC(year, month + 1)]
  const known = now - Math.min(now, store.extent().first ?? now)
  const paceMs = Math.min(LONGEST_PACE, Math.max(DAY, known))
  const spent = byFeature(store, from, now + 1)
  const lately = byFeature(store, now - paceMs, now + 1)
  const names = [...new Set([...spent.keys(), ...lately.keys()])].filter(
    (name) => feature === undefined || name === feature,
  )
  const figures = (names: readonly (string | null)[]): BudgetFigures => {
    const sum = (of: ReadonlyMap<string | null, number>): number =>
      names.reduce((total, name) => total + (of.get(name) ?? 0), 0)
    const usdPerDay = (sum(lately) / paceMs) * DAY
    return {
      spentUsd: sum(spent),
      usdPerDay,
      projectedUsd: sum(spent) + (usdPerDay * (to - now)) / DAY,
    }
  }
  const all = figures(names)
  return {
    month: date.toISOString().slice(0, 7),
    from,
    to,
    paceMs,
    knownMs: Math.min(known, paceMs),
    ...all,
    budgetUsd: budgetUsd ?? null,
    spentShare: budgetUsd === undefined || budgetUsd === 0 ? null : all.spentUsd / budgetUsd,
    runsOutAt:
      budgetUsd === undefined ? null : runsOut(store, all, budgetUsd, { from, to, now, feature }),
    features: names
      .map((name) => ({ feature: name, ...figures([name]) }))
      .sort((x, y) => y.projectedUsd - x.projectedUsd),
    unpricedCalls: store.totals({ from, to: now + 1, ...only(feature) }).unpricedCalls,
  }
}

const only = (feature: string | undefined) => (feature === undefined ? {} : { is: { feature } })

/** Calls and other costs, USD. */
function byFeature(store: Store, from: number, to: number): ReadonlyMap<string | null, number> {
  const sums = new Map<string | null, number>()
  const add = (feature: string | null | undefined, usd: number): void => {
    sums.set(feature ?? null, (sums.get(feature ?? null) ?? 0) + usd)
  }
  for (const group of store.groups({ from, to }, ['feature'])) add(group.key.feature, group.usd)
  for (const group of store.costGroups({ from, to }, ['feature'])) add(group.key.feature, group.usd)
  return sums
}

function runsOut(
  store: Store,
  { spentUsd, usdPerDay, projectedUsd }: BudgetFigures,
  budgetUsd: number,
  month: {
    readonly from: number
    readonly to: number
    readonly now: number
    readonly feature: string | undefined
  },
): number | null {
  if (spentUsd > budgetUsd) {
    const { from, now, feature } = month
    const period = { from, to: now + 1, ...(feature === undefined ? {} : { feature }) }
    return store.exceededAt(period, spentUsd - budgetUsd) ?? now
  }
  if (projectedUsd <= budgetUsd || usdPerDay === 0) return null
  return month.now + ((budgetUsd - spentUsd) / usdPerDay) * DAY
}
