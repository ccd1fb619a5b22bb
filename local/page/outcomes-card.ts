/** What a successful outcome costs, against what it costs otherwise. */

import type { OutcomeFigures, OutcomesReport } from '../reports/answers.ts'
import { chosen, periodQuery } from './address.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from './amounts.ts'
import { ask } from './ask.ts'
import { card, nothing, notes } from './cards.ts'
import { h } from './elements.ts'
import { callsLink } from './links.ts'
import { table, type Column } from './table.ts'
import { count, groupName } from './words.ts'

export async function outcomesCard(): Promise<HTMLElement> {
  const query = periodQuery()
  for (const baseline of chosen().getAll('baseline')) query.append('baseline', baseline)
  const found = await ask<OutcomesReport>('/api/outcomes', query)
  if (found.groups.length === 0) {
    const text = 'recordOutcome(name, { unit, success }) says what a unit came to.'
    return card('Outcomes', nothing('No outcome of a known unit', text), remarks(found))
  }
  const amount = dollarColumn(found.groups.map(({ usd }) => usd))
  return card(
    'Outcomes',
    table<OutcomeFigures>({
      caption: 'Outcomes',
      note: 'The cost of all units, also of those that failed or came to nothing, over the outcomes that succeeded',
      columns: [...costColumns(amount), ...marginColumns()],
      rows: found.groups,
    }),
    remarks(found),
  )
}

function costColumns(amount: (usd: number) => string): readonly Column<OutcomeFigures>[] {
  return [
    {
      head: 'Outcome',
      kind: 'text',
      cell: (group) => callsLink(group.name, { feature: group.feature, unitType: group.unitType }),
    },
    { head: 'Feature', kind: 'text', cell: ({ feature }) => groupName(feature, 'feature') },
    { head: 'Outcomes', cell: ({ outcomes }) => whole(outcomes) },
    { head: 'Succeeded', cell: ({ succeeded }) => whole(succeeded) },
    {
      head: 'Failed',
      cell: (group) =>
        group.failed === 0
          ? '0'
          : callsLink(
              whole(group.failed),
              { feature: group.feature, outcomeFailed: group.name },
              'Show the calls of units that failed',
            ),
    },
    { head: 'Units', cell: ({ units }) => whole(units) },
    { head: 'Cost', cell: ({ usd }) => amount(usd) },
    {
      head: 'Cost / success',
      cell: ({ usdPerSuccess }) => (usdPerSuccess === null ? '–' : dollarsEach(usdPerSuccess)),
    },
  ]
}

function marginColumns(): readonly Column<OutcomeFigures>[] {
  return [
    { head: 'Baseline', hint: 'What one costs otherwise: type it in', cell: baselineField },
    {
      head: 'Margin / success',
      cell: ({ margin }) => (margin?.usdPerSuccess == null ? '–' : dollars(margin.usdPerSuccess)),
    },
    {
      head: 'Cheaper',
      cell: ({ margin }) =>
        margin?.times == null ? '–' : `${grouped(margin.times, margin.times < 10 ? 1 : 0)}×`,
    },
    { head: 'Saved', cell: ({ margin }) => (margin === null ? '–' : dollars(margin.savedUsd)) },
  ]
}

function baselineField({ name, margin }: OutcomeFigures): HTMLElement {
  return h(
    'label',
    { class: 'amount-field' },
    '$',
    h('input', {
      type: 'text',
      inputmode: 'decimal',
      pattern: '\\d{1,12}(\\.\\d{1,12})?',
      name: 'baseline',
      'data-outcome': name,
      value: margin === null ? '' : String(margin.baselineUsd),
      placeholder: '0',
      'aria-label': `What one ${name} costs otherwise, USD`,
    }),
  )
}

function remarks({ groups, unjoined, duplicates, unused }: OutcomesReport): HTMLElement {
  return notes(
    ...groups
      .filter(({ unitsWithout }) => unitsWithout > 0)
      .map(
        (group) =>
          `${whole(group.unitsWithout)} of ${count(group.units, group.unitType)} of ${groupName(group.feature, 'feature')} have no ${group.name} so far; their cost is in it.`,
      ),
    ...unjoined.map(({ name, reason, outcomes }) =>
      reason === 'no_unit'
        ? `${whole(outcomes)} ${name} without a unit: nothing tells what they cost.`
        : `${whole(outcomes)} ${name} of units of which no call or cost has come in so far.`,
    ),
    ...Object.entries(duplicates).map(
      ([name, times]) => `${whole(times)} ${name} ignored: their idempotency key was known.`,
    ),
    ...unused.map((name) => `There is no outcome ${name} to compare with its baseline.`),
  )
}
