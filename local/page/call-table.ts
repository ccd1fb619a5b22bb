/** Calls, one a row. */

import type { CallRow } from '../row.ts'
import { dollarsEach, grouped, whole } from './amounts.ts'
import { h } from './elements.ts'
import { callsLink } from './links.ts'
import { table, type Column } from './table.ts'
import { clock, moment } from './words.ts'

export function callTable(
  caption: string,
  calls: readonly CallRow[],
  options: {
    readonly now?: number
    readonly note?: string
    /** Heads of columns that would say the same in every row. */
    readonly without?: readonly string[]
  } = {},
): HTMLElement {
  const { now = Date.now(), note = '', without = [] } = options
  return table<CallRow>({
    caption,
    ...(note === '' ? {} : { note }),
    columns: columns(now, calls).filter(({ head }) => !without.includes(head)),
    rows: calls,
  })
}

function columns(now: number, calls: readonly CallRow[]): readonly Column<CallRow>[] {
  const unit: Column<CallRow> = { head: 'Unit', kind: 'text', cell: unitOf }
  return [
    { head: 'Time', kind: 'text', cell: (call) => callTime(call, now) },
    { head: 'Feature', kind: 'text', cell: (call) => call.feature ?? 'unattributed' },
    ...(calls.some(({ unitId }) => unitId !== undefined) ? [unit] : []),
    { head: 'Prompt version', kind: 'text', cell: prompt },
    {
      head: 'Model',
      kind: 'text',
      cell: (call) => call.responseModel ?? call.requestModel ?? 'not stated',
    },
    { head: 'Turn', cell: (call) => decimal(call.turn) },
    { head: 'Input', cell: (call) => decimal(call.inputTokens) },
    { head: 'Cached', cell: (call) => decimal(call.cacheReadTokens) },
    { head: 'Output', cell: (call) => decimal(call.outputTokens) },
    { head: 'Attempts', cell: (call) => whole(call.attempts) },
    { head: 'Waste', kind: 'text', cell: waste },
    { head: 'Cost', cell: cost },
    { head: 'Trace', kind: 'text', cell: (call) => trace(call.traceId) },
  ]
}

function callTime(call: CallRow, now: number): string {
  const today = new Date(call.startedAt).toDateString() === new Date(now).toDateString()
  return today ? clock(call.startedAt, true) : moment(call.startedAt, now)
}

function unitOf({ unitType, unitId }: CallRow): Node | string {
  if (unitId === undefined) return '–'
  const text = unitId.length > 18 ? `${unitId.slice(0, 17)}…` : unitId
  const filter = { ...(unitType === undefined ? {} : { unitType }), unit: unitId }
  return callsLink(text, filter, `${unitType ?? 'unit'} ${unitId}: show its calls`)
}

function prompt({ promptName, promptVersion }: CallRow): string {
  return [promptName, promptVersion].filter((part) => part !== undefined).join(' ') || 'not stated'
}

function waste({ waste: kind, repeat }: CallRow): string {
  if (kind === undefined || kind === 'none') return '–'
  return kind === 'repeat' && repeat !== undefined ? `repeat ${repeat}` : kind
}

function cost({ usd, status, reason }: CallRow): Node | string {
  if (usd === undefined) return h('span', { title: reason }, 'unpriced')
  return `${status === 'partial' ? '≥ ' : ''}${dollarsEach(usd)}`
}

function decimal(value: number | undefined): string {
  return value === undefined ? '–' : grouped(value, 0)
}

/** Copies the whole id: it is what one pastes into a tracing tool. */
export function trace(id: string): HTMLElement {
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
