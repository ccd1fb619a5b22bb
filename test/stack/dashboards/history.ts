/**
 * A past for Prometheus: what processes would have exported, as OpenMetrics for `promtool tsdb create-blocks-from`, and
 * the ledger of it. Counters are cumulative since their process began; a call costs what its set says.
 */

import { closeSync, openSync, writeSync } from 'node:fs'
import { LABEL } from '../../../dashboards/labels.ts'
import { UNATTRIBUTED } from '../../../instrumentation/semconv.ts'
import { HOURS, METRICS, type SeriesOf } from './history-metrics.ts'

/** Calls that are alike, of one process. */
export interface CallSet {
  readonly environment: string
  readonly service: string
  readonly serviceVersion: string
  readonly instance: string
  readonly team: string
  readonly feature: string
  readonly promptName?: string
  readonly promptVersion?: string
  readonly provider: string
  readonly model: string
  /** What the feature counts as its unit. */
  readonly unit: string
  /** Milliseconds since 1970: whole hours. The process is born at `since` and gone at `until`. */
  readonly since: number
  readonly until: number
  /** Calls that end in the hour that begins then. */
  readonly calls: (hour: number) => number
  /** USD a call, by component. */
  readonly usd: Readonly<Record<string, number>>
  readonly tokens: { readonly input: number; readonly output: number; readonly cacheRead: number }
  /** Shares of the input tokens, by part of the request. */
  readonly context: Readonly<Record<string, number>>
  /** Calls of a unit; the first of them asks, the others ask the same again. */
  readonly callsPerUnit: number
  /** Of calls, those that the provider refused once before. */
  readonly refused: number
}

export interface History {
  readonly sets: readonly CallSet[]
  /** Milliseconds since 1970: recorded hours from here on, */
  readonly from: number
  /** samples of counters from each of these on, so many milliseconds apart, */
  readonly sampled: readonly { readonly from: number; readonly every: number }[]
  /** until here. */
  readonly to: number
}

const HOUR = 3_600_000

/** Calls since the set's process began, as its last sample not after `time` has them. */
function callsUntil(set: CallSet, history: History, time: number): number {
  const sample = sampleAt(history, Math.min(time, set.until, history.to))
  return sample < set.since ? 0 : counted(set, sample)
}

function sampleAt({ sampled }: History, time: number): number {
  const every = sampled.findLast(({ from }) => from <= time)?.every ?? HOUR
  return Math.floor(time / every) * every
}

const sums = new WeakMap<CallSet, number[]>()

/** Calls of whole hours, and of the begun one the share that is over. */
function counted(set: CallSet, time: number): number {
  const known = sums.get(set) ?? [0]
  sums.set(set, known)
  const hours = Math.floor((time - set.since) / HOUR)
  for (let index = known.length; index <= hours; index += 1) {
    known.push(known[index - 1]! + set.calls(set.since + (index - 1) * HOUR))
  }
  const begun = set.since + hours * HOUR
  const share = time === begun ? 0 : Math.floor((set.calls(begun) * (time - begun)) / HOUR)
  return known[hours]! + share
}

const usdOf = ({ usd }: CallSet): number => Object.values(usd).reduce((sum, each) => sum + each, 0)

/** USD spent between two samples. */
export function spentBetween(
  history: History,
  { from, to }: { readonly from: number; readonly to: number },
  sets: readonly CallSet[] = history.sets,
): number {
  return sets.reduce((sum, set) => {
    const calls = callsUntil(set, history, to) - callsUntil(set, history, from)
    return sum + calls * usdOf(set)
  }, 0)
}

/** @returns how many series and samples it wrote */
export function writeHistory(
  history: History,
  file: string,
  part: 'counters' | 'hours',
): { readonly series: number; readonly samples: number } {
  const out = openSync(file, 'w')
  const times = part === 'counters' ? sampleTimes(history) : hours(history)
  const all = seriesIn(history, part === 'counters' ? METRICS : HOURS)
  let [samples, chunk] = [0, '']
  for (const [name, parts] of all) {
    const [since, until] = lifeOf(parts.map(({ set }) => set))
    for (const time of times) {
      if (time < since || time > until) continue
      const value = valueOf(parts, time, part)
      chunk += `${name} ${value} ${time / 1000}\n`
      samples += 1
    }
    if (chunk.length > 4e6) chunk = flushed(out, chunk)
  }
  flushed(out, `${chunk}# EOF\n`)
  closeSync(out)
  return { series: all.size, samples }
}

