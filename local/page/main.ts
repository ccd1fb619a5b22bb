/** The page: asks the server for everything it shows, shows it, and asks again when something has changed. */

import type { Overview } from '../answers.ts'
import type { Explanation } from '../explain.ts'
import { dollars } from './amounts.ts'
import { showChange } from './change.ts'
import { drawCharts, resizeCharts } from './charts.ts'
import { byId, h } from './elements.ts'
import { showHero } from './hero.ts'
import { live, type Live } from './live.ts'
import { showTables } from './tables.ts'
import { clock, count, GROUPINGS, length, PERIODS } from './words.ts'

/** The choices stand in the address, so that it can be kept and sent. */
const chosen = new URLSearchParams(location.search)
let seen: Overview | undefined

const period = (): (typeof PERIODS)[number] =>
  PERIODS.find(([name]) => name === chosen.get('period')) ?? ['24h', 'Last 24 hours', 86_400_000]
const by = (): string => GROUPINGS.find(([name]) => name === chosen.get('by'))?.[0] ?? 'feature'

async function load(): Promise<void> {
  const query = new URLSearchParams({ by: by() })
  const [, , periodMs] = period()
  if (periodMs !== undefined) query.set('period', String(periodMs))
  try {
    const [overview, changes] = await Promise.all([
      ask<Overview>(`/api/overview?${query}`),
      ask<{ readonly change: Explanation | null }>('/api/changes'),
    ])
    seen = overview
    show(overview, changes.change)
    status('live', `Live, ${clock(overview.now, true)}`)
  } catch {
    const since = seen === undefined ? '' : `; figures of ${clock(seen.now, true)}`
    status('down', `costspan local does not answer${since}`)
  }
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as T
}

function status(kind: 'live' | 'down', text: string): void {
  byId('status').className = `status ${kind}`
  byId('status-text').textContent = text
}

function show(overview: Overview, change: Explanation | null): void {
  const quiet = overview.totals.calls === 0
  byId('empty').hidden = !quiet
  byId('content').hidden = quiet
  byId('foot').textContent = footnote(overview)
  if (quiet) {
    byId('empty').replaceChildren(...(overview.everCalls === 0 ? firstCall() : noCalls()))
    return
  }
  showHero(overview, period()[1])
  showChange(change)
  drawCharts(overview.chart, overview.by)
  showTables(overview)
  document.title = `${dollars(overview.totals.usd)} · costspan`
  announce(overview)
}

function footnote({ pruned }: Overview): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const dropped =
    pruned > 0
      ? ` Of the ${count(pruned, 'oldest call')} only hourly sums are kept, to stay within the size limit.`
      : ''
  return `Amounts in USD, as the spans state them, else at the rates of the price book. Times in ${zone}.${dropped}`
}

function firstCall(): readonly HTMLElement[] {
  const command = `OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin} \\\n  node --require costspan/register app.js`
  return [
    h('h2', { id: 'empty-title' }, 'Waiting for the first call'),
    h('p', {}, 'Start your application with costspan, and send its spans here:'),
    h('pre', {}, h('code', {}, command)),
    h(
      'p',
      {},
      'No application at hand? ',
      h('code', {}, 'npx costspan demo'),
      ' plays a support bot whose bill triples. An application that already emits OpenTelemetry GenAI spans needs only the first line. This page updates by itself.',
    ),
  ]
}

function noCalls(): readonly HTMLElement[] {
  const [, name, periodMs] = period()
  const text = `Nothing came in within ${periodMs === undefined ? 'all time' : length(periodMs)}. Choose a longer period above.`
  return [h('h2', { id: 'empty-title' }, `No calls: ${name.toLowerCase()}`), h('p', {}, text)]
}

/** A screen reader hears the total twice a minute at most. */
let announcedAt = 0
function announce({ totals, now }: Overview): void {
  if (now - announcedAt < 30_000) return
  announcedAt = now
  byId('announce').textContent = `Spend ${dollars(totals.usd)}, ${count(totals.calls, 'call')}`
}

function choose(name: string, value: string, updates: Live): void {
  chosen.set(name, value)
  history.replaceState(null, '', `?${chosen}`)
  updates.refresh()
}

function controls(updates: Live): void {
  const select = byId('period') as HTMLSelectElement
  for (const [name, text] of PERIODS) {
    select.append(h('option', { value: name, selected: name === period()[0] }, text))
  }
  select.addEventListener('change', () => choose('period', select.value, updates))
  const radios = GROUPINGS.map(([name, text]) => {
    const input = h('input', { type: 'radio', name: 'by', value: name, checked: name === by() })
    input.addEventListener('change', () => choose('by', name, updates))
    return h('label', {}, input, h('span', {}, text))
  })
  byId('grouping').append(h('div', { class: 'segments' }, ...radios))
}

function redraw(): void {
  if (seen !== undefined && seen.totals.calls > 0) {
    drawCharts(seen.chart, seen.by)
    showTables(seen)
  }
}

controls(live(load))
new ResizeObserver(resizeCharts).observe(byId('main'))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
