/** The figures as Markdown: what calls and streams cost, what start-up and memory, and what was delivered. */

import type { Figures } from './run.ts'
import { compared, median, type Compared } from './statistics.ts'
import { bareOf, isBare, packageOf, type Variant } from './variants.ts'

/** By round; a figure that was not measured in a round is absent from it. */
export type Results = ReadonlyMap<Variant, readonly Figures[]>

export interface Column {
  readonly figure: string
  readonly title: string
  readonly digits: number
}

export const CALLS: readonly Column[] = [
  { figure: 'sequential', title: 'a call, µs', digits: 1 },
  { figure: 'sequentialCpu', title: 'its CPU, µs', digits: 1 },
  { figure: 'atOnce', title: '50 at once, µs', digits: 1 },
  { figure: 'atOnceCpu', title: 'its CPU, µs', digits: 1 },
  { figure: 'stream', title: '200 chunks, ms', digits: 2 },
  { figure: 'streamCpu', title: 'its CPU, ms', digits: 2 },
  { figure: 'first', title: 'of the first 3,000, µs', digits: 0 },
]

export const PROCESS: readonly Column[] = [
  { figure: 'start', title: 'start-up, ms', digits: 0 },
  { figure: 'startToEnd', title: 'start to end, ms', digits: 0 },
  { figure: 'callKb', title: 'KB a call', digits: 1 },
  { figure: 'streamKb', title: 'KB a stream', digits: 0 },
  { figure: 'peakMb', title: 'peak memory, MB', digits: 0 },
]

function valuesOf(results: Results, variant: Variant, figure: string): readonly number[] {
  return (results.get(variant) ?? []).flatMap((round) => round[figure] ?? [])
}

/** Against the bare program, over the rounds that have the figure of both. undefined: there is no such round. */
function comparison(results: Results, variant: Variant, figure: string): Compared | undefined {
  const base = results.get(bareOf(variant)) ?? []
  const pairs = (results.get(variant) ?? []).flatMap((round, index) => {
    const [value, bare] = [round[figure], base[index]?.[figure]]
    return value === undefined || bare === undefined ? [] : [[value, bare] as const]
  })
  if (pairs.length === 0) return undefined
  return compared(
    pairs.map(([value]) => value),
    pairs.map(([, bare]) => bare),
  )
}

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '-' : '-:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cell(results: Results, variant: Variant, { figure, digits }: Column): string {
  const figures = comparison(results, variant, figure)
  if (figures === undefined) return ''
  if (isBare(variant)) return figures.median.toFixed(digits)
  const added = figures.added.toFixed(digits)
  return `${figures.added < 0 ? '' : '+'}${added} (${figures.ratio.toFixed(2)})`
}

/** A row a variant: the median of a bare program; what others add to it, and in brackets the ratio. */
export function comparisonTable(results: Results, columns: readonly Column[]): string {
  const rows = [...results.keys()]
    .map((variant) => [variant.name, ...columns.map((column) => cell(results, variant, column))])
    .filter(([, ...cells]) => cells.some((text) => text !== ''))
  return markdown(['', ...columns.map(({ title }) => title)], rows)
}

/** Versions, and what came of the calls: whoever delivers fewer spans than it saw calls looks faster than it is. */
export function deliveryTable(results: Results): string {
  const head = ['package', 'openai', 'spans delivered', 'metrics', 'bytes a call']
  const rows = [...results.keys()].flatMap((variant) => {
    const spans = valuesOf(results, variant, 'spans')
    if (spans.length === 0) return []
    const of = (figure: string): number => median(valuesOf(results, variant, figure))
    const delivered = `${Math.min(...spans)} of ${of('calls')}`
    return [
      [
        variant.name,
        packageOf(variant) ?? '',
        variant.openai,
        isBare(variant) ? '' : delivered,
        of('metricExports') > 0 ? 'yes' : '',
        isBare(variant) ? '' : of('bytesACall').toFixed(0),
      ],
    ]
  })
  return markdown(['', ...head], rows)
}
