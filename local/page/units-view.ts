/** What a unit of work costs, and what its outcomes cost. */

import type { DearUnit, UnitGroup, UnitPart, UnitsReport } from '../reports/answers.ts'
import { periodQuery } from './address.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from './amounts.ts'
import { ask } from './ask.ts'
import { card, notes, nothing, shareBar } from './cards.ts'
import { h } from './elements.ts'
import { callsLink } from './links.ts'
import { outcomesCard } from './outcomes-card.ts'
import { table } from './table.ts'
import { count, groupName, moment } from './words.ts'

export async function showUnits(place: HTMLElement): Promise<void> {
  const [units, outcomes] = await Promise.all([
    ask<UnitsReport>('/api/units', periodQuery()),
    outcomesCard(),
  ])
  if (units.groups.length === 0) {
    const text =
      'Set conversation or unit in withAttribution, and what a conversation costs stands here.'
    place.append(card('Cost per unit', nothing('No call names a unit', text)), outcomes)
    return
  }
  place.append(
    card('Cost per unit', costs(units), boundNotes(units)),
    outcomes,
    h(
      'div',
      { class: 'halves' },
      card('What it is made of', parts(units)),
      card('Dearest units', dearest(units)),
    ),
  )
}

const nameOf = ({ key }: UnitGroup): string => groupName(key.feature ?? null, 'feature')

function costs({ groups }: UnitsReport): HTMLElement {
  const amount = dollarColumn(groups.map(({ usd }) => usd))
  return table<UnitGroup>({
    caption: 'Cost per unit',
    note: 'Units begun in the period, with everything they cost, whenever it came in',
    columns: [
      {
        head: 'Feature',
        kind: 'text',
        cell: (group) =>
          callsLink(nameOf(group), { feature: group.key.feature ?? null, unitType: group.type }),
      },
      { head: 'Unit', kind: 'text', cell: ({ type }) => type },
      { head: 'Units', cell: ({ units }) => whole(units) },
      { head: 'Calls / unit', cell: ({ callsPerUnit }) => grouped(callsPerUnit, 2) },
      {
        head: 'Cost / unit',
        cell: ({ usdPerUnit, lowerBounds }) =>
          `${lowerBounds > 0 ? '≥ ' : ''}${dollarsEach(usdPerUnit)}`,
      },
      { head: 'p50', hint: 'Half of the units cost no more', cell: ({ p50 }) => dollarsEach(p50) },
      { head: 'p95', cell: ({ p95 }) => dollarsEach(p95) },
      { head: 'p99', cell: ({ p99 }) => dollarsEach(p99) },
      { head: 'Units by cost', hint: 'From $0 on the left to p99 on the right', cell: histogram },
      {
        head: 'Dearest 1%',
        hint: 'Share of the spend of the dearest hundredth of the units, one at least',
        cell: ({ top }) => (top.share === null ? '–' : `${grouped(top.share * 100, 1)}%`),
      },
      { head: 'Spend', cell: ({ usd }) => amount(usd) },
    ],
    rows: groups,
  })
}

function histogram({ histogram: { units, stepUsd } }: UnitGroup): HTMLElement {
  const most = Math.max(...units, 1)
  const bars = units.map((n, step) => {
    const title = `${dollarsEach(step * stepUsd)} to ${dollarsEach((step + 1) * stepUsd)}: ${count(n, 'unit')}`
    const bar = h('i', { title })
    bar.style.height = `${n === 0 ? 0 : Math.max(8, (n / most) * 100)}%`
    return bar
  })
  return h('span', { class: 'histogram', 'aria-hidden': 'true' }, ...bars)
}

function parts({ groups }: UnitsReport): HTMLElement {
  const rows = groups
    .filter((group) => group.parts.length > 1)
    .flatMap((group) => group.parts.map((part) => ({ group, part })))
  if (rows.length === 0) {
    const text =
      'recordCost and price rules add what else a unit costs: a vector database, a gateway.'
    return nothing('LLM calls alone', text)
  }
  return table<{ readonly group: UnitGroup; readonly part: UnitPart }>({
    caption: 'What it is made of',
    columns: [
      { head: 'Feature', kind: 'text', cell: ({ group }) => nameOf(group) },
      {
        head: 'Part',
        kind: 'text',
        cell: ({ part }) => (part.component === 'llm' ? 'LLM calls' : part.component),
      },
      { head: 'Cost / unit', cell: ({ part }) => `$${grouped(part.usdPerUnit, 5)}` },
      {
        head: 'Share',
        cell: ({ group, part }) => shareBar(group.usd > 0 ? part.usd / group.usd : null),
      },
    ],
    rows,
  })
}

function dearest({ dearest: found }: UnitsReport): HTMLElement {
  const now = Date.now()
  return table<DearUnit>({
    caption: 'Dearest units',
    columns: [
      {
        head: 'Unit',
        kind: 'text',
        cell: (unit) => callsLink(unit.id, { unitType: unit.type, unit: unit.id }),
      },
      { head: 'Feature', kind: 'text', cell: ({ feature }) => groupName(feature, 'feature') },
      { head: 'Begun', kind: 'text', cell: ({ begunAt }) => moment(begunAt, now, true) },
      { head: 'Calls', cell: ({ calls }) => whole(calls) },
      { head: 'Cost', cell: ({ usd }) => dollarsEach(usd) },
    ],
    rows: found,
  })
}

function boundNotes({ groups, unjoined }: UnitsReport): HTMLElement {
  const bounds = groups.reduce((sum, { lowerBounds }) => sum + lowerBounds, 0)
  return notes(
    bounds > 0 && `${count(bounds, 'unit')} with calls that have no whole amount: a lower bound.`,
    ...unjoined.map(
      ({ component, usd, records }) =>
        `${dollars(usd)} for ${component} (${count(records, 'record')}) names no unit and is in none.`,
    ),
  )
}
