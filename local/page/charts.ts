/** The two charts: spend as stacked bars, input tokens per call as lines. Each has a table with the same figures. */

import type { Chart, Series } from '../answers.ts'
import type { Dimension } from '../store/dimensions.ts'
import { dollars, dollarsEach, whole } from './amounts.ts'
import { byId, h, swatch } from './elements.ts'
import { table } from './table.ts'
import uPlot from './uplot.js'
import { clock, each, groupName, moment } from './words.ts'

const HEIGHT = 240

/** Colours by group name, so that a group keeps its own while its rank changes. Forgotten with the grouping. */
const assigned = new Map<string, number>()
let assignedBy: Dimension | undefined

export function colorOf(series: Series, by: Dimension): string {
  if (assignedBy !== by) assigned.clear()
  assignedBy = by
  if (series.others > 0) return variable('--series-others')
  if (series.name === null) return variable('--series-nobody')
  const index = assigned.get(series.name) ?? assigned.size
  assigned.set(series.name, index)
  return variable(`--series-${(index % 7) + 1}`)
}

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const drawn = new Map<string, uPlot>()

export function drawCharts(chart: Chart, by: Dimension): void {
  const bucket = each(chart.bucketMs)
  byId('spend-title').textContent = `Spend per ${bucket}`
  draw('spend-plot', spendOptions(chart, by), stacked(chart))
  draw('tokens-plot', tokenOptions(chart, by), [
    seconds(chart),
    ...chart.series.map((series) => [...series.inputTokensPerCall]),
  ])
  const legend = chart.series.map((series) =>
    h('li', {}, swatch(colorOf(series, by)), groupName(series.name, by, series.others)),
  )
  byId('legend').replaceChildren(...legend)
  dataTable('spend-data', `Spend per ${bucket}, USD`, chart, by, (series, n) =>
    dollarsEach(series.usd[n] ?? 0),
  )
  dataTable('tokens-data', `Input tokens per call, by ${bucket}`, chart, by, (series, n) => {
    const tokens = series.inputTokensPerCall[n]
    return tokens === null || tokens === undefined ? '–' : whole(tokens)
  })
}

function seconds(chart: Chart): number[] {
  return chart.times.map((at) => at / 1000)
}

/** Each series is drawn as the sum of itself and those below it; the highest is drawn first, the others over it. */
function stacked(chart: Chart): uPlot.AlignedData {
  const sums: number[][] = []
  for (const series of chart.series) {
    const below = sums.at(-1)
    sums.push(series.usd.map((usd, n) => usd + (below?.[n] ?? 0)))
  }
  return [seconds(chart), ...sums.reverse()]
}

function draw(id: string, options: Omit<uPlot.Options, 'width'>, data: uPlot.AlignedData): void {
  const place = byId(id)
  drawn.get(id)?.destroy()
  drawn.set(id, new uPlot({ ...options, width: place.clientWidth }, data, place))
  place.querySelector('canvas')?.setAttribute('aria-hidden', 'true')
}

export function resizeCharts(): void {
  for (const [id, plot] of drawn) plot.setSize({ width: byId(id).clientWidth, height: HEIGHT })
}

function spendOptions(chart: Chart, by: Dimension): Omit<uPlot.Options, 'width'> {
  const bars = uPlot.paths.bars?.({ size: [0.86, 48], align: 1 })
  const series = chart.series.map((one): uPlot.Series => {
    const color = colorOf(one, by)
    return {
      fill: color,
      stroke: color,
      width: 0,
      points: { show: false },
      ...(bars ? { paths: bars } : {}),
    }
  })
  const label = (one: Series, n: number): string => dollars(one.usd[n] ?? 0)
  const shown = (one: Series, n: number): boolean => (one.usd[n] ?? 0) > 0
  return {
    ...frame(chart, (value) => axisDollars(value)),
    series: [{}, ...series.reverse()],
    plugins: [tooltip(chart, by, label, shown)],
  }
}

