/** Where the month ends, against what it may cost. */

import type { BudgetFigures, BudgetReport } from '../reports/answers.ts'
import { chosen } from './address.ts'
import { dollarColumn, dollars, grouped } from './amounts.ts'
import { ask } from './ask.ts'
import { card, metrics } from './cards.ts'
import { h } from './elements.ts'
import { callsLink } from './links.ts'
import { table } from './table.ts'
import { count, groupName, length } from './words.ts'

type FeatureRow = BudgetFigures & { readonly feature: string | null }

export async function showBudget(place: HTMLElement): Promise<void> {
  const query = new URLSearchParams()
  const stated = chosen().get('budget')
  if (stated !== null) query.set('budget', stated)
  const found = await ask<BudgetReport>('/api/budget', query)
  place.append(
    figures(found),
    h(
      'section',
      { class: found.runsOutAt === null ? 'card' : 'card short', 'aria-label': 'Budget' },
      heading(found),
      found.budgetUsd === null ? '' : bar(found, found.budgetUsd),
    ),
    card('By feature', features(found)),
  )
}

function figures(found: BudgetReport): HTMLElement {
  const days = found.paceMs / 86_400_000
  return metrics('Budget', [
    {
      name: `Spent in ${monthName(found)}`,
      value: dollars(found.spentUsd),
      note:
        found.unpricedCalls > 0
          ? `a lower bound: ${count(found.unpricedCalls, 'call')} without an amount`
          : 'calls and other costs, UTC month',
    },
    {
      name: 'A day',
      value: dollars(found.usdPerDay),
      note: `over the last ${days === 1 ? 'day' : `${grouped(days, days % 1 === 0 ? 0 : 1)} days`}${found.knownMs < found.paceMs ? `; first call ${length(found.knownMs)} ago` : ''}`,
    },
    {
      name: 'By the end of the month',
      value: dollars(found.projectedUsd),
      note: 'at this pace',
      alert: found.runsOutAt !== null,
    },
  ])
}

function heading(found: BudgetReport): HTMLElement {
  const field = h(
    'label',
    { class: 'amount-field' },
    'Budget for a month $',
    h('input', {
      type: 'text',
      inputmode: 'decimal',
      pattern: '\\d{1,12}(\\.\\d{1,12})?',
      name: 'budget',
      value: found.budgetUsd === null ? '' : String(found.budgetUsd),
      placeholder: '500',
      'aria-label': 'Budget for a month, USD',
    }),
  )
  return h('div', { class: 'budget-head' }, h('p', { class: 'sentence' }, sentence(found)), field)
}

function sentence({ budgetUsd, spentShare, runsOutAt, projectedUsd, to }: BudgetReport): string {
  if (budgetUsd === null) return 'State a budget, and the day on which it runs out stands here.'
  const whole = dollars(budgetUsd)
  if (runsOutAt === null)
    return `${whole} lasts: at this pace ${dollars(budgetUsd - projectedUsd)} are left at the end of the month.`
  const day = new Date(runsOutAt).toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  })
  if (spentShare !== null && spentShare > 1) return `${whole} was exceeded on ${day}.`
  const early = length(to - runsOutAt)
  return `${whole} runs out on ${day}, ${early} before the month ends: ${dollars(projectedUsd - budgetUsd)} short.`
}

/** Spent, projected, and the budget as a line across. */
function bar({ spentUsd, projectedUsd }: BudgetReport, budgetUsd: number): HTMLElement {
  const most = Math.max(spentUsd, projectedUsd, budgetUsd) * 1.05 || 1
  const part = (name: string, usd: number): HTMLElement => {
    const filled = h('span', { class: name, title: `${name} ${dollars(usd)}` })
    filled.style.width = `${(usd / most) * 100}%`
    return filled
  }
  const line = h('span', { class: 'line', title: `budget ${dollars(budgetUsd)}` })
  line.style.left = `${(budgetUsd / most) * 100}%`
  const name = (kind: string, text: string): HTMLElement =>
    h('li', {}, h('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), text)
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'budget-bar', 'aria-hidden': 'true' },
      part('projected', projectedUsd),
      part('spent', spentUsd),
      line,
    ),
    h(
      'ul',
      { class: 'legend' },
      name('spent', `Spent ${dollars(spentUsd)}`),
      name('projected', `By the end of the month ${dollars(projectedUsd)}`),
      name('limit', `Budget ${dollars(budgetUsd)}`),
    ),
  )
}

function features(found: BudgetReport): HTMLElement {
  const amount = dollarColumn([found.spentUsd, found.projectedUsd])
  return table<FeatureRow>({
    caption: 'By feature',
    columns: [
      {
        head: 'Feature',
        kind: 'text',
        cell: ({ feature }) =>
          callsLink(groupName(feature, 'feature'), { feature, since: found.from }),
      },
      { head: 'Spent so far', cell: ({ spentUsd }) => amount(spentUsd) },
      { head: 'A day', cell: ({ usdPerDay }) => amount(usdPerDay) },
      { head: 'By the end of the month', cell: ({ projectedUsd }) => amount(projectedUsd) },
    ],
    rows: found.features,
    total: ['Together', ...[found.spentUsd, found.usdPerDay, found.projectedUsd].map(amount)],
  })
}

function monthName({ from }: BudgetReport): string {
  return new Date(from).toLocaleDateString('en-GB', { month: 'long', timeZone: 'UTC' })
}
