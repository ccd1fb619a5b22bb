/** A ranked table: label columns that can be clicked, then figures. */

import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import {
  MappingType,
  SpecialValueMatch,
  type DataTransformerConfig,
  type DynamicConfigValue,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import type { Destination } from './destinations.ts'
import { asked, mappingsOf, query, refId, UNIT, type Question, type Unit } from './panels.ts'
import { PROMETHEUS } from './variables.ts'

export interface LabelColumn {
  readonly label: string
  readonly name: string
  readonly link?: Destination
  /** Pixels; columns without share what is left. */
  readonly width?: number
}

interface FigureLook {
  readonly name: string
  readonly unit: Unit
  /** A bar in the cell, as long as its share of the largest, or of 100%. */
  readonly bar?: boolean
  /** In place of 0. */
  readonly zero?: string
  /** Pixels; columns without share what is left. */
  readonly width?: number
}

/** Asked of Prometheus, or computed by Grafana of two figures that are asked for: half the work of asking for it. */
export type FigureColumn = FigureLook & (Asked | Computed)

interface Asked {
  readonly expr: string
}

interface Computed {
  /** Names of figures. */
  readonly of: readonly [left: string, operator: '/' | '-', right: string]
}

const isAsked = <F extends Asked | Computed>(figure: F): figure is F & Asked => 'expr' in figure

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

const BAR = 'semi-dark-blue'

/** What no call is in is divided by nothing. */
const BY_NOTHING: readonly ValueMapping[] = [
  {
    type: MappingType.RangeToText,
    options: { from: 1e15, to: null, result: { text: '–', index: 1 } },
  },
  {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.NullAndNan, result: { text: '–', index: 2 } },
  },
]

export function ranked(
  { labels, figures, rankedBy, rows = 20 }: Ranking,
  question: Question,
): TableBuilder {
  const panel = new TableBuilder()
    .datasource(PROMETHEUS)
    .targets(
      figures
        .filter(isAsked)
        .map(({ expr }, index) => query(expr, index).instant().format(PromQueryFormat.Table)),
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
  for (const figure of figures) {
    panel.overrideByName(figure.name, figureLook(figure, question.steps !== undefined))
  }
  for (const { name, link, width } of labels) {
    panel.overrideByName(name, [
      NOTHING,
      ...widthOf(width),
      ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
    ])
  }
  return asked(panel, question)
}

function figureLook(figure: FigureColumn, byThresholds: boolean): DynamicConfigValue[] {
  const { unit, decimals } = figure.unit
  const mappings = [
    ...mappingsOf(figure.unit),
    ...(isAsked(figure) ? [] : BY_NOTHING),
    ...(figure.zero === undefined ? [] : [zeroAs(figure.zero)]),
  ]
  return [
    { id: 'unit', value: unit },
    { id: 'decimals', value: decimals },
    { id: 'mappings', value: mappings },
    NOTHING,
    ...widthOf(figure.width),
    ...(figure.bar === true ? barLook(unit, byThresholds) : []),
  ]
}

const widthOf = (width: number | undefined): DynamicConfigValue[] =>
  width === undefined ? [] : [{ id: 'custom.width', value: width }]

const zeroAs = (text: string): ValueMapping => ({
  type: MappingType.ValueToText,
  options: { '0': { text, index: 3 } },
})

function barLook(unit: string, byThresholds: boolean): DynamicConfigValue[] {
  return [
    { id: 'min', value: 0 },
    // Else Grafana measures it by the largest figure of any column.
    unit === UNIT.share.unit ? { id: 'max', value: 1 } : { id: 'fieldMinMax', value: true },
    ...(byThresholds ? [] : [{ id: 'color', value: { mode: 'fixed', fixedColor: BAR } }]),
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
  ]
}

function joined(
  labels: readonly LabelColumn[],
  figures: readonly FigureColumn[],
): DataTransformerConfig[] {
  const answers = figures.filter(isAsked)
  const named = labels.some(({ label }) => label === '__name__')
  const answerOf = (name: string): string =>
    `Value #${refId(answers.findIndex((figure) => figure.name === name))}`
  const columns = [
    ...labels.map(({ label, name }) => [label, name] as const),
    ...figures.map((figure) => {
      return [isAsked(figure) ? answerOf(figure.name) : figure.name, figure.name] as const
    }),
    ['Value', answers[0]?.name ?? ''] as const,
  ]
  const computed = figures.flatMap((figure) => {
    if (isAsked(figure)) return []
    const [left, operator, right] = figure.of
    const binary = { left: answerOf(left), operator, right: answerOf(right) }
    return [{ id: 'calculateField', options: { mode: 'binary', alias: figure.name, binary } }]
  })
  return [
    ...(answers.length > 1 ? [{ id: 'merge', options: {} }] : []),
    ...computed,
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true, ...(named ? {} : { __name__: true }) },
        indexByName: Object.fromEntries(columns.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(columns),
      },
    },
  ]
}
