/** What the views are made of. */

import { h } from './elements.ts'

export function card(
  label: string,
  ...children: readonly (Node | string | false | undefined)[]
): HTMLElement {
  return h(
    'section',
    { class: 'card', 'aria-label': label },
    h('div', { class: 'scroll' }, ...children),
  )
}

/** In place of a table that would have no rows. */
export function nothing(title: string, text: string): HTMLElement {
  return h(
    'div',
    { class: 'nothing' },
    h('p', { class: 'title' }, title),
    h('p', { class: 'note' }, text),
  )
}

export const notes = (...lines: readonly (string | false)[]): HTMLElement =>
  h(
    'div',
    { class: 'notes' },
    ...lines.filter((line) => line !== false).map((line) => h('p', { class: 'note' }, line)),
  )

interface Metric {
  readonly name: string
  readonly value: string
  readonly note: string
  readonly alert?: boolean
}

/** A row of large figures. */
export function metrics(label: string, items: readonly Metric[]): HTMLElement {
  const all = items.map(({ name, value, note, alert }) =>
    h(
      'div',
      { class: alert === true ? 'metric alert' : 'metric' },
      h('dt', {}, name),
      h('dd', { class: 'value' }, value),
      h('dd', { class: 'note' }, note),
    ),
  )
  const list = h('dl', { class: 'metrics', 'aria-label': label }, ...all)
  list.style.gridTemplateColumns = `repeat(${items.length}, auto)`
  return list
}

/** Filled to a share of its width, 0 to 1. */
export function shareBar(share: number | null): Node | string {
  if (share === null) return '–'
  const bar = h('span', { class: 'share-bar', 'aria-hidden': 'true' })
  bar.style.width = `${Math.min(1, share) * 100}%`
  const track = h('span', { class: 'share-track' }, bar)
  const figure = h('span', { class: 'share-figure' }, `${(share * 100).toFixed(1)}%`)
  return h('span', {}, track, figure)
}
