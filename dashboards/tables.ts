/** A ranked table: label columns that can be clicked, then figures. */

import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import type {
  DataTransformerConfig,
  DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import type { Destination } from './destinations.ts'
import { asked, mappingsOf, query, refId, type Question, type Unit } from './panels.ts'
import { PROMETHEUS } from './variables.ts'

export interface LabelColumn {
  readonly label: string
  readonly name: string
  readonly link?: Destination
}

export interface FigureColumn {
  readonly name: string
  readonly expr: string
  readonly unit: Unit
  /** A bar in the cell, as long as its share of the largest. */
  readonly bar?: boolean
}

export interface Ranking {
  readonly labels: readonly LabelColumn[]
  /** Ranked by the first. */
  readonly figures: readonly FigureColumn[]
  readonly rows?: number
}

export function ranked({ labels, figures, rows = 20 }: Ranking, question: Question): TableBuilder {
  const panel = new TableBuilder()
    .datasource(PROMETHEUS)
    .targets(
      figures.map(({ expr }, index) => query(expr, index).instant().format(PromQueryFormat.Table)),
    )
    .transformations(arranged(labels, figures, rows))
    .height(9)
  for (const { name, unit, bar = false } of figures) {
    panel.overrideByName(name, figureLook(unit, bar))
  }
  for (const { name, link } of labels) {
    if (link !== undefined) panel.overrideByName(name, [{ id: 'links', value: [link] }])
  }
  return asked(panel, { ...question, links: question.links })
}

function figureLook({ unit, decimals }: Unit, bar: boolean): DynamicConfigValue[] {
  return [
    { id: 'unit', value: unit },
    { id: 'decimals', value: decimals },
    { id: 'mappings', value: mappingsOf({ unit, decimals }) },
    ...(bar
      ? [
          { id: 'min', value: 0 },
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
        ]
      : []),
  ]
}

function arranged(
  labels: readonly LabelColumn[],
  figures: readonly FigureColumn[],
  rows: number,
): DataTransformerConfig[] {
  const first = figures[0]?.name ?? ''
  const columns = [
    ...labels.map(({ label, name }) => [label, name] as const),
    // Grafana calls the figure of a query by its letter, but not where only one query has an answer.
    ...figures.map(({ name }, index) => [`Value #${refId(index)}`, name] as const),
    ['Value', first] as const,
  ]
  return [
    ...(figures.length > 1 ? [{ id: 'merge', options: {} }] : []),
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(columns.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(columns),
      },
    },
    { id: 'sortBy', options: { fields: {}, sort: [{ field: first, desc: true }] } },
    { id: 'limit', options: { limitField: rows } },
  ]
}