function tokenOptions(chart: Chart, by: Dimension): Omit<uPlot.Options, 'width'> {
  const series = chart.series.map((one): uPlot.Series => ({
    stroke: colorOf(one, by),
    width: 2,
    spanGaps: true,
    points: { show: chart.times.length < 3, size: 5 },
  }))
  const label = (one: Series, n: number): string => whole(one.inputTokensPerCall[n] ?? 0)
  const shown = (one: Series, n: number): boolean => one.inputTokensPerCall[n] != null
  return {
    ...frame(chart, axisTokens),
    series: [{}, ...series],
    plugins: [tooltip(chart, by, label, shown)],
  }
}

function frame(
  chart: Chart,
  format: (value: number) => string,
): Omit<uPlot.Options, 'width' | 'series'> {
  const axis = {
    stroke: variable('--muted'),
    font: `12px ${variable('--font')}`,
    ticks: { show: false },
  }
  const first = (chart.times[0] ?? 0) / 1000
  const last = ((chart.times.at(-1) ?? 0) + chart.bucketMs) / 1000
  return {
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 30, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { range: [first, last] },
      y: { range: (_, __, highest) => [0, Math.max(highest, 1e-9) * 1.08] },
    },
    axes: [
      { ...axis, size: 34, space: 72, grid: { show: false }, values: timeTicks },
      {
        ...axis,
        size: 64,
        grid: { stroke: variable('--rule'), width: 1 },
        values: (_, ticks) => ticks.map(format),
      },
    ],
  }
}

function timeTicks(_: uPlot, ticks: number[], __: number, ___: number, step: number): string[] {
  return ticks.map((tick) => {
    if (step >= 86_400) {
      return new Date(tick * 1000).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
    }
    return clock(tick * 1000, step < 60)
  })
}

function axisDollars(value: number): string {
  if (value === 0) return '$0'
  const decimals = value >= 10 ? 0 : value >= 0.1 ? 2 : 4
  return `$${value.toLocaleString('en-US', { maximumFractionDigits: decimals, minimumFractionDigits: decimals })}`
}

function axisTokens(value: number): string {
  return value >= 1000 ? `${(value / 1000).toLocaleString('en-US')}k` : String(value)
}

function tooltip(
  chart: Chart,
  by: Dimension,
  label: (series: Series, n: number) => string,
  shown: (series: Series, n: number) => boolean,
): uPlot.Plugin {
  const box = h('div', { class: 'tooltip', 'aria-hidden': 'true', hidden: true })
  const update = (plot: uPlot): void => {
    const n = plot.cursor.idx
    const left = plot.cursor.left ?? -1
    const found = n == null || left < 0 ? [] : chart.series.filter((series) => shown(series, n))
    box.hidden = found.length === 0
    if (n == null || found.length === 0) return
    const lines = found.map((series) =>
      h(
        'li',
        {},
        swatch(colorOf(series, by)),
        h('span', {}, groupName(series.name, by, series.others)),
        h('b', {}, label(series, n)),
      ),
    )
    const from = chart.times[n] ?? 0
    const precise = chart.bucketMs < 60_000
    const time = `${clock(from, precise)} to ${clock(from + chart.bucketMs, precise)}`
    box.replaceChildren(h('p', {}, time), h('ul', {}, ...lines))
    const beyond = left > plot.over.clientWidth / 2
    box.style.left = beyond ? 'auto' : `${left + 14}px`
    box.style.right = beyond ? `${plot.over.clientWidth - left + 14}px` : 'auto'
  }
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: update,
    },
  }
}

/** Built when it is opened, and kept up to date while it is open. */
function dataTable(
  id: string,
  caption: string,
  chart: Chart,
  by: Dimension,
  cell: (series: Series, n: number) => string,
): void {
  const details = byId(id) as HTMLDetailsElement
  const fill = (): void => {
    const place = details.querySelector('div')
    if (!details.open || place === null) return
    const now = Date.now()
    const columns = chart.series.map((series) => ({
      head: groupName(series.name, by, series.others),
      cell: (n: number) => cell(series, n),
    }))
    const from = {
      head: 'From',
      kind: 'text' as const,
      cell: (n: number) => {
        const at = chart.times[n] ?? 0
        return chart.bucketMs < 60_000 ? clock(at, true) : moment(at, now)
      },
    }
    const rows = chart.times.map((_, n) => n)
    place.replaceChildren(table({ caption, columns: [from, ...columns], rows }))
  }
  details.ontoggle = fill
  fill()
}
