/** The first view: what was spent, what changed, by group, the dearest calls, and what is not known. */

import type { Overview } from '../answers.ts'
import type { Explanation } from '../explain/explanation.ts'
import { groupedBy, period, periodQuery } from './address.ts'
import { dollars } from './amounts.ts'
import { ask } from './ask.ts'
import { showChange } from './change.ts'
import { drawCharts } from './charts.ts'
import { byId, h } from './elements.ts'
import { showHero } from './hero.ts'
import { showTables } from './tables.ts'
import { count, length } from './words.ts'

let seen: Overview | undefined

export async function showSpend(): Promise<void> {
  const query = periodQuery()
  query.set('by', groupedBy())
  const [overview, { change }] = await Promise.all([
    ask<Overview>('/api/overview', query),
    ask<{ readonly change: Explanation | null }>('/api/changes', new URLSearchParams()),
  ])
  seen = overview
  show(overview, change)
}

/** With other colours. */
export function redrawSpend(): void {
  if (seen === undefined || seen.totals.calls === 0) return
  drawCharts(seen.chart, seen.by)
  showTables(seen)
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
