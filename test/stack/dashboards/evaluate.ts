/** A panel's targets, asked of Prometheus as Grafana asks: instant or over the range, with its step. */

import { expand, secondsOf, stepOf, type Range, type Variables } from './expand.ts'
import type { Panel, Target } from './model.ts'

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Milliseconds and value; of an instant query one. */
  readonly points: readonly (readonly [number, number])[]
  /** Milliseconds and the buckets of a native histogram. */
  readonly histograms: number
}

export interface Answer {
  readonly refId: string
  readonly promql: string
  readonly instant: boolean
  readonly step: number
  readonly series: readonly Series[]
  readonly milliseconds: number
  /** Samples that Prometheus had to touch. */
  readonly samples: number
  readonly error?: string
}

export interface Asked {
  readonly prometheus: string
  readonly range: Range
  readonly variables: Variables
}

/** Pixels of a panel that has the whole width, at 1440 px: points of a series where the panel says nothing. */
const WIDTH = 1_400

export async function evaluate(panel: Panel, target: Target, asked: Asked): Promise<Answer> {
  const range = shifted(panel, asked.range)
  const points = panel.maxDataPoints ?? Math.round((WIDTH * (panel.gridPos?.w ?? 24)) / 24)
  const step = stepOf(range, points, leastStep(panel, target, asked))
  const promql = expand(target.expr ?? '', asked.variables, range, step)
  const instant = target.instant === true && target.range !== true
  const { from, to } = range
  const aligned = (time: number): number => Math.floor(time / 1000 / step.seconds) * step.seconds
  const form = instant
    ? { query: promql, time: `${to / 1000}`, stats: 'all' }
    : {
        query: promql,
        start: `${aligned(from)}`,
        end: `${aligned(to)}`,
        step: `${step.seconds}`,
        // The API takes no other word; `all` would list each step.
        stats: 'true',
      }
  const began = performance.now()
  const path = instant ? 'query' : 'query_range'
  const response = await fetch(`${asked.prometheus}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  const body = (await response.json()) as ApiAnswer
  const milliseconds = performance.now() - began
  return {
    refId: target.refId,
    promql,
    instant,
    step: step.seconds,
    series: (body.data?.result ?? []).flatMap(seriesOf),
    milliseconds,
    samples: body.data?.stats?.samples?.totalQueryableSamples ?? 0,
    ...(body.status === 'success' ? {} : { error: body.error ?? `status ${response.status}` }),
  }
}

function leastStep(panel: Panel, target: Target, asked: Asked): string | undefined {
  const least = target.interval ?? panel.interval
  if (least === undefined || least === '') return undefined
  return expand(least, asked.variables, asked.range, stepOf(asked.range, WIDTH)).replace(/^>/, '')
}

/** `timeFrom` and `timeShift`: a panel's own range. */
function shifted({ timeFrom, timeShift }: Panel, { from, to }: Range): Range {
  const length =
    timeFrom === undefined ? to - from : secondsOf(timeFrom.replace(/^now-/, '')) * 1000
  const shift = timeShift === undefined ? 0 : secondsOf(timeShift) * 1000
  return { from: to - length - shift, to: to - shift }
}

interface ApiAnswer {
  readonly status: string
  readonly error?: string
  readonly data?: {
    readonly result: readonly ApiSeries[] | readonly [number, string]
    readonly stats?: { readonly samples?: { readonly totalQueryableSamples: number } }
  }
}

interface ApiSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
  readonly histogram?: unknown
  readonly histograms?: readonly unknown[]
}

function seriesOf(result: ApiSeries | number | string): readonly Series[] {
  if (typeof result === 'number') return []
  // A scalar is a pair of time and text.
  if (typeof result === 'string')
    return [{ labels: {}, points: [[0, Number(result)]], histograms: 0 }]
  const points = [...(result.values ?? []), ...(result.value === undefined ? [] : [result.value])]
  return [
    {
      labels: result.metric,
      points: points.map(([seconds, value]) => [seconds * 1000, Number(value)] as const),
      histograms: (result.histograms?.length ?? 0) + (result.histogram === undefined ? 0 : 1),
    },
  ]
}

/** The sum of what an instant query answers, or of the last points of a range. */
export function total(answer: Answer): number {
  return answer.series.reduce((sum, { points }) => sum + (points.at(-1)?.[1] ?? 0), 0)
}

/** The value by one label. */
export function valuesBy(answer: Answer, label: string): ReadonlyMap<string, number> {
  return new Map(
    answer.series.map(({ labels, points }) => [labels[label] ?? '', points.at(-1)?.[1] ?? NaN]),
  )
}

/** Has a number to show: not nothing, and not NaN alone. */
export function isEmpty({ series }: Answer): boolean {
  return !series.some(
    ({ points, histograms }) => histograms > 0 || points.some(([, value]) => !Number.isNaN(value)),
  )
}
