/** `costspan report budget`. */

import { columns } from '../../local/columns.ts'
import { dollarColumn, dollars, grouped, whole } from '../../local/page/amounts.ts'
import type { BudgetFigures, BudgetReport } from '../../local/reports/answers.ts'
import { length } from '../../local/page/words.ts'
import { named, percent, type View } from './view.ts'

export const budget: View = {
  name: 'budget',
  summary: 'where the month ends, and the day on which --budget USD runs out',
  path: '/api/budget',
  singleCalls: false,
  takes: ['feature', 'budget'],
  text: (answer: BudgetReport) => ({
    text: figures(answer) + verdict(answer),
    notes: notes(answer),
  }),
}

function figures(answer: BudgetReport): string {
  const { month, features } = answer
  const amount = dollarColumn([answer.spentUsd, answer.projectedUsd])
  const row = (name: string, one: BudgetFigures): readonly string[] => [
    name,
    ...[one.spentUsd, one.usdPerDay, one.projectedUsd].map(amount),
  ]
  const rows = features.map((one) => row(named(one.feature), one))
  const heads = [`${month} (UTC)`, 'USD so far', 'USD a day', `by the end of ${month}`]
  return columns([heads, ...rows, row('together', answer)], 1)
}

function verdict({ budgetUsd, spentShare, runsOutAt, projectedUsd }: BudgetReport): string {
  if (budgetUsd === null) return ''
  const spent = `budget ${dollars(budgetUsd)}, ${percent(spentShare)} spent`
  if (runsOutAt === null) {
    const left = `${dollars(budgetUsd - projectedUsd)} would be left`
    return `${spent}; at this pace it lasts, ${left}\n`
  }
  const day = new Date(runsOutAt).toISOString().slice(0, 16).replace('T', ' ')
  const over = spentShare !== null && spentShare > 1
  return over
    ? `${spent}; it was exceeded at ${day} UTC\n`
    : `${spent}; at this pace it runs out at ${day} UTC, ${dollars(projectedUsd - budgetUsd)} short\n`
}

function notes({ paceMs, knownMs, unpricedCalls }: BudgetReport): readonly string[] {
  const days = (ms: number): string => grouped(ms / 86_400_000, ms % 86_400_000 === 0 ? 0 : 1)
  const young = knownMs < paceMs ? `; the first call came ${length(knownMs)} ago` : ''
  const pace = paceMs === 86_400_000 ? 'the last day' : `the last ${days(paceMs)} days`
  return [
    `The pace is that of ${pace}${young}`,
    ...(unpricedCalls > 0
      ? [
          `${whole(unpricedCalls)} ${unpricedCalls === 1 ? 'call of the month has' : 'calls of the month have'} no amount: a lower bound`,
        ]
      : []),
  ]
}
