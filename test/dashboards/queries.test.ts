/** Queries by the grammars of Prometheus and Tempo, and the names in them by the contract and the rules. */

import { readFileSync } from 'node:fs'
import { parser as traceQl } from '@grafana/lezer-traceql'
import { describe, expect, test } from 'vitest'
import { ruleFiles } from '../../dashboards/generate.ts'
import { HOURLY } from '../../dashboards/hourly.ts'
import { parseBudgets } from '../../dashboards/rules/budget-file.ts'
import * as contract from '../../instrumentation/semconv.ts'
import type { MetricDefinition } from '../../instrumentation/semconv.ts'
import { linksOf, panelsOf, provisioned, texts } from './support/built.ts'
import { namesOf } from './support/promql.ts'

const isMetric = (value: unknown): value is MetricDefinition =>
  typeof value === 'object' && value !== null && 'kind' in value && 'unit' in value
const exported: readonly unknown[] = Object.values(contract)
const metrics = exported.filter(isMetric)
const attributes = Object.entries(contract).flatMap(([name, value]) =>
  name.startsWith('ATTR_') && typeof value === 'string' ? [value] : [],
)

const BUDGETS = 'collector-config/budgets.yaml'
const rules = ruleFiles(parseBudgets(readFileSync(BUDGETS, 'utf8'), BUDGETS))
const recorded = [...rules.values()].flatMap((text) =>
  [...text.matchAll(/- record: (\S+)/g)].map((match) => match[1] ?? ''),
)

const METRICS = new Set([
  ...metrics.map(contract.prometheusName),
  ...metrics
    .filter(({ kind }) => kind === 'histogram')
    .map((metric) => `${contract.prometheusName(metric)}_bucket`),
  ...recorded,
  // Prometheus' own.
  'ALERTS',
  'ALERTS_FOR_STATE',
  // The Collector's own.
  'otelcol_exporter_queue_size',
  'otelcol_exporter_queue_capacity',
])
const LABELS = new Set([
  ...attributes.map(contract.prometheusLabel),
  // As Prometheus' OTLP receiver names service and instance, and what collector-config/prometheus.yaml promotes.
  ...['job', 'instance', 'service_version'],
  ...['le', 'alertname', 'alertstate', 'severity', '__name__'],
  // Of the rules.
  ...['costspan_budget', 'costspan_period', 'costspan_cause', 'costspan_lost'],
  // Of the Collector's own metrics.
  ...['exporter', 'data_type'],
])

const queries = provisioned.flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ expr, refId }) =>
      expr === undefined ? [] : [[`${dashboard.uid}: ${title} ${refId}`, expr] as const],
    ),
  ),
  ...dashboard.annotations.list.map(
    ({ name, expr }) => [`${dashboard.uid}: mark ${name}`, expr] as const,
  ),
  ...dashboard.templating.list.flatMap(({ name, query }) => {
    const text = typeof query === 'object' ? query.query : ''
    const inner = /^query_result\((.*)\)$/.exec(text) ?? /^label_values\((.*), \w+\)$/.exec(text)
    return inner === null ? [] : [[`${dashboard.uid}: variable ${name}`, inner[1] ?? ''] as const]
  }),
])

test('there are the queries of 5 dashboards', () => {
  expect(queries.length).toBeGreaterThan(120)
})

describe.each(queries)('%s', (_name, query) => {
  const { errors, selectors, grouping } = namesOf(query)

  test('is PromQL', () => {
    expect(errors).toEqual([])
  })

  test('names metrics of the contract or of the rules, and labels of the contract', () => {
    const unknown = selectors
      .map(({ metric }) => metric)
      .filter((metric) => metric !== '' && !METRICS.has(metric))
    expect(unknown).toEqual([])
    const labels = [...selectors.flatMap((selector) => selector.labels), ...grouping]
    expect(labels.filter((label) => !LABELS.has(label))).toEqual([])
  })

  test('selects recorded hours by labels that they keep', () => {
    const kept = new Map<string, readonly string[]>(
      Object.values(HOURLY).map(({ hourly, labels }) => [hourly, labels]),
    )
    for (const { metric, labels } of selectors) {
      const known = kept.get(metric)
      if (known !== undefined) expect(known).toEqual(expect.arrayContaining([...labels]))
    }
  })

  test('reads counters through functions over time, and rates over $__rate_interval', () => {
    const bare = selectors.filter(({ metric, inside }) => {
      return (
        /_total$/.test(metric) &&
        !inside.some((name) => /^(rate|increase|resets|\w+_over_time)$/i.test(name))
      )
    })
    // A variable asks for labels only.
    if (!_name.includes('variable')) expect(bare).toEqual([])
    expect(query).not.toMatch(/rate\([^[]*\[(?!\$__rate_interval\])/)
  })
})

test('names without a metric are the names of ours', () => {
  const nameless = queries.flatMap(([, query]) =>
    namesOf(query).selectors.filter(({ metric }) => metric === ''),
  )
  expect(nameless.length).toBeGreaterThan(0)
  expect(nameless.every(({ labels }) => labels.includes('__name__'))).toBe(true)
})

test('what is no PromQL, and a metric and a label that nobody has, are found', () => {
  expect(namesOf('sum(rate(costspan_cost_USD_total[$__range])').errors).toHaveLength(1)
  const { selectors, grouping } = namesOf('sum by (user_id) (llm_cost_usd_total{usr="u"})')
  expect(selectors).toEqual([{ metric: 'llm_cost_usd_total', labels: ['usr'], inside: [] }])
  expect([...grouping, ...(selectors[0]?.labels ?? [])].map((label) => LABELS.has(label))).toEqual([
    true,
    false,
  ])
})

const inLinks = provisioned.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap((panel) =>
    linksOf(panel).flatMap(({ url }) => {
      const panes = /[?&]panes=(.*)$/.exec(url)?.[1]
      if (panes === undefined) return []
      const { a } = JSON.parse(decodeURIComponent(panes))
      return [[`${dashboard.uid}: link of ${panel.title}`, String(a.queries[0].query)] as const]
    }),
  ),
)
const traceQueries = [
  ...inLinks,
  ...provisioned.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ query }) =>
        query === undefined ? [] : [[`${dashboard.uid}: ${title}`, query] as const],
      ),
    ),
  ),
]

test('users, sessions, conversations, customers and single calls are asked of Tempo', () => {
  expect(traceQueries.length - inLinks.length).toBe(5)
})

describe.each(traceQueries)('%s', (_name, query) => {
  const text = query.replaceAll(/\$\{[^}]+\}/g, 'x').replaceAll('$threshold', '0.05')

  test('is TraceQL', () => {
    const errors: string[] = []
    traceQl.parse(text).iterate({
      enter: ({ type, from }) => {
        if (type.isError) errors.push(text.slice(from, from + 40))
      },
    })
    expect(errors).toEqual([])
  })

  test('names attributes of the contract', () => {
    const named = [...text.matchAll(/\b(?:span|resource)\.([a-z_.]+)/g)].map((match) => match[1])
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((name) => !attributes.includes(name ?? ''))).toEqual([])
  })
})

test('no text anywhere names a metric of costspan that is none', () => {
  const mentioned = provisioned.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ description = '' }) =>
      texts(description).flatMap((text) => text.match(/`costspan_\w+(?=[`=])/g) ?? []),
    ),
  )
  const unknown = mentioned
    .map((name) => name.slice(1))
    .filter((name) => !METRICS.has(name) && !LABELS.has(name))
  expect(mentioned.length).toBeGreaterThan(10)
  expect(unknown).toEqual([])
})
