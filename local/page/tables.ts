/** The tables: by group, the most expensive calls, and what is not known about which. */

import type { Figures, Group, Overview, UnattributedGap, UnpricedGap } from '../answers.ts'
import type { CallRow } from '../row.ts'
import { dollarColumn, dollars, dollarsEach, grouped, whole } from './amounts.ts'
import { colorOf } from './charts.ts'
import { byId, h, swatch } from './elements.ts'
import { table, type Column } from './table.ts'
import { clock, count, groupName, groupingName, moment, reasonWords } from './words.ts'

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
    { head: 'Share', cell: (group) => shareCell(group.share) },
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
    groupName(name, by),
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

function shareCell(share: number | null): Node | string {
  if (share === null) return '–'
  const bar = h('span', { class: 'share-bar', 'aria-hidden': 'true' })
  bar.style.width = `${share * 100}%`
  const track = h('span', { class: 'share-track' }, bar)
  const figure = h('span', { class: 'share-figure' }, `${grouped(share * 100, 1)}%`)
  return h('span', {}, track, figure)
}

function dearest(seen: Overview): HTMLElement {
  return table<CallRow>({
    caption: 'Most expensive calls',
    columns: [
      { head: 'Time', kind: 'text', cell: (call) => callTime(call, seen.now) },
      { head: 'Feature', kind: 'text', cell: (call) => call.feature ?? 'unattributed' },
      { head: 'Prompt version', kind: 'text', cell: (call) => prompt(call) },
      {
        head: 'Model',
        kind: 'text',
        cell: (call) => call.responseModel ?? call.requestModel ?? 'not stated',
      },
      { head: 'Turn', cell: (call) => decimal(call.turn ?? null, 0) },
      { head: 'Input', cell: (call) => decimal(call.inputTokens ?? null, 0) },
      { head: 'Cached', cell: (call) => decimal(call.cacheReadTokens ?? null, 0) },
      { head: 'Output', cell: (call) => decimal(call.outputTokens ?? null, 0) },
      { head: 'Attempts', cell: (call) => whole(call.attempts) },
      { head: 'Waste', kind: 'text', cell: (call) => waste(call) },
      {
        head: 'Cost',
        cell: (call) => `${call.status === 'partial' ? '≥ ' : ''}${dollarsEach(call.usd ?? 0)}`,
      },
      { head: 'Trace', kind: 'text', cell: (call) => trace(call.traceId) },
    ],
    rows: seen.dearest,
  })
}

function callTime(call: CallRow, now: number): string {
  const today = new Date(call.startedAt).toDateString() === new Date(now).toDateString()
  return today ? clock(call.startedAt, true) : moment(call.startedAt, now)
}

function prompt({ promptName, promptVersion }: CallRow): string {
  return [promptName, promptVersion].filter((part) => part !== undefined).join(' ') || 'not stated'
}

function waste({ waste: kind, repeat }: CallRow): string {
  if (kind === undefined || kind === 'none') return '–'
  return kind === 'repeat' && repeat !== undefined ? `repeat ${repeat}` : kind
}

/** Copies the whole id: it is what one pastes into a tracing tool. */
function trace(id: string): HTMLElement {
  const copy = (event: Event): void => {
    const button = event.currentTarget
    if (!(button instanceof HTMLButtonElement)) return
    void navigator.clipboard.writeText(id).then(() => {
      button.textContent = 'copied'
      setTimeout(() => (button.textContent = id.slice(0, 8)), 1200)
    })
  }
  const label = `Copy trace id ${id}`
  return h(
    'button',
    { type: 'button', class: 'trace', title: label, 'aria-label': label, click: copy },
    id.slice(0, 8),
  )
}

function unpriced(seen: Overview): HTMLElement {
  if (seen.unpriced.length === 0)
    return nothing('Unpriced', 'Every call that was billed has a price.')
  return table<UnpricedGap>({
    caption: 'Unpriced',
    note: unpricedNote(seen.totals),
    columns: [
      { head: 'Model', kind: 'text', cell: (gap) => gap.model ?? `${gap.provider}, not stated` },
      { head: 'Calls', cell: (gap) => whole(gap.calls) },
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
      { head: 'Calls', cell: (gap) => whole(gap.calls) },
      { head: 'Spend', cell: (gap) => amount(gap.usd) },
      { head: 'Trace', kind: 'text', cell: (gap) => trace(gap.traceId) },
    ],
    rows: seen.unattributed,
  })
}

function nothing(title: string, text: string): HTMLElement {
  return h(
    'div',
    { class: 'nothing' },
    h('p', { class: 'title' }, title),
    h('p', { class: 'note' }, text),
  )
}

function decimal(value: number | null, decimals: number): string {
  return value === null ? '–' : grouped(value, decimals)
}
