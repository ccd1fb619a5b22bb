/** What the application records itself, on its way to metrics and log events. */

import type { LoggerProvider } from '@opentelemetry/api'
import { normalize } from './attribution/input.ts'
import type { Attribution } from './core/attribution.ts'
import { readCost, readOutcome, type Complain } from './core/recorded.ts'
import { at, isObject } from './core/unknown.ts'
import { createLogEvents } from './record/log-events.ts'
import type { Metrics } from './record/metrics.ts'
import type { UnitMetrics } from './record/unit-metrics.ts'

export interface Recordings {
  outcome(name: unknown, input: unknown): void
  cost(input: unknown): void
}

export interface RecordingsOptions {
  readonly metrics: Metrics
  readonly units: UnitMetrics
  readonly version: string
  /** Our own logger provider, where there is one. */
  readonly ownLogs: () => LoggerProvider | undefined
  /** The attribution in force where it is asked, with this over it. */
  readonly attributionWith: (given: Attribution) => Attribution
  readonly onRecorded: () => void
  /** Takes one line for the user. */
  readonly warn: (line: string) => void
}

export function createRecordings(options: RecordingsOptions): Recordings {
  const { metrics, units, version, ownLogs, warn, onRecorded } = options
  const events = createLogEvents({ version, ownProvider: ownLogs, metrics, warn })
  const complain = once(warn)
  const attributionOf = (input: unknown, object: Complain): Attribution => {
    const given = isObject(input) ? normalize(input) : {}
    const unit = at(input, 'unit')
    if (unit !== undefined && given.unit === undefined) {
      object('unit', unit, '{type, id}, both texts', 'It is left out')
    }
    return options.attributionWith(given)
  }
  return {
    outcome(name, input) {
      const read = readOutcome(name, input, Date.now(), complain('recordOutcome'))
      if (read === undefined) {
        metrics.dropped('logs', 'invalid')
        return
      }
      const attribution = attributionOf(input, complain('recordOutcome'))
      onRecorded()
      units.started(attribution)
      units.outcome({ ...read, attribution })
      events.outcome({ ...read, attribution })
    },
    cost(input) {
      const read = readCost(input, Date.now(), complain('recordCost'))
      if (read === undefined) {
        metrics.dropped('logs', 'invalid')
        return
      }
      const attribution = attributionOf(input, complain('recordCost'))
      onRecorded()
      units.started(attribution)
      metrics.other({ ...read, attribution })
      events.cost({ ...read, attribution })
    },
  }
}

/** One line for each field of each function: a mistake in a loop is one mistake. */
function once(warn: (line: string) => void): (caller: string) => Complain {
  const told = new Set<string>()
  return (caller) => (field, given, allowed, instead) => {
    const key = `${caller} ${field}`
    if (told.has(key)) return
    told.add(key)
    warn(`${caller}: ${field}=${shown(given)} is not allowed; allowed: ${allowed}. ${instead}.`)
  }
}

const MOST_SHOWN = 40

/** Never the content of an object: it may be circular, huge or private. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MOST_SHOWN))
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
