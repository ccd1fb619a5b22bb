/** What happened meanwhile: releases, new prices, alerts and their causes. */

import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { METRIC_PRICE_BOOK_TIME, prometheusName } from '../instrumentation/semconv.ts'
import { LABEL } from './labels.ts'
import { braced } from './range.ts'
import { CAUSE_LABEL, CAUSE_NOW } from './rules/causes.ts'
import { BUDGET_LABEL } from './rules/budgets.ts'
import { chosen, PROMETHEUS } from './variables.ts'

/** One series a process: all that is known of processes, at little cost. */
const PROCESSES = prometheusName(METRIC_PRICE_BOOK_TIME)
export const OUR_ALERTS = 'alertname=~"Costspan.*",alertstate="firing"'

interface Annotation {
  readonly name: string
  readonly color: string
  readonly expr: string
  readonly title: string
  readonly text: string
}

function annotation({ name, color, expr, title, text }: Annotation): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('60s')
    .titleFormat(title)
    .textFormat(text)
}

function newVersion(): string {
  const environment = chosen('environment')
  const by = `group by (${LABEL.service}, ${LABEL.serviceVersion})`
  const versioned = `${PROCESSES}${braced(environment, `${LABEL.serviceVersion}!=""`)}`
  return `${by} (${versioned}) unless ${by} (last_over_time(${versioned}[1h] offset 5m))`
}

function newPrices(): string {
  const book = `${PROCESSES}${braced(chosen('environment'))}`
  return `max by (${LABEL.service}) (${book}) > max by (${LABEL.service}) (last_over_time(${book}[1h] offset 5m))`
}

export const annotations: readonly AnnotationQueryBuilder[] = [
  annotation({
    name: 'Releases',
    color: 'blue',
    expr: newVersion(),
    title: 'Release',
    text: `{{${LABEL.service}}} {{${LABEL.serviceVersion}}}`,
  }),
  annotation({
    name: 'Prices',
    color: 'purple',
    expr: newPrices(),
    title: 'New price book',
    text: `{{${LABEL.service}}}`,
  }),
  annotation({
    name: 'Budgets',
    color: 'red',
    expr: `ALERTS{alertname=~"CostspanBudget.*",alertstate="firing"}`,
    title: '{{alertname}}',
    text: `Budget {{${BUDGET_LABEL}}}`,
  }),
  annotation({
    name: 'Alerts',
    color: 'orange',
    expr: `ALERTS{${OUR_ALERTS},alertname!~"CostspanBudget.*"}`,
    title: '{{alertname}}',
    text: `{{${LABEL.feature}}}{{${LABEL.service}}}`,
  }),
]

/** What has grown where an alert fires: the same figures as in its text. */
export const causes = annotation({
  name: 'Causes',
  color: 'dark-red',
  expr: `${CAUSE_NOW} and on (${LABEL.environment}, ${LABEL.feature}) ALERTS{${OUR_ALERTS}}`,
  title: `{{${CAUSE_LABEL}}}`,
  text: `{{${LABEL.feature}}}`,
})
