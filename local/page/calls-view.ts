/** The calls behind a figure: what they have in common, what they cost together, and each of them. */

import type { Calls } from '../reports/answers.ts'
import { chosen, hrefWith, periodQuery } from './address.ts'
import { dollars, grouped, whole } from './amounts.ts'
import { ask } from './ask.ts'
import { callTable } from './call-table.ts'
import { card, nothing } from './cards.ts'
import { h } from './elements.ts'
import { count, moment, wasteWords } from './words.ts'

/** Calls shown at most. */
const MOST = 200

/** What can be asked for, as the page says it. */
const FILTERS: Readonly<Record<string, string>> = {
  feature: 'Feature',
  team: 'Team',
  customer: 'Customer',
  unitType: 'Unit',
  unit: 'Id',
  promptName: 'Prompt',
  promptVersion: 'Version',
  model: 'Model',
  provider: 'Provider',
  service: 'Service',
  operation: 'Operation',
  turn: 'Turn',
  attempts: 'HTTP attempts, at least',
  waste: 'Waste',
  status: 'Price',
  reason: 'Reason',
  outcomeFailed: 'Failed outcome',
}

export async function showCalls(place: HTMLElement): Promise<void> {
  const asked = chosen()
  const query = periodQuery()
  for (const name of [...Object.keys(FILTERS), 'missing']) {
    const value = asked.get(name)
    if (value) query.set(name, value)
  }
  const first = asked.get('first') === 'latest' ? 'latest' : 'dearest'
  query.set('first', first)
  query.set('limit', String(MOST))
  const { calls, totals } = await ask<Calls>('/api/calls', query)
  const shown = first === 'latest' ? [...calls].reverse() : calls
  place.append(
    h('div', { class: 'filters' }, ...chips(asked), order(first)),
    card(
      'Calls',
      totals.calls === 0
        ? nothing(
            'No calls',
            'None of this period is all of that. Take a condition away, or choose a longer period.',
          )
        : callTable(captionOf(totals), shown, {
            note:
              totals.calls > calls.length ? `The ${whole(calls.length)} ${first} are shown.` : '',
            without: sameFor(asked),
          }),
    ),
  )
}

/** Columns whose value is a condition already. */
function sameFor(asked: URLSearchParams): readonly string[] {
  const said = (name: string): boolean => asked.has(name)
  return [
    ...(said('feature') ? ['Feature'] : []),
    ...(said('promptName') && said('promptVersion') ? ['Prompt version'] : []),
    ...(said('turn') ? ['Turn'] : []),
    ...(said('unit') ? ['Unit'] : []),
  ]
}

function captionOf(totals: Calls['totals']): string {
  const { calls, usd, unpricedCalls, pricedCalls } = totals
  const amount = pricedCalls === 0 ? 'unpriced' : `${unpricedCalls > 0 ? '≥ ' : ''}${dollars(usd)}`
  const each = pricedCalls === 0 ? '' : `, $${grouped(usd / pricedCalls, 4)} each`
  return `${count(calls, 'call')}, ${amount}${each}`
}

/** Each condition, which a click takes away. */
function chips(asked: URLSearchParams): readonly HTMLElement[] {
  const found: HTMLElement[] = []
  for (const [name, text] of Object.entries(FILTERS)) {
    const value = asked.get(name)
    if (value) found.push(chip(`${text}: ${wordsOf(name, value)}`, { [name]: undefined }))
  }
  const missing = (asked.get('missing') ?? '').split(',').filter((name) => name !== '')
  for (const name of missing) {
    const others = missing.filter((other) => other !== name).join(',')
    const text = `${FILTERS[name] ?? name}: not stated`
    found.push(chip(text, { missing: others === '' ? undefined : others }))
  }
  const [since, until] = ['since', 'until'].map((name) => Number(asked.get(name) ?? 0))
  const now = Date.now()
  if (since) found.push(chip(`Since ${moment(since, now, true)}`, { since: undefined }))
  if (until) found.push(chip(`Until ${moment(until, now, true)}`, { until: undefined }))
  return found
}

function wordsOf(name: string, value: string): string {
  if (name === 'waste') return value === 'none' ? 'none' : wasteWords(value).toLowerCase()
  return value
}

function chip(text: string, changes: Readonly<Record<string, string | undefined>>): HTMLElement {
  return h(
    'a',
    { class: 'chip', href: hrefWith(changes), 'aria-label': `${text}. Take away` },
    text,
    h('span', { 'aria-hidden': 'true' }, '×'),
  )
}

function order(first: 'latest' | 'dearest'): HTMLElement {
  const link = (name: 'latest' | 'dearest', text: string): HTMLElement =>
    h(
      'a',
      { href: hrefWith({ first: name }), 'aria-current': name === first ? 'true' : undefined },
      text,
    )
  return h(
    'span',
    { class: 'order' },
    link('dearest', 'Dearest first'),
    link('latest', 'Latest first'),
  )
}
