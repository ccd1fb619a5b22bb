/** The few kinds of panel that the dashboards are made of. Each is a question with what is needed to trust the answer. */

import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Threshold,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { toLink, type Destination } from './destinations.ts'
import { PROMETHEUS } from './variables.ts'

export type PanelBuilder = StatBuilder | TableBuilder | TimeSeriesBuilder

export interface Unit {
  readonly unit: string
  readonly decimals: number
}

/** Decimals are always said: Grafana's own choice shows $12.3456 as $12.3. */
export const UNIT = {
  usd: { unit: 'currencyUSD', decimals: 2 },
  usdPerUnit: { unit: 'currencyUSD', decimals: 4 },
  usdPerCall: { unit: 'currencyUSD', decimals: 6 },
  share: { unit: 'percentunit', decimals: 1 },
  smallShare: { unit: 'percentunit', decimals: 2 },
  // With separators: `short` makes 2 K of 2,134.
  count: { unit: 'locale', decimals: 0 },
  number: { unit: 'locale', decimals: 2 },
  seconds: { unit: 's', decimals: 2 },
  days: { unit: 'd', decimals: 1 },
  moment: { unit: 'dateTimeAsIso', decimals: 0 },
  day: { unit: 'time:YYYY-MM-DD', decimals: 0 },
} as const satisfies Readonly<Record<string, Unit>>

export interface Question {
  readonly title: string
  /** How the figure is made. */
  readonly formula: string
  /** What it does not say. */
  readonly caveat: string
  readonly todo: string
  readonly unit: Unit
  /** What to do where there is nothing. */
  readonly noValue: string
  /** From which value on which colour; without any, none. */
  readonly steps?: readonly (readonly [from: number, color: string])[]
  /** One level deeper. */
  readonly links: readonly Destination[]
  /** Of a chart: up to where its axis reaches at least. */
  readonly upTo?: number
  /** Of a chart: fewer points, each of more calls. */
  readonly points?: number
  /** Of 24 columns. */
  readonly width: number
  readonly height?: number
}

const BASE_COLOR = 'text'

function thresholds(steps: Question['steps'] = []): ThresholdsConfigBuilder {
  const base: Threshold = { value: null, color: steps.length === 0 ? BASE_COLOR : 'green' }
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([base, ...steps.map(([value, color]) => ({ value, color }))])
}

/** What two decimals would show as $0.00. */
const UNDER_A_CENT: ValueMapping = {
  type: MappingType.RangeToText,
  options: { from: 1e-12, to: 0.005, result: { text: 'under 1 cent', index: 0 } },
}
/** From the year 2100 on. */
const NEVER: ValueMapping = {
  type: MappingType.RangeToText,
  options: { from: 4_102_444_800_000, to: null, result: { text: 'not at this pace', index: 0 } },
}
const MAPPINGS: readonly (readonly [Unit, ValueMapping])[] = [
  [UNIT.usd, UNDER_A_CENT],
  [UNIT.day, NEVER],
]

export const mappingsOf = ({ unit, decimals }: Unit): ValueMapping[] =>
  MAPPINGS.filter(([of]) => of.unit === unit && of.decimals === decimals).map(([, to]) => to)

export function asked<P extends PanelBuilder>(panel: P, question: Question): P {
  const { title, formula, caveat, todo, unit, noValue, steps, links, width, height } = question
  panel
    .title(title)
    .description(`${formula}\n\n**Mind:** ${caveat}\n\n**What to do:** ${todo}`)
    .unit(unit.unit)
    .decimals(unit.decimals)
    .mappings(mappingsOf(unit))
    .noValue(noValue)
    .thresholds(thresholds(steps))
    .colorScheme(new FieldColorBuilder().mode(colorMode(panel)))
    .span(width)
  // On a table's fields they would make a link of every cell.
  if (panel instanceof TableBuilder) panel.links(links.map(toLink))
  else panel.dataLinks(links.map(toLink))
  if (height !== undefined) panel.height(height)
  return panel
}

/** Said, though they are Grafana's own: who draws panels elsewhere has other ones. */
const colorMode = (panel: PanelBuilder): FieldColorModeId =>
  panel instanceof TimeSeriesBuilder ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const refId = (index: number): string => LETTERS.charAt(index)

export const query = (expr: string, index = 0): DataqueryBuilder =>
  new DataqueryBuilder().datasource(PROMETHEUS).expr(expr).refId(refId(index))

/** One number, as it stands at the end of the time range. */
export function stat(expr: string, question: Question): StatBuilder {
  const panel = new StatBuilder()
    .datasource(PROMETHEUS)
    .withTarget(query(expr).instant())
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .colorMode(question.steps === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .height(4)
  return asked(panel, question)
}

export interface Line {
  readonly expr: string
  readonly legend: string
}

export type Shape = 'lines' | 'stacked' | 'bars'

/** Applications export once a minute by OpenTelemetry's default: `$__rate_interval` is four of these. */
const LEAST_STEP = '30s'
/** Points of a line: of a day one each 5 minutes, or 10 where it divides few calls by few. */
const POINTS = { lines: 120, stacked: 300, bars: 300 } as const
/** Longest gap that a line leaps, ms: what is made of calls has none where there is no call. */
const LEAP = { lines: 3_600_000, stacked: 300_000, bars: false } as const

/** Values over the time range. */
export function series(
  lines: readonly Line[],
  question: Question,
  shape: Shape = 'lines',
): TimeSeriesBuilder {
  const stacked = shape !== 'lines'
  const panel = new TimeSeriesBuilder()
    .datasource(PROMETHEUS)
    .interval(LEAST_STEP)
    .maxDataPoints(question.points ?? POINTS[shape])
    .spanNulls(LEAP[shape])
    .targets(
      lines.map(({ expr, legend }, index) => query(expr, index).range().legendFormat(legend)),
    )
    .drawStyle(shape === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    // Lines that lie upon each other have no colour of their own left when filled.
    .fillOpacity(stacked ? 30 : 0)
    .lineWidth(2)
    .stacking(
      new StackingConfigBuilder()
        .mode(stacked ? StackingMode.Normal : StackingMode.None)
        .group('A'),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .axisSoftMin(0)
    .height(8)
  if (question.upTo !== undefined) panel.axisSoftMax(question.upTo)
  return asked(panel, question)
}
