/** The figures at the top: what was spent, and at what pace. */

import type { Overview } from '../answers.ts'
import { hrefOf } from './address.ts'
import { dollars, dollarsEach, grouped, whole } from './amounts.ts'
import { byId, h } from './elements.ts'
import { count, length, moment } from './words.ts'

interface Metric {
  readonly name: string
  readonly value: string
  /** Follows the value in smaller type. */
  readonly unit?: string
  readonly note: string
  readonly alert?: boolean
}

export function showHero(seen: Overview, periodName: string): void {
  byId('total').replaceChildren(...total(seen, periodName))
  const items = [pace(seen), perUnit(seen), calls(seen), attempts(seen), unpriced(seen)]
  byId('metrics').replaceChildren(...items.map(metric))
}

function total(seen: Overview, periodName: string): readonly HTMLElement[] {
  const { totals, now, first = now, last = now } = seen
  const bound = totals.unpricedCalls + totals.partialCalls > 0
  const other = h(
    'p',
    { class: 'note' },
    `Beside it ${dollars(seen.otherUsd)} that is no LLM call: `,
    h('a', { class: 'calls', href: hrefOf('units') }, 'units'),
  )
  return [
    h(
      'div',
      {},
      h('p', { class: 'name' }, `Spend, ${periodName.toLowerCase()}`),
      h('p', { class: 'amount' }, dollars(totals.usd)),
    ),
    h(
      'div',
      {},
      h('p', { class: 'note' }, `First call ${moment(first, now)}, last ${moment(last, now)}`),
      h('p', { class: 'note' }, bound ? 'A lower bound: unpriced calls are not in it' : 'USD'),
      ...(seen.otherUsd > 0 ? [other] : []),
    ),
  ]
}

function metric(item: Metric): HTMLElement {
  return h(
    'div',
    { class: item.alert === true ? 'metric alert' : 'metric' },
    h('dt', {}, item.name),
    h(
      'dd',
      { class: 'value' },
      item.value,
      item.unit !== undefined && h('span', { class: 'unit' }, item.unit),
    ),
    h('dd', { class: 'note' }, item.note),
  )
}

function pace({ runRate }: Overview): Metric {
  return {
    name: 'Run rate',
    value: dollars(runRate.usdPerHour),
    unit: ' / hour',
    note: `over the last ${length(runRate.windowMs)}`,
  }
}

function perUnit({ totals: { unit } }: Overview): Metric {
  if (unit === null) {
    const note = 'no call names a conversation'
    return { name: 'Cost per conversation', value: '–', note }
  }
  return {
    name: `Cost per ${unit.type}`,
    value: dollarsEach(unit.usdPerUnit),
    note: `${count(unit.count, unit.type)}, ${grouped(unit.callsPerUnit, 1)} calls each`,
  }
}

function calls({ totals }: Overview): Metric {
  const tokens = totals.inputTokensPerCall
  const note = tokens === null ? 'no token counts' : `${whole(tokens)} input tokens each`
  return { name: 'Calls', value: whole(totals.calls), note }
}

function attempts({ totals }: Overview): Metric {
  const { repeats, attemptsPerCall } = totals
  const resent = totals.attempts - totals.calls
  const repeated = repeats > 0 ? `, ${count(repeats, 'identical repeat')}` : ''
  return {
    name: 'Attempts per call',
    value: attemptsPerCall === null ? '–' : grouped(attemptsPerCall, 2),
    note: `${whole(resent)} re-sent${repeated}`,
  }
}

function unpriced({ totals }: Overview): Metric {
  const share = totals.calls === 0 ? 0 : totals.unpricedCalls / totals.calls
  return {
    name: 'Unpriced',
    value: `${grouped(share * 100, 1)}%`,
    note: `${whole(totals.unpricedCalls)} of ${count(totals.calls, 'call')}`,
    alert: totals.unpricedCalls > 0,
  }
}
