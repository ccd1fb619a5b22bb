/** Calls as the series that they become in Prometheus, a value each 15 s. */

import { matching, LABEL } from '../../../dashboards/labels.ts'
import * as names from '../../../instrumentation/semconv.ts'
import type { InputSeries } from '../promtool.ts'
import type { SimulatedCall } from './traffic.ts'

export const STEP = 15

/** gpt-5.4, USD a token; source: prices/openai.yaml. */
const USD_PER_INPUT = 2.5e-6
const USD_PER_OUTPUT = 15e-6

export interface SimulatedFeature {
  readonly name: string
  readonly seconds: number
  readonly calls: readonly SimulatedCall[]
}

export function callCost({ context, outputTokens }: SimulatedCall): number {
  return inputTokens({ context }) * USD_PER_INPUT + outputTokens * USD_PER_OUTPUT
}

function inputTokens({ context }: Pick<SimulatedCall, 'context'>): number {
  return context.system + context.history + context.rest
}

export function seriesOf({ name, seconds, calls }: SimulatedFeature): readonly InputSeries[] {
  const counters = createCounters(Math.ceil(seconds / STEP) + 1)
  for (const call of calls) count(counters, name, call)
  return counters.series()
}

type Labels = Readonly<Record<string, string>>

/** What was added to a series, by step. */
type Cell = Map<number, number>

interface Counters {
  /** The cell of a series; the key is short for metric and labels. */
  cell(key: string, metric: string, labels: () => Labels): Cell
  series(): readonly InputSeries[]
}

/** Each series begins with the first value that it has, as the SDK's do. */
function createCounters(steps: number): Counters {
  const cells = new Map<string, { readonly series: string; readonly cell: Cell }>()
  return {
    cell(key, metric, labels) {
      const known = cells.get(key)
      if (known !== undefined) return known.cell
      const made = { series: `${metric}{${matching(labels())}}`, cell: new Map<number, number>() }
      cells.set(key, made)
      return made.cell
    },
    series: () =>
      [...cells.values()].map(({ series, cell }) => ({ series, values: valuesOf(cell, steps) })),
  }
}

/** Visible with the first export after it. */
function add(cell: Cell, at: number, value: number): void {
  const step = Math.floor(at / STEP) + 1
  cell.set(step, (cell.get(step) ?? 0) + value)
}

/** Prometheus' notation, equal neighbours told once. */
function valuesOf(cell: Cell, steps: number): string {
  const changes = [...cell].filter(([step]) => step < steps).sort(([a], [b]) => a - b)
  const first = changes[0]?.[0] ?? steps
  const parts: string[] = first === 0 ? [] : [`_x${first}`]
  let total = 0
  for (const [index, [step, value]] of changes.entries()) {
    total += value
    const next = changes[index + 1]?.[0] ?? steps
    const text = Number.isInteger(total) ? String(total) : total.toPrecision(12)
    parts.push(next - step === 1 ? text : `${text}+0x${next - step - 1}`)
  }
  return parts.join(' ')
}

function count(counters: Counters, feature: string, call: SimulatedCall): void {
  const { at, context, promptVersion: version, waste } = call
  const owner = { [LABEL.environment]: 'production', [LABEL.feature]: feature }
  const prompt = { ...owner, [LABEL.promptName]: 'main', [LABEL.promptVersion]: version }
  const all = {
    ...prompt,
    [LABEL.model]: 'gpt-5.4',
    [LABEL.provider]: 'openai',
    [LABEL.team]: 'care',
  }
  const told = (
    metric: names.MetricDefinition,
    value: number,
    labels: Labels,
    more: Labels,
  ): void => {
    const key = `${metric.name} ${metric === names.METRIC_UNITS ? '' : version} ${Object.values(more).join(' ')}`
    const cell = counters.cell(key, names.prometheusName(metric), () => ({ ...labels, ...more }))
    add(cell, at, value)
  }
  const spent = { [LABEL.waste]: waste }
  const end = waste === 'aborted' ? 'aborted' : 'completed'
  told(names.METRIC_CALLS, 1, all, { ...spent, [LABEL.end]: end, [LABEL.status]: 'priced' })
  if (call.starts) told(names.METRIC_UNITS, 1, { ...owner, [LABEL.team]: 'care' }, {})
  told(names.METRIC_ATTEMPTS, 1, prompt, { [LABEL.httpStatus]: '200' })
  if (call.refused > 0)
    told(names.METRIC_ATTEMPTS, call.refused, prompt, { [LABEL.httpStatus]: '429' })
  const input = inputTokens(call)
  told(names.METRIC_COST, input * USD_PER_INPUT, all, { ...spent, [LABEL.component]: 'input' })
  const output = call.outputTokens * USD_PER_OUTPUT
  told(names.METRIC_COST, output, all, { ...spent, [LABEL.component]: 'output' })
  told(names.METRIC_OUTPUT_TOKENS, call.outputTokens, all, {})
  for (const [part, tokens] of Object.entries(context)) {
    if (tokens > 0) told(names.METRIC_CONTEXT_TOKENS, tokens, prompt, { [LABEL.contextPart]: part })
  }
  observe(counters, names.METRIC_OPERATION_COST, owner, '', at, callCost(call))
  observe(counters, names.METRIC_OPERATION_INPUT_TOKENS, prompt, version, at, input)
}

/** Every bucket gets its sample, as an export has them all. */
function observe(
  counters: Counters,
  metric: names.MetricDefinition & { readonly boundaries: readonly number[] },
  labels: Labels,
  key: string,
  at: number,
  value: number,
): void {
  for (const boundary of [...metric.boundaries, Infinity]) {
    const cell = counters.cell(
      `${metric.name} ${key} ${boundary}`,
      `${names.prometheusName(metric)}_bucket`,
      () => ({
        ...labels,
        le: boundary === Infinity ? '+Inf' : String(boundary),
      }),
    )
    add(cell, at, value <= boundary ? 1 : 0)
  }
}
