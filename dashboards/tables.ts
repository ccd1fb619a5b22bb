/** A ranked table: label columns that can be clicked, then figures. */

import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import type {
  DataTransformerConfig,
  DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import type { Destination } from './destinations.ts'
import { asked, mappingsOf, query, refId, UNIT, type Question, type Unit } from './panels.ts'
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
  /** A bar in the cell, as long as its share of the largest, or of 100%. */
  readonly bar?: boolean
}

export interface Ranking {
  readonly labels: readonly LabelColumn[]
  /** The first has a row wherever another has one: where it alone has an answer, Grafana calls it by no letter. */
  readonly figures: readonly FigureColumn[]
  /** Name of the figure; none: the first. */
  readonly rankedBy?: string
  readonly rows?: number
}

/** In a cell: the panel's own text is for a table without rows. */
export const NOTHING: DynamicConfigValue = { id: 'noValue', value: '–' }

export function ranked(
  { labels, figures, rankedBy, rows = 20 }: Ranking,
  question: Question,
): TableBuilder {
  const panel = new TableBuilder()
    .datasource(PROMETHEUS)
    .targets(
      figures.map(({ expr }, index) => query(expr, index).instant().format(PromQueryFormat.Table)),
    )
    .transformations([
      ...joined(labels, figures),
      {
        id: 'sortBy',
        options: { fields: {}, sort: [{ field: rankedBy ?? figures[0]?.name, desc: true }] },
      },
      { id: 'limit', options: { limitField: rows } },
    ])
    .minWidth(80)
    .height(8)
  for (const { name, unit, bar = false } of figures) {
    panel.overrideByName(name, figureLook(unit, bar))
  }
  for (const { name, link } of labels) {
    panel.overrideByName(name, [
      NOTHING,
      ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
    ])
  }
  return asked(panel, question)
}

function figureLook({ unit, decimals }: Unit, bar: boolean): DynamicConfigValue[] {
  return [
    { id: 'unit', value: unit },
    { id: 'decimals', value: decimals },
    { id: 'mappings', value: mappingsOf({ unit, decimals }) },
    NOTHING,
    ...(bar
      ? [
          { id: 'min', value: 0 },
          ...(unit === UNIT.share.unit ? [{ id: 'max', value: 1 }] : []),
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
        ]
      : []),
  ]
}

function joined(
  labels: readonly LabelColumn[],
  figures: readonly FigureColumn[],
): DataTransformerConfig[] {
  const first = figures[0]?.name ?? ''
  const columns = [
    ...labels.map(({ label, name }) => [label, name] as const),
    ...figures.map(({ name }, index) => [`Value #${refId(index)}`, name] as const),
    ['Value', first] as const,
  ]
  return [
    ...(figures.length > 1 ? [{ id: 'merge', options: {} }] : []),
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true, __name__: true },
        indexByName: Object.fromEntries(columns.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(columns),
      },
    },
  ]
}
