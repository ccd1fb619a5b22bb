/** Where a click leads: a dashboard with what was clicked chosen, or its traces. */

import { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import * as names from '../instrumentation/semconv.ts'
import { LABEL } from './labels.ts'
import { DASHBOARD } from './links.ts'
import type { Choice } from './variables.ts'

export type Dashboard = keyof typeof DASHBOARD

/** The label of what was clicked, whether it is a series or a row of a table. */
const clicked = (choice: Choice): string => `\${__field.labels.${LABEL[choice]}}`
const kept = (choice: string): string => `\${${choice}:queryparam}`

interface Destination {
  readonly title: string
  readonly url: string
}

interface Carried {
  /** Chosen by the click. */
  readonly click?: Choice
  /** Chosen already. */
  readonly keep?: readonly Choice[]
  /** In a table what was clicked is the cell. */
  readonly cell?: boolean
}

export function toDashboard(
  dashboard: Dashboard,
  title: string,
  { click, keep = ['environment'], cell = false }: Carried = {},
): Destination {
  const value = click === undefined ? '' : cell ? '${__value.text}' : clicked(click)
  const query = [
    ...(click === undefined ? [] : [`var-${click}=${value}`]),
    ...['datasource', 'tempo', ...keep].map(kept),
    '${__url_time_range}',
  ]
  return { title, url: `/d/${DASHBOARD[dashboard]}?${query.join('&')}` }
}

/** Grafana's variables stay as they are, everything else is encoded. */
function encoded(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part) => (part.startsWith('${') ? part : encodeURIComponent(part)))
    .join('')
}

/** Explore, with a query that finds the spans. */
export function toTraces(title: string, traceQl: string): Destination {
  const panes = {
    a: {
      datasource: '${tempo}',
      queries: [
        {
          refId: 'A',
          datasource: { type: 'tempo', uid: '${tempo}' },
          queryType: 'traceql',
          query: traceQl,
          tableType: 'spans',
          limit: 50,
        },
      ],
      range: { from: '${__from}', to: '${__to}' },
    },
  }
  return { title, url: `/explore?schemaVersion=1&panes=${encoded(JSON.stringify(panes))}` }
}

/** TraceQL: the calls that cost something, and more conditions. */
export const pricedCalls = (...conditions: readonly string[]): string =>
  `{ ${[...conditions, `span.${names.ATTR_COST_AMOUNT} > 0`].join(' && ')} }`

export const toLink = ({ title, url }: Destination): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title).url(url)

export type { Destination }
