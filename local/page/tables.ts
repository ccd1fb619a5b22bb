/** The tables: by group, the most expensive calls, and what is not known about which. */

import type { Figures, Group, Overview, UnattributedGap, UnpricedGap } from '../answers.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from './amounts.ts'
import { colorOf } from './charts.ts'
import { callTable, trace } from './call-table.ts'
import { nothing, shareBar } from './cards.ts'
import { byId, h, swatch } from './elements.ts'
import { callsLink } from './links.ts'
import { table, type Column } from './table.ts'
import { count, groupName, groupingName, reasonWords } from './words.ts'

export function showTables(seen: Overview): void {
  byId('groups').replaceChildren(groupTable(seen))
  byId('dearest').replaceChildren(dearest(seen))
  byId('unpriced').replaceChildren(unpriced(seen))
  byId('unattributed').replaceChildren(unattributed(seen))
}

function groupTable(seen: Overview): HTMLElement {
  const { by, groups, totals, moreGroups } = seen
  const amount = dollarColumn(groups.map((group) => group.usd))
  const unitType = totals.unit?.type ?? 'conversation'
  const columns: readonly Column<Group>[] = [
    { head: groupingName(by), kind: 'text', cell: (group) => groupCell(group, seen) },
    { head: 'Calls', cell: (group) => whole(group.calls) },
    {
      head: 'Attempts / call',
      hint: 'HTTP attempts of a call, the client’s own retries included',
      cell: (group) => decimal(group.attemptsPerCall, 2),
    },
    { head: 'Input tokens / call', cell: (group) => decimal(group.inputTokensPerCall, 0) },
    { head: 'Output tokens / call', cell: (group) => decimal(group.outputTokensPerCall, 0) },
    {
      head: `Calls / ${unitType}`,
      cell: (group) => (group.unit === null ? '–' : grouped(group.unit.callsPerUnit, 1)),
    },
    { head: `Cost / ${unitType}`, cell: (group) => perUnit(group, unitType) },
    {
      head: 'Wasted',
      hint: 'Of the spend: repeats, retries, aborted, failed and truncated answers',
      cell: (group) => (group.wasteUsd === 0 ? '–' : amount(group.wasteUsd)),
    },
    { head: 'Spend', cell: (group) => spend(group, amount) },
    { head: 'Share', cell: (group) => shareBar(group.share) },
  ]
  const total = columns.map((column, n) => (n === 0 ? 'Total' : column.cell(totals)))
  const note =
    moreGroups > 0 ? `The ${groups.length} dearest; ${moreGroups} more not shown` : undefined
  return table({
    caption: `Spend by ${groupingName(by).toLowerCase()}`,
    columns,
    rows: groups,
    total,
    ...(note === undefined ? {} : { note }),
  })
}

function groupCell(group: Group, { by, chart }: Overview): HTMLElement {
  const name = group.key[by] ?? null
  const line = chart.series.find((series) => series.others === 0 && series.name === name)
  const others = chart.series.find((series) => series.others > 0)
  const shown = line ?? others
  return h(
    'span',
    { class: name === null ? 'group nobody' : 'group' },
    shown && swatch(colorOf(shown, by)),
    callsLink(groupName(name, by), { [by]: name }),
  )
}

function perUnit({ unit }: Group, type: string): string {
  if (unit === null) return '–'
  return unit.type === type
    ? dollarsEach(unit.usdPerUnit)
    : `${dollarsEach(unit.usdPerUnit)} / ${unit.type}`
}

/** What has no amount at all is not $0; what has only some is a lower bound. */
function spend(figures: Figures, amount: (usd: number) => string): string {
  if (figures.pricedCalls === 0) return figures.unpricedCalls > 0 ? 'unpriced' : '–'
  const bound = figures.unpricedCalls + figures.partialCalls > 0
  return `${bound ? '≥ ' : ''}${amount(figures.usd)}`
}

function dearest(seen: Overview): HTMLElement {
  return callTable('Most expensive calls', seen.dearest, { now: seen.now })
}

function unpriced(seen: Overview): HTMLElement {
  if (seen.unpriced.length === 0)
    return nothing('Unpriced', 'Every call that was billed has a price.')
  return table<UnpricedGap>({
    caption: 'Unpriced',
    note: unpricedNote(seen.totals),
    columns: [
      { head: 'Model', kind: 'text', cell: (gap) => gap.model ?? `${gap.provider}, not stated` },
      {
        head: 'Calls',
        cell: (gap) =>
          callsLink(whole(gap.calls), {
            status: gap.status,
            reason: gap.reason,
            provider: gap.provider,
          }),
      },
      { head: 'Why, and what to do', kind: 'text', cell: (gap) => why(gap) },
      { head: 'Trace', kind: 'text', cell: (gap) => trace(gap.traceId) },
    ],
    rows: seen.unpriced,
  })
}

function unpricedNote({ unpricedCalls, partialCalls }: Figures): string {
  const without = unpricedCalls > 0 ? [`${count(unpricedCalls, 'call')} without an amount`] : []
  const bound = partialCalls > 0 ? [`${count(partialCalls, 'call')} with a lower bound`] : []
  return [...without, ...bound].join(', ')
}

function why(gap: UnpricedGap): HTMLElement {
  const { what, remedy } = reasonWords(gap.reason)
  return h(
    'div',
    { class: 'why' },
    h('p', {}, what, ' ', h('code', {}, gap.reason)),
    h('p', { class: 'remedy' }, remedy),
  )
}

function unattributed(seen: Overview): HTMLElement {
  if (seen.unattributed.length === 0) {
    return nothing('Unattributed', 'Every call names the feature it is for.')
  }
  const amount = dollarColumn(seen.unattributed.map((gap) => gap.usd))
  return table<UnattributedGap>({
    caption: 'Unattributed',
    note: `${count(seen.unattributedCalls, 'call')} of no feature, ${dollars(seen.unattributedUsd)}. Wrap them in withAttribution({ feature }, …), or set COSTSPAN_FEATURE for the whole process.`,
    columns: [
      { head: 'Service', kind: 'text', cell: (gap) => gap.service },
      { head: 'Model', kind: 'text', cell: (gap) => gap.model ?? 'not stated' },
      {
        head: 'Calls',
        cell: (gap) =>
          callsLink(whole(gap.calls), {
            feature: null,
            service: gap.service,
            operation: gap.operation,
          }),
      },
      { head: 'Spend', cell: (gap) => amount(gap.usd) },
      { head: 'Trace', kind: 'text', cell: (gap) => trace(gap.traceId) },
    ],
    rows: seen.unattributed,
  })
}

function decimal(value: number | null, decimals: number): string {
  return value === null ? '–' : grouped(value, decimals)
}
