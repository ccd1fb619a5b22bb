/**
 * The rules of grafana/dashboard-linter (github.com/grafana/dashboard-linter, docs/rules, November 2026), by its names:
 * its own program can't be built here, since Go's proxy doesn't serve it. Where a rule doesn't suit, the `.lint` file
 * beside the dashboards says why, as the program would read it.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { panelsOf, provisioned, type Dashboard, type Panel } from './support/built.ts'
import { namesOf } from './support/promql.ts'

/** What is wrong, in words. */
type Rule = (dashboard: Dashboard) => readonly string[]

const { exclusions } = parse(readFileSync('dashboards/json/provisioned/.lint', 'utf8')) as {
  readonly exclusions: Readonly<Record<string, { readonly reason?: string }>>
}

/** Those of Grafana's units that the dashboards use. Source: Grafana, packages/grafana-data/src/valueFormats/categories.ts */
const UNITS = ['currencyUSD', 'percentunit', 'locale', 's', 'd', 'dateTimeAsIso']

const eachPanel =
  (wrong: (panel: Panel) => boolean): Rule =>
  (dashboard) =>
    panelsOf(dashboard)
      .filter(wrong)
      .map(({ title }) => title)

const eachQuery =
  (wrong: (query: string) => boolean): Rule =>
  (dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets
        .filter(({ expr }) => expr !== undefined && wrong(expr))
        .map(({ refId }) => `${title} ${refId}`),
    )

const ofType = ({ templating }: Dashboard, type: string): Dashboard['templating']['list'] =>
  templating.list.filter((variable) => variable.type === type)

const hasVariable =
  (name: string): Rule =>
  ({ templating }) =>
    templating.list.some((variable) => variable.name === name) ? [] : [`no variable ${name}`]

const hasMatcher = (label: string): Rule =>
  eachQuery((query) => namesOf(query).selectors.some(({ labels }) => !labels.includes(label)))

/** A variable asks for labels, or for a query's result, in PromQL. */
const labelPromql: Rule = (dashboard) =>
  ofType(dashboard, 'query').flatMap(({ name, query }) => {
    const text = typeof query === 'object' ? query.query : (query ?? '')
    const inner = /^label_values\((.*), *\w+\)$/s.exec(text) ?? /^query_result\((.*)\)$/s.exec(text)
    return inner === null || namesOf(inner[1] ?? '').errors.length > 0 ? [name] : []
  })

const templatedSources: Rule = (dashboard) =>
  ofType(dashboard, 'datasource')
    .filter(({ name, query }) => typeof query !== 'string' || name !== `${query}_datasource`)
    .map(({ name }) => name)

const RULES: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': templatedSources,
  'template-job-rule': hasVariable('job'),
  'template-instance-rule': hasVariable('instance'),
  'template-label-promql-rule': labelPromql,
  'template-on-time-change-reload-rule': (dashboard) =>
    ofType(dashboard, 'query').flatMap(({ name, refresh }) => (refresh === 2 ? [] : [name])),
  'panel-datasource-rule': eachPanel(
    ({ datasource }) => !['${datasource}', '${tempo}'].includes(datasource?.uid ?? ''),
  ),
  'panel-title-description-rule': eachPanel(
    ({ title, description }) => title === '' || (description ?? '') === '',
  ),
  'panel-units-rule': eachPanel(
    ({ fieldConfig }) => !UNITS.includes(fieldConfig?.defaults.unit ?? ''),
  ),
  'panel-no-targets-rule': eachPanel(({ targets }) => (targets ?? []).length === 0),
  'target-promql-rule': eachQuery((query) => namesOf(query).errors.length > 0),
  'target-rate-interval-rule': eachQuery((query) =>
    /\bi?rate\((?:[^[\]()]|\{[^}]*\})*\[(?!\$__rate_interval\])/.test(query),
  ),
  'target-job-rule': hasMatcher('job'),
  'target-instance-rule': hasMatcher('instance'),
  'target-counter-agg-rule': eachQuery((query) =>
    namesOf(query).selectors.some(
      ({ metric, inside }) =>
        metric.endsWith('_total') && !/^i?rate$|^increase$/.test(inside[0] ?? ''),
    ),
  ),
  'target-logql-rule': eachPanel(({ datasource }) => datasource?.type === 'loki'),
  'target-logql-auto-rule': eachPanel(({ datasource }) => datasource?.type === 'loki'),
  'uneditable-dashboard-rule': ({ editable }) => (editable ? ['editable'] : []),
}

const kept = Object.entries(RULES).filter(([name]) => !(name in exclusions))

describe.each(provisioned.map((dashboard) => [dashboard.uid, dashboard] as const))(
  '%s',
  (_uid, dashboard) => {
    test.each(kept)('%s', (_name, rule) => {
      expect(rule(dashboard)).toEqual([])
    })
  },
)

test.each(Object.entries(exclusions))(
  '%s is excepted for a reason, and is really broken',
  (name, { reason }) => {
    expect(reason?.length).toBeGreaterThan(20)
    expect(
      provisioned.flatMap((dashboard) => RULES[name]?.(dashboard) ?? []).length,
    ).toBeGreaterThan(0)
  },
)

test('11 of its 17 rules hold', () => {
  expect([kept.length, Object.keys(RULES).length]).toEqual([11, 17])
})

test.each<[string, object]>([
  ['panel-units-rule', { fieldConfig: { defaults: { unit: 'dollars' }, overrides: [] } }],
  ['panel-no-targets-rule', { targets: [] }],
  ['panel-datasource-rule', { datasource: { type: 'prometheus', uid: 'P1' } }],
  ['panel-title-description-rule', { description: '' }],
  ['target-promql-rule', { targets: [{ refId: 'A', expr: 'sum(' }] }],
  ['target-rate-interval-rule', { targets: [{ refId: 'A', expr: 'sum(rate(x{a="b"}[5m]))' }] }],
  ['target-logql-rule', { datasource: { type: 'loki', uid: '${datasource}' } }],
])('%s finds one broken panel', (name, broken) => {
  const [dashboard] = provisioned
  const panel: Panel = { ...panelsOf(dashboard!)[0]!, ...broken }
  expect(RULES[name]?.({ ...dashboard!, panels: [panel] }).length).toBe(1)
})
