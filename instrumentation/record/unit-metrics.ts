/** The counters of units, outcomes and what these are worth: recorded when they are told, never joined to a cost here. */

import type { Meter } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import type { Call } from '../core/call.ts'
import type { Outcome } from '../core/recorded.ts'
import * as names from '../semconv.ts'
import { boundedCells, type BoundedCells } from './bounded-cells.ts'
import { createFamily } from './families.ts'
import { PICOS_PER_USD } from './instruments.ts'
import { perMeterProvider } from './per-meter-provider.ts'
import { createUnitStarts, type UnitUse } from './unit-starts.ts'

export interface UnitMetrics {
  /** Counts the call's unit where it begins with this call. */
  called(call: Call): void
  outcome(outcome: Outcome): void
  /** Counts the unit of something recorded, where the application says that it begins. */
  started(attribution: Attribution): void
}

interface Counters {
  readonly units: BoundedCells
  readonly outcomes: BoundedCells
  readonly values: BoundedCells
}

export interface UnitMetricsOptions {
  readonly version: string
  /** Whether turns are told at all. */
  readonly context: boolean
}

/** @param onFold called where a combination of attributes is one too many */
export function createUnitMetrics(
  { version, context }: UnitMetricsOptions,
  onFold: () => void,
): UnitMetrics {
  const current = perMeterProvider(version, (meter) => createCounters(meter, onFold))
  const starts = createUnitStarts()
  const use = (attribution: Attribution, told: Omit<UnitUse, 'unit'>): void => {
    const { unit } = attribution
    const counters = unit === undefined ? undefined : current()
    if (unit === undefined || counters === undefined) return
    const start = starts({ unit, ...told })
    if (start === undefined) return
    const counted = start === 'process' ? { [names.ATTR_UNIT_COUNTED]: start } : {}
    counters.units(unit.type, counted, attribution).value += 1
  }
  return {
    called({ attribution, request }) {
      const mute =
        context && request.operation === 'embeddings' && attribution.unit?.type === 'conversation'
      use(attribution, { turn: request.context?.turn, mute })
    },
    started(attribution) {
      use(attribution, { mute: true })
    },
    outcome(outcome) {
      const counters = current()
      if (counters === undefined) return
      const { name, success, value, attribution } = outcome
      const said = {
        [names.ATTR_OUTCOME_SUCCESS]: success === undefined ? 'unknown' : `${success}`,
      }
      counters.outcomes(name, said, attribution).value += 1
      if (value === undefined) return
      counters.values(name, said, attribution).value += Math.round(value * PICOS_PER_USD)
    },
  }
}

function createCounters(meter: Meter, onFold: () => void): Counters {
  const cells = (
    metric: names.MetricDefinition,
    attribute: string,
    perUnit?: number,
  ): BoundedCells => boundedCells(createFamily(meter, metric, perUnit), attribute, onFold)
  return {
    units: cells(names.METRIC_UNITS, names.ATTR_UNIT_TYPE),
    outcomes: cells(names.METRIC_OUTCOMES, names.ATTR_OUTCOME_NAME),
    values: cells(names.METRIC_OUTCOME_VALUE, names.ATTR_OUTCOME_NAME, PICOS_PER_USD),
  }
}
