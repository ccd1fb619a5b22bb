/** The variables of the dashboards. Names stand in links and in alerts (links.ts). */

import {
  AdHocVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { METRIC_CALLS, prometheusName } from '../instrumentation/semconv.ts'
import { LABEL } from './labels.ts'
import { GATES } from './range.ts'

export const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' }
export const TEMPO = { type: 'tempo', uid: '${tempo}' }

/** Every call counts there, whoever made it, so that it knows every value. */
const SOURCE = prometheusName(METRIC_CALLS)

export const datasources = [
  new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
  new DatasourceVariableBuilder('tempo').label('Tempo').type('tempo'),
]

export type Choice = 'environment' | 'team' | 'feature' | 'model'

const matches = (choice: Choice): string => `${LABEL[choice]}=~"$${choice}"`

/** Label matchers for what has been chosen. */
export const chosen = (...choices: readonly Choice[]): string => choices.map(matches).join(',')

function labelValues(choice: Choice, after: readonly Choice[]): QueryVariableBuilder {
  const selector = after.length === 0 ? '' : `{${chosen(...after)}}`
  const query = `label_values(${SOURCE}${selector}, ${LABEL[choice]})`
  return new QueryVariableBuilder(choice)
    .label(choice.charAt(0).toUpperCase() + choice.slice(1))
    .datasource(PROMETHEUS)
    .definition(query)
    .query({ qryType: 1, query, refId: `variable-${choice}` })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
}

/** Each offers what the ones before it leave. */
export const choices = (...names: readonly Choice[]): QueryVariableBuilder[] =>
  names.map((name, index) =>
    labelValues(name, names.slice(0, index)).multi(true).includeAll(true).allValue('.*').current({
      text: 'All',
      value: '$__all',
    }),
  )

/** One of them, and no other. */
export const oneOf = (name: Choice, ...after: readonly Choice[]): QueryVariableBuilder =>
  labelValues(name, after)

/** Filters on any other label; queries take them up by themselves. */
export const filters = new AdHocVariableBuilder('filters').label('Filters').datasource(PROMETHEUS)

/** How the time range is read: see range.ts. */
export const gates = GATES.map(({ variable, query, regex }) =>
  new QueryVariableBuilder(variable)
    .hide(VariableHide.HideVariable)
    .datasource(PROMETHEUS)
    .definition(query)
    .query({ qryType: 3, query, refId: `variable-${variable}` })
    .regex(regex)
    .refresh(VariableRefresh.OnTimeRangeChanged),
)

export const amount = (
  name: string,
  label: string,
  description: string,
  usd: string,
): TextBoxVariableBuilder =>
  new TextBoxVariableBuilder(name).label(label).description(description).defaultValue(usd)
