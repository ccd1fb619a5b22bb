/** The committed files by the JSON schemas of Grafana's own types: no field that it doesn't know, none of another type. */

import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv'
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
} from 'ts-json-schema-generator'
import { describe, expect, test } from 'vitest'
import { importable, panelsOf, provisioned, type Panel } from './support/built.ts'
import type * as kinds from './support/kinds.ts'

type Kind = keyof { [K in keyof Kinds]: unknown }
interface Kinds {
  DashboardFile: kinds.DashboardFile
  StandardField: kinds.StandardField
  StatOptions: kinds.StatOptions
  TableOptions: kinds.TableOptions
  TableCustom: kinds.TableCustom
  TimeseriesOptions: kinds.TimeseriesOptions
  TimeseriesCustom: kinds.TimeseriesCustom
  PrometheusQuery: kinds.PrometheusQuery
  TempoQuery: kinds.TempoQuery
}

const config = {
  ...DEFAULT_CONFIG,
  path: 'test/dashboards/support/kinds.ts',
  tsconfig: 'tsconfig.json',
  skipTypeCheck: true,
}
const program = createProgram(config)
const generator = new SchemaGenerator(
  program,
  createParser(program, config),
  createFormatter(config),
  config,
)
const ajv = new Ajv({ allErrors: true, strict: false })
const compiled = new Map<Kind, ValidateFunction>()

function mistakes(kind: Kind, value: unknown): readonly string[] {
  const validate =
    compiled.get(kind) ?? ajv.compile(generator.createSchema(kind) as AnySchemaObject)
  compiled.set(kind, validate)
  if (validate(value) === true) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

const files = [
  ...provisioned.map((dashboard) => [`provisioned ${dashboard.uid}`, dashboard] as const),
  ...importable.map((dashboard) => [`import ${dashboard.uid}`, dashboard] as const),
]

describe.each(files)('%s', (_name, dashboard) => {
  test('is a dashboard of Grafana’s schema', () => {
    // Of the file that is offered for import, and replaced by it. Source: Grafana, "Export a dashboard".
    const { __inputs, __requires, __elements, ...rest } = dashboard as typeof dashboard & {
      readonly __elements?: unknown
    }
    expect(mistakes('DashboardFile', rest)).toEqual([])
  })

  test('has panels whose own options, fields and queries are of its schema', () => {
    const found = panelsOf(dashboard).flatMap((panel) =>
      mistakesOf(panel).map((mistake) => `${panel.title}: ${mistake}`),
    )
    expect(found).toEqual([])
  })
})

const OWN: Readonly<Record<string, { options: Kind; custom?: Kind }>> = {
  stat: { options: 'StatOptions' },
  table: { options: 'TableOptions', custom: 'TableCustom' },
  timeseries: { options: 'TimeseriesOptions', custom: 'TimeseriesCustom' },
}
const QUERY: Readonly<Record<string, Kind>> = { prometheus: 'PrometheusQuery', tempo: 'TempoQuery' }

function mistakesOf(panel: Panel): readonly string[] {
  const kinds = OWN[panel.type]
  if (kinds === undefined) return [`the type ${panel.type} has no schema here`]
  const { options, fieldConfig } = panel as Panel & { readonly options?: unknown }
  const { custom } = (fieldConfig?.defaults ?? {}) as { readonly custom?: unknown }
  return [
    ...mistakes(kinds.options, options ?? {}),
    ...customMistakes(kinds.custom, custom),
    ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties.flatMap(({ id, value }) => {
        const [, own] = /^custom\.(\w+)$/.exec(id) ?? []
        return own === undefined
          ? mistakes('StandardField', { [id]: value })
          : customMistakes(kinds.custom, { [own]: value })
      }),
    ),
    ...(panel.targets ?? []).flatMap((target) =>
      mistakes(QUERY[target.datasource.type] ?? 'PrometheusQuery', target),
    ),
  ]
}

function customMistakes(kind: Kind | undefined, custom: unknown): readonly string[] {
  if (custom === undefined) return []
  return kind === undefined
    ? ['has fields of its own, and its type has none']
    : mistakes(kind, custom)
}

describe('what Grafana would not understand is found', () => {
  const [dashboard] = provisioned

  test('a field that it doesn’t know', () => {
    expect(mistakes('DashboardFile', { ...dashboard, panel: [] })).toEqual([
      ' must NOT have additional properties {"additionalProperty":"panel"}',
    ])
  })

  test('a field of another type', () => {
    const wrong = { ...dashboard, tags: 'costspan' }
    expect(mistakes('DashboardFile', wrong)).toEqual(['/tags must be array {"type":"array"}'])
  })

  test('an option, a cell and a query that are misspelt', () => {
    const panel = panelsOf(dashboard!).find(({ type }) => type === 'table')!
    const properties = [{ id: 'custom.cellOptions', value: { type: 'gauge', mode: 'plain' } }]
    const broken = {
      ...panel,
      options: { showHeaders: true },
      fieldConfig: { defaults: {}, overrides: [{ matcher: { options: 'x' }, properties }] },
      targets: [{ ...panel.targets?.[0], expression: 'up' }],
    } as unknown as Panel
    const found = mistakesOf(broken).join('\n')
    for (const name of ['showHeaders', 'cellOptions', 'expression']) expect(found).toContain(name)
  })
})
