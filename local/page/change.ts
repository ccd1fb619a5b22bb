/** "What changed": the feature whose cost rose most, since when, and its causes in dollars. */

import type { Explanation } from '../explain/explanation.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from './amounts.ts'
import { byId, h } from './elements.ts'
import { callsLink } from './links.ts'
import { table } from './table.ts'
import { moment } from './words.ts'

export function showChange(change: Explanation | null): void {
  const card = byId('change')
  card.hidden = change === null
  if (change === null) return
  card.replaceChildren(
    h('p', { class: 'name', id: 'change-title' }, 'What changed'),
    h('p', { class: 'sentence' }, change.sentence),
    h('div', { class: 'sides' }, beforeAfter(change), causes(change)),
    h('p', { class: 'note' }, behind(change)),
  )
}

function behind({ feature, since, until }: Explanation): HTMLElement {
  const filter = { feature, since, ...(until === undefined ? {} : { until }) }
  return callsLink('Show the calls since the change', filter)
}

/** The time before is counted as long as the time after, as in the causes. */
function beforeAfter(change: Explanation): HTMLElement {
  const { before, after, unitType, scale } = change
  const perUnit = (side: Explanation['before']): string =>
    side.units > 0 ? grouped(side.calls / side.units, 2) : '–'
  const rows: readonly (readonly [string, string, string])[] = [
    [`Cost per ${unitType}`, dollarsEach(before.usdPerUnit), dollarsEach(after.usdPerUnit)],
    [`Calls per ${unitType}`, perUnit(before), perUnit(after)],
    [capital(`${unitType}s`), whole(before.units * scale), whole(after.units)],
    ['Spend', dollars(before.usd * scale), dollars(after.usd)],
  ]
  return table({
    caption: change.feature,
    note: Math.abs(scale - 1) > 0.02 ? 'Before: scaled to the same length of time' : '',
    columns: [
      { head: '', kind: 'text', cell: (row) => row[0] },
      { head: 'Before', cell: (row) => row[1] },
      { head: span(change), cell: (row) => row[2] },
    ],
    rows,
  })
}

/** Shorter than this, minutes alone would name one moment twice. Milliseconds. */
const FINE = 120_000

function span({ since, until }: Explanation): string {
  const now = Date.now()
  if (until === undefined) return `Since ${moment(since, now)}`
  const seconds = until - since < FINE
  return `${moment(since, now, seconds)} to ${moment(until, now, seconds)}`
}

function causes(change: Explanation): HTMLElement {
  // What rounds to nothing beside the whole says nothing: the scaling to equal time leaves such dust.
  const least = Math.max(0.00005, Math.abs(change.totalUsd) * 0.001)
  const shown = change.causes.filter((cause) => Math.abs(cause.usd) >= least)
  const amount = dollarColumn([...shown.map((cause) => cause.usd), change.totalUsd])
  const signed = (usd: number): string =>
    usd > 0 && !amount(usd).startsWith('<') ? `+${amount(usd)}` : amount(usd)
  const largest = Math.max(...shown.map((cause) => Math.abs(cause.usd)))
  return table({
    caption: 'Causes',
    columns: [
      { head: 'Cause', kind: 'text', cell: (cause) => cause.label },
      { head: '', kind: 'text', cell: (cause) => bar(cause.usd / largest) },
      { head: 'USD', cell: (cause) => signed(cause.usd) },
      {
        head: '±',
        hint: 'What a prompt was made of is estimated from the length of its parts',
        cell: ({ plusMinusUsd }) => (plusMinusUsd === undefined ? '' : `±${amount(plusMinusUsd)}`),
      },
    ],
    rows: shown,
    total: ['Together', '', signed(change.totalUsd), ''],
  })
}

function bar(share: number): HTMLElement {
  const filled = h('span', { class: share < 0 ? 'bar less' : 'bar', 'aria-hidden': 'true' })
  filled.style.width = `${Math.max(1, Math.abs(share) * 100)}%`
  return h('span', { class: 'bar-track' }, filled)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
