/** Panels that Tempo answers: what has too many values for labels. */

import {
  DataqueryBuilder,
  MetricsQueryType,
  SearchTableType,
} from '@grafana/grafana-foundation-sdk/tempo'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import * as names from '../instrumentation/semconv.ts'
import { pricedCalls, toTraces } from './destinations.ts'
import { asked, UNIT, type Question } from './panels.ts'
import { NOTHING } from './tables.ts'
import { TEMPO } from './variables.ts'

/** TraceQL conditions on what has been chosen. */
export const OF_FEATURE = [
  `resource.${names.ATTR_ENVIRONMENT} =~ "$environment"`,
  `span.${names.ATTR_FEATURE} = "$feature"`,
] as const

const COST = `span.${names.ATTR_COST_AMOUNT}`

const traceQl = (query: string): DataqueryBuilder =>
  new DataqueryBuilder().datasource(TEMPO).refId('A').queryType('traceql').query(query)

/** What each value of an attribute spent, the largest first. */
export function topSpenders(
  attribute: string,
  name: string,
  conditions: readonly string[],
  question: Omit<Question, 'links' | 'unit'>,
): TableBuilder {
  const query = `${pricedCalls(...conditions)} | sum_over_time(${COST}) by (span.${attribute}) | topk(10)`
  const calls = toTraces(`Calls of this ${name}`, ofCell(attribute, conditions))
  const panel = new TableBuilder()
    .datasource(TEMPO)
    .withTarget(traceQl(query).metricsQueryType(MetricsQueryType.Instant))
    // A frame for each series, with one value: a row each.
    .withTransformation({ id: 'reduce', options: { mode: 'seriesToRows', reducers: ['sum'] } })
    .withTransformation({
      id: 'organize',
      options: { renameByName: { Field: name, Total: 'Spend' } },
    })
    .withTransformation({
      id: 'sortBy',
      options: { fields: {}, sort: [{ field: 'Spend', desc: true }] },
    })
    .overrideByRegexp('.*', [NOTHING])
    .overrideByName(name, [{ id: 'links', value: [calls] }])
    .height(8)
  return asked(panel, { ...question, unit: UNIT.usdPerUnit, links: [calls] })
}

const ofCell = (attribute: string, conditions: readonly string[]): string =>
  pricedCalls(...conditions, `span.${attribute} = "\${__value.text}"`)

/** Calls above a cost, each with a link to its trace, which the data source makes. */
export function callsAbove(
  usd: string,
  conditions: readonly string[],
  question: Omit<Question, 'links' | 'unit'>,
): TableBuilder {
  const found = `{ ${[...conditions, `${COST} >= ${usd}`].join(' && ')} }`
  const shown = [
    names.ATTR_COST_AMOUNT,
    names.ATTR_REQUEST_MODEL,
    names.ATTR_PROMPT_VERSION,
    names.ATTR_INPUT_TOKENS,
    names.ATTR_OUTPUT_TOKENS,
    names.ATTR_WASTE,
    names.ATTR_UNIT_ID,
    names.ATTR_USER_ID,
  ]
  const query = `${found} | select(${shown.map((name) => `span.${name}`).join(', ')})`
  const panel = new TableBuilder()
    .datasource(TEMPO)
    .withTarget(traceQl(query).tableType(SearchTableType.Spans).limit(50).spss(10))
    .withTransformation({
      id: 'sortBy',
      options: { fields: {}, sort: [{ field: names.ATTR_COST_AMOUNT, desc: true }] },
    })
    .overrideByRegexp('.*', [NOTHING])
    .overrideByName(names.ATTR_COST_AMOUNT, [
      { id: 'displayName', value: 'Cost' },
      { id: 'unit', value: UNIT.usdPerCall.unit },
      { id: 'decimals', value: UNIT.usdPerCall.decimals },
    ])
    .height(10)
  return asked(panel, {
    ...question,
    unit: UNIT.count,
    links: [toTraces('All of them in Explore', found)],
  })
}
