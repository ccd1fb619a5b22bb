/** A day of traffic without its pauses, through an in-memory provider. */

import { fileURLToPath } from 'node:url'
import type { Sink } from '../run.ts'
import { ran, type Held, type Ran } from './run.ts'

export interface Weighed extends Held {
  /** Calls made until then. */
  readonly done: number
}

export interface DayFigures {
  readonly held: readonly Weighed[]
  readonly wallMs: number
  /** Processor time of a call, weighing included. */
  readonly cpuUs: number
  readonly peakMb: number
}

export interface Day {
  readonly calls: number
  /** Calls between two readings. */
  readonly each: number
  /** A kind of call that is left out. */
  readonly without?: string
  /** One call in so many brings names that are new; 20 unless given. */
  readonly newOneIn?: number
  /** Milliseconds between two exports of metrics; the default unless given. */
  readonly metricIntervalMs?: number
  /** Called with each reading. */
  readonly onHeld?: (held: Weighed) => void
}

const CONFIG = fileURLToPath(new URL('./day.yaml', import.meta.url))
const HELD = 'held '
/** Prompts whose versions are no longer told apart. */
const VARYING = /^costspan: attribution: prompt '.*' has had 20 versions/

/** @param sink where it exports to; undefined: the bare program. */
export function day(
  { calls, each, without, newOneIn = 20, metricIntervalMs, onHeld }: Day,
  run: string,
  sink?: Sink,
): Promise<Ran<DayFigures>> {
  return ran(
    {
      program: 'day.cjs',
      preloads: ['./apps/day-transport.cjs'],
      args: [String(calls), String(each), without ?? '', String(newOneIn)],
      expected: VARYING,
      env: {
        ...(metricIntervalMs && { OTEL_METRIC_EXPORT_INTERVAL: String(metricIntervalMs) }),
        ...(sink === undefined ? {} : { COSTSPAN: '1', COSTSPAN_CONFIG: CONFIG }),
      },
      onLine(line) {
        if (line.startsWith(HELD)) onHeld?.(JSON.parse(line.slice(HELD.length)) as Weighed)
      },
    },
    run,
    sink,
  )
}

export interface Slope {
  /** Bytes by which the heap grows with a call. */
  readonly bytes: number
  /** Its standard error. */
  readonly noise: number
}

/** Least squares over the readings, at least 3. */
export function slopeOf(held: readonly Weighed[]): Slope {
  const count = held.length
  const mean = (of: (one: Weighed) => number): number =>
    held.reduce((sum, one) => sum + of(one), 0) / count
  const [x, y] = [mean((one) => one.done), mean((one) => one.heap)]
  const spread = held.reduce((sum, one) => sum + (one.done - x) ** 2, 0)
  const bytes = held.reduce((sum, one) => sum + (one.done - x) * (one.heap - y), 0) / spread
  const left = held.reduce((sum, one) => sum + (one.heap - y - bytes * (one.done - x)) ** 2, 0)
  return { bytes, noise: Math.sqrt(left / (count - 2) / spread) }
}
