/** Real tables: caption, column and row headers, figures right-aligned. */

import { h } from './elements.ts'

export interface Column<Row> {
  readonly head: string
  /** Explains the column, shown on hover and read out. */
  readonly hint?: string
  /** Figures stand right in tabular digits; text stands left. Default figure. */
  readonly kind?: 'figure' | 'text'
  readonly cell: (row: Row) => Node | string
}

export interface TableOptions<Row> {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** A last line set off from the others. */
  readonly total?: readonly (Node | string)[]
  /** Below the caption. */
  readonly note?: string
}

/** The first column is the row's header. */
export function table<Row>(options: TableOptions<Row>): HTMLTableElement {
  const { columns, rows, total } = options
  const heads = columns.map((column) =>
    h('th', { scope: 'col', class: column.kind ?? 'figure', title: column.hint }, column.head),
  )
  const body = rows.map((row) =>
    h('tr', {}, ...columns.map((column, n) => cell(n, column.kind, column.cell(row)))),
  )
  const foot = total && h('tr', {}, ...total.map((value, n) => cell(n, columns[n]?.kind, value)))
  return h(
    'table',
    {},
    h(
      'caption',
      {},
      h('span', { class: 'title' }, options.caption),
      options.note !== undefined && h('span', { class: 'note' }, options.note),
    ),
    h('thead', {}, h('tr', {}, ...heads)),
    h('tbody', {}, ...body),
    foot && h('tfoot', {}, foot),
  )
}

function cell(n: number, kind: Column<unknown>['kind'], value: Node | string): HTMLElement {
  const name = kind ?? 'figure'
  return n === 0 ? h('th', { scope: 'row', class: name }, value) : h('td', { class: name }, value)
}
