/**
 * Counters as observable instruments: on the path of a call one look-up per attribute set and an addition; the rest
 * happens when somebody collects. Direct records of 14 counters cost 17 to 19 µs a call (measured on a prototype).
 */

import type { Attributes, Meter } from '@opentelemetry/api'
import type { MetricDefinition } from '../semconv.ts'

interface Cell {
  readonly attributes: Attributes
  value: number
}

export interface Family {
  readonly metric: MetricDefinition
  /** Adds to the cell of this key; `attributes` is only called for a new one. */
  add(key: string, value: number, attributes: () => Attributes): void
}

/** @param perUnit what a cell's value is divided by when observed: money is counted in exact integers. */
export function createFamily(meter: Meter, metric: MetricDefinition, perUnit = 1): Family {
  const cells = new Map<string, Cell>()
  const instrument = meter.createObservableCounter(metric.name, {
    unit: metric.unit,
    description: metric.description,
  })
  instrument.addCallback((result) => {
    for (const cell of cells.values()) result.observe(cell.value / perUnit, cell.attributes)
  })
  return {
    metric,
    add(key, value, attributes) {
      const cell = cells.get(key)
      if (cell === undefined) cells.set(key, { attributes: attributes(), value })
      else cell.value += value
    },
  }
}
