/** Waste and anomalies: alerts, and what has grown. */

import { OUR_ALERTS } from './annotations.ts'
import { toDashboard } from './destinations.ts'
import { LABEL } from './labels.ts'
import { causeFigures, CAUSES_CAVEAT, CAUSES_FORMULA, NO_BASELINE, PEAK } from './cause-figures.ts'
import { series, UNIT } from './panels.ts'
import { CAUSE_LABEL } from './rules/causes.ts'
import { ranked, type LabelColumn } from './tables.ts'
import { SCOPE } from './waste-now.ts'

const feature: LabelColumn = {
  label: LABEL.feature,
  name: 'Feature',
  link: toDashboard('feature', 'Explore the feature', { click: 'feature', cell: true }),
}
const links = [toDashboard('feature', 'Explore a feature')]
const NO_ALERT = 'No alert fires'
const ALERT = ['alertname', 'severity', LABEL.feature, LABEL.service]
const by = `max by (${ALERT.join(', ')})`

export const firing = ranked(
  {
    labels: [
      { label: 'alertname', name: 'Alert', width: 230 },
      { label: 'severity', name: 'Severity', width: 80 },
      feature,
      { label: LABEL.service, name: 'Service' },
    ],
    figures: [
      {
        name: 'Since',
        expr: `${by} (ALERTS_FOR_STATE{alertname=~"Costspan.*"}) * 1000 and ${by} (ALERTS{${OUR_ALERTS}})`,
        unit: UNIT.moment,
        width: 170,
      },
    ],
  },
  {
    title: 'Which alerts fire?',
    formula: 'Prometheus’ own series of alerts, as of the end of the range.',
    caveat: 'every environment’s and feature’s: variables don’t apply.',
    todo: 'docs/alerts.md has what each of them wants.',
    unit: UNIT.moment,
    noValue: NO_ALERT,
    links,
    width: 12,
  },
)

const BY = [LABEL.feature, CAUSE_LABEL]

export const causesByFeature = ranked(
  {
    labels: [
      { ...feature, width: 140 },
      { label: CAUSE_LABEL, name: 'Cause' },
    ],
    figures: causeFigures(BY, SCOPE),
    rankedBy: PEAK,
  },
  {
    title: 'What has grown, of which feature?',
    formula: CAUSES_FORMULA,
    caveat: CAUSES_CAVEAT,
    todo: 'click the feature: its charts show when it began.',
    unit: UNIT.number,
    noValue: NO_BASELINE,
    links,
    width: 12,
  },
)

export const alertsOverTime = series(
  [{ expr: `sum by (alertname) (ALERTS{${OUR_ALERTS}})`, legend: '{{alertname}}' }],
  {
    title: 'When did alerts fire?',
    formula: 'Alerts that fire, by name; their causes are marked in every chart.',
    caveat: 'fast alerts go on firing for 5 minutes after what caused them.',
    todo: 'hover a mark to read what had grown.',
    unit: UNIT.count,
    noValue: NO_ALERT,
    links,
    width: 24,
    height: 6,
  },
  'bars',
)