type Labels = Readonly<Record<string, string>>

/** A recorded series as `writeHistory` writes it. */
export interface HourSeries {
  readonly name: string
  readonly labels: Labels
  /** Sum of its samples after `from` until `to`; undefined where it has none. */
  sum(from: number, to: number): number | undefined
}

export function hourSeries(history: History): readonly HourSeries[] {
  const times = hours(history)
  return [...seriesIn(history, HOURS).values()].flatMap((parts) => {
    const [first] = parts
    if (first === undefined) return []
    const [since, until] = lifeOf(parts.map(({ set }) => set))
    const own = times.filter((time) => time >= since && time <= until)
    return {
      name: first.of.name,
      labels: labelsOf(first.set, first.of),
      sum(from, to) {
        const within = own.filter((time) => time > from && time <= to)
        if (within.length === 0) return undefined
        return within.reduce((sum, time) => sum + valueOf(parts, time, 'hours'), 0)
      },
    }
  })
}

function valueOf(parts: readonly SeriesPart[], time: number, part: 'counters' | 'hours'): number {
  const values = parts.map(({ set, of }) => of.value(set, count(set, time, part)))
  return parts[0]?.of.greatest === true
    ? Math.max(...values)
    : values.reduce((sum, value) => sum + value, 0)
}

function flushed(out: number, text: string): string {
  writeSync(out, text)
  return ''
}

/** Since its process began, or within the hour that ends then. */
function count(set: CallSet, time: number, part: 'counters' | 'hours'): number {
  if (time <= set.since || (part === 'hours' && time > set.until)) return 0
  const end = Math.min(time, set.until)
  return part === 'counters' ? counted(set, end) : counted(set, end) - counted(set, end - HOUR)
}

interface SeriesPart {
  readonly set: CallSet
  readonly of: SeriesOf
}

/** Sets that differ in nothing that a metric tells apart are one series. */
function seriesIn(
  { sets }: History,
  metrics: readonly SeriesOf[],
): ReadonlyMap<string, readonly SeriesPart[]> {
  const found = new Map<string, SeriesPart[]>()
  for (const set of sets) {
    for (const of of metrics) {
      if (of.applies?.(set) === false) continue
      const labels = Object.entries(labelsOf(set, of))
      const name = `${of.name}{${labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`
      const parts = found.get(name)
      if (parts === undefined) found.set(name, [{ set, of }])
      else parts.push({ set, of })
    }
  }
  return found
}

function labelsOf(set: CallSet, { keeps, more, ofProcess }: SeriesOf): Labels {
  const values: Readonly<Record<string, string>> = {
    [LABEL.environment]: set.environment,
    [LABEL.team]: set.team,
    [LABEL.feature]: set.feature,
    [LABEL.promptName]: set.promptName ?? UNATTRIBUTED,
    [LABEL.promptVersion]: set.promptVersion ?? UNATTRIBUTED,
    [LABEL.provider]: set.provider,
    [LABEL.model]: set.model,
    costspan_unit_type: set.unit,
  }
  const process = {
    job: set.service,
    instance: set.instance,
    service_instance_id: set.instance,
    service_version: set.serviceVersion,
  }
  const kept = Object.fromEntries(keeps.map((label) => [label, values[label] ?? '']))
  return { ...kept, ...more, ...(ofProcess ? process : {}) }
}

function lifeOf(sets: readonly CallSet[]): readonly [number, number] {
  return [Math.min(...sets.map(({ since }) => since)), Math.max(...sets.map(({ until }) => until))]
}

function hours({ from, to }: History): readonly number[] {
  return steps(from + HOUR, to, HOUR)
}

function sampleTimes({ sampled, to }: History): readonly number[] {
  return sampled.flatMap(({ from, every }, index) =>
    steps(from, (sampled[index + 1]?.from ?? to + 1) - 1, every),
  )
}

function steps(from: number, to: number, every: number): readonly number[] {
  const first = Math.ceil(from / every) * every
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / every) + 1) },
    (_, index) => first + index * every,
  )
}
