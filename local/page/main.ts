/** The page: asks the server for what the view shows, shows it, and asks again when something has changed. */

import {
  chosen,
  groupedBy,
  hrefOf,
  hrefWith,
  period,
  viewName,
  VIEWS,
  type ViewName,
} from './address.ts'
import { showBudget } from './budget-view.ts'
import { showCalls } from './calls-view.ts'
import { resizeCharts } from './charts.ts'
import { byId, h } from './elements.ts'
import { followLinks, go } from './links.ts'
import { live, type Live } from './live.ts'
import { showPrompts } from './prompts-view.ts'
import { redrawSpend, showSpend } from './spend-view.ts'
import { showUnits } from './units-view.ts'
import { showWaste } from './waste-view.ts'
import { clock, GROUPINGS, PERIODS } from './words.ts'

type Show = (place: HTMLElement) => Promise<void>

const SHOWS: Readonly<Record<Exclude<ViewName, 'spend'>, Show>> = {
  units: showUnits,
  waste: showWaste,
  prompts: showPrompts,
  budget: showBudget,
  calls: showCalls,
}

/** When figures last came. */
let seenAt: number | undefined

async function load(): Promise<void> {
  const view = viewName()
  try {
    if (view === 'spend') await showSpend()
    else {
      const fresh = h('div', { class: 'view' })
      await SHOWS[view](fresh)
      // Meanwhile another view may have been chosen, or an amount be typed in: that is not taken away.
      if (viewName() === view && !isTyping()) byId('view').replaceChildren(...fresh.childNodes)
    }
    if (viewName() === view) frame(view)
    seenAt = Date.now()
    status('live', `Live, ${clock(seenAt, true)}`)
  } catch {
    const since = seenAt === undefined ? '' : `; figures of ${clock(seenAt, true)}`
    status('down', `costspan local does not answer${since}`)
  }
}

const isTyping = (): boolean => {
  const at = document.activeElement
  return (
    at instanceof HTMLInputElement && at.closest('#view') !== null && at.value !== at.defaultValue
  )
}

/** What stands around every view. */
function frame(view: ViewName): void {
  const spend = view === 'spend'
  byId('view').hidden = spend
  // A budget is of the month that runs.
  byId('period-field').hidden = view === 'budget'
  if (!spend) {
    byId('empty').hidden = true
    byId('content').hidden = true
    const name = VIEWS.find(([known]) => known === view)?.[1] ?? ''
    document.title = `${name} · costspan`
  }
  const links = VIEWS.map(([name, text]) =>
    h('a', { href: hrefOf(name), 'aria-current': name === view ? 'page' : undefined }, text),
  )
  const nav = byId('views')
  // Links that are being used with the keyboard stay what they are.
  if (!nav.contains(document.activeElement)) nav.replaceChildren(...links)
  else for (const [n, link] of [...nav.children].entries()) mark(link, links[n])
}

function mark(link: Element, fresh: Element | undefined): void {
  for (const name of ['href', 'aria-current']) {
    const value = fresh?.getAttribute(name)
    if (value == null) link.removeAttribute(name)
    else link.setAttribute(name, value)
  }
}

function status(kind: 'live' | 'down', text: string): void {
  byId('status').className = `status ${kind}`
  byId('status-text').textContent = text
}

function controls(updates: Live): void {
  const moved = (): void => {
    select.value = period()[0]
    updates.refresh()
  }
  const select = byId('period') as HTMLSelectElement
  for (const [name, text] of PERIODS) {
    select.append(h('option', { value: name, selected: name === period()[0] }, text))
  }
  select.addEventListener('change', () => {
    go(hrefWith({ period: select.value, since: undefined, until: undefined }), moved)
  })
  const radios = GROUPINGS.map(([name, text]) => {
    const input = h('input', {
      type: 'radio',
      name: 'by',
      value: name,
      checked: name === groupedBy(),
    })
    input.addEventListener('change', () => {
      history.replaceState(null, '', hrefWith({ by: name }))
      updates.refresh()
    })
    return h('label', {}, input, h('span', {}, text))
  })
  byId('grouping').append(h('div', { class: 'segments' }, ...radios))
  followLinks(moved)
  // Amounts that are typed into a view: a budget, what an outcome costs otherwise.
  byId('view').addEventListener('change', (event) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement) || !field.checkValidity()) return
    go(hrefWith(changeOf(field)), moved)
    field.blur()
  })
}

function changeOf(field: HTMLInputElement): Record<string, string | readonly string[] | undefined> {
  const { name, value } = field
  if (name === 'budget') return { budget: value === '' ? undefined : value }
  const outcome = field.dataset['outcome'] ?? ''
  const others = chosen()
    .getAll('baseline')
    .filter((one) => !one.startsWith(`${outcome}=`))
  return { baseline: value === '' ? others : [...others, `${outcome}=${value}`] }
}

frame(viewName())
controls(live(load))
new ResizeObserver(resizeCharts).observe(byId('main'))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  if (viewName() === 'spend') redrawSpend()
})
