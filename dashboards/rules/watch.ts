/** What makes the money wrong or invisible: calls without price or owner, silence, losses on the way, missed hours. */

import { METRIC_CALLS, METRIC_DROPPED, UNATTRIBUTED } from '../../instrumentation/semconv.ts'
import { HOUR_RECORDED } from '../hourly.ts'
import { LABEL, matching } from '../labels.ts'
import { DASHBOARD, dashboardLink } from '../links.ts'
import { increaseOf } from '../money.ts'
import { braced, sumBy } from '../range.ts'
import { lossRules, LOST } from './losses.ts'
import { spentWithin } from './minutes.ts'
import type { Alert, Group, Recording } from './rule.ts'
import { ON_FEATURE, recordedCalls } from './signals.ts'

const BY_SERVICE = [LABEL.environment, LABEL.service]

/** A call that failed without an answer costs nothing: it is no unpriced spend. */
const UNPRICED = `${matching({ [LABEL.status]: 'unpriced' })},${LABEL.costReason}!="call_failed"`
const UNPRICED_BY = [LABEL.environment, LABEL.feature, LABEL.model, LABEL.costReason]

/** Share of a service's spend that nobody has to own. */
const UNATTRIBUTED_SHARE = 0.1

/** Calls an hour. With 3 a conversation some 17 begin in 10 minutes; that none does is below one in ten million. */
const STEADY = 300
const EXPECTED = 'costspan:calls_expected:hour'
const RECENT = 'costspan:calls:10m'

/** Two of the fast group's windows that touch; of a process that has gone the first alone is left. */
function recentCalls(): string {
  const now = recordedCalls.within
  const earlier = `${now} offset 5m`
  return `${now} + ${earlier} or ${now} or ${earlier}`
}

const recordings: readonly Recording[] = [
  { record: RECENT, expr: recentCalls() },
  { record: EXPECTED, expr: recordedCalls.over('1h', '10m') },
  ...lossRules,
]

function unattributedShare(): string {
  const none = matching({ [LABEL.feature]: UNATTRIBUTED })
  const of = (selector: string): string =>
    `${sumBy(BY_SERVICE)} (${spentWithin(braced(selector), '1h')})`
  return `${of(none)} / (${of('')}) > ${UNATTRIBUTED_SHARE}`
}

interface Text {
  readonly summary: string
  readonly description: string
}

function ticket(grafana: string, name: string, expr: string, text: Text): Alert {
  return {
    alert: name,
    expr,
    keep_firing_for: '10m',
    labels: { severity: 'ticket' },
    annotations: { ...text, dashboard: dashboardLink(grafana, DASHBOARD.health) },
  }
}

const feature = `{{ $labels.${LABEL.feature} }}`
const environment = `{{ $labels.${LABEL.environment} }}`

function watchAlerts(grafana: string): readonly Alert[] {
  return [
    ticket(
      grafana,
      'CostspanUnpriced',
      `${increaseOf(METRIC_CALLS, { selector: UNPRICED, by: UNPRICED_BY, window: '15m' })} > 0`,
      {
        summary: `${feature}: calls without a price, {{ $labels.${LABEL.costReason} }}`,
        description: `{{ printf "%.0f" $value }} calls of ${feature} (${environment}) to {{ $labels.${LABEL.model} }} in 15 minutes have no price: {{ $labels.${LABEL.costReason} }}. Their money is in no figure.`,
      },
    ),
    ticket(grafana, 'CostspanUnattributed', unattributedShare(), {
      summary: `{{ $labels.${LABEL.service} }}: {{ $value | humanizePercentage }} of its spend has no feature`,
      description: `{{ $value | humanizePercentage }} of what {{ $labels.${LABEL.service} }} (${environment}) spent in the last hour is for no feature: no budget and no alert of a feature sees it.`,
    }),
    {
      ...ticket(
        grafana,
        'CostspanSilence',
        `${EXPECTED} >= ${STEADY} unless ${ON_FEATURE} ${RECENT} > 0`,
        {
          summary: `${feature}: no calls for 10 minutes`,
          description: `${feature} (${environment}) made {{ printf "%.0f" $value }} calls in the hour before and none in the last 10 minutes: it stands still, or its metrics don't arrive.`,
        },
      ),
      for: '1m',
    },
    ticket(
      grafana,
      'CostspanDropped',
      `${increaseOf(METRIC_DROPPED, { by: [...BY_SERVICE, LABEL.signal, LABEL.reason], window: '15m' })} > 0`,
      {
        summary: `{{ $labels.${LABEL.service} }} dropped {{ $labels.${LABEL.signal} }}: {{ $labels.${LABEL.reason} }}`,
        description: `{{ $labels.${LABEL.service} }} (${environment}) dropped or folded together {{ printf "%.0f" $value }} {{ $labels.${LABEL.signal} }} in 15 minutes: {{ $labels.${LABEL.reason} }}. With the reason cardinality the money stays counted, under "other".`,
      },
    ),
    {
      ...ticket(grafana, 'CostspanCollectorLosses', `${LOST} > 0`, {
        summary: 'The Collector loses {{ $labels.costspan_lost }}',
        description:
          'The Collector {{ $labels.instance }} lost {{ printf "%.0f" $value }} items in 5 minutes: {{ $labels.costspan_lost }}. What it lost before its metrics were made is in no figure.',
      }),
      labels: { severity: 'page' },
    },
    ticket(grafana, 'CostspanHourMissed', missedHours, {
      summary: '{{ printf "%.0f" $value }} hours of the last day have no recorded spend',
      description:
        'Prometheus did not evaluate the hourly rules {{ printf "%.0f" $value }} times in the last day: long ranges and budgets lack these hours. While their samples are kept, `promtool tsdb create-blocks-from rules` fills them (docs/alerts.md).',
    }),
  ]
}

/** Only where it has run for a day, so that a new installation is quiet. */
const missedHours = `24 - sum(count_over_time(${HOUR_RECORDED}[24h])) > 0 and on () sum(count_over_time(${HOUR_RECORDED}[7d] offset 24h)) > 0`

export const watchGroup = (grafana: string): Group => ({
  name: 'costspan-watch',
  interval: '1m',
  query_offset: '30s',
  rules: [...recordings, ...watchAlerts(grafana)],
})
