/**
 * Counters as observable instruments: on the path of a call an addition to a cell that is looked up once per attribute
 * set; the rest happens when somebody collects. Direct records of 14 counters cost 17 to 19 µs a call (measured on a
 * prototype).
 */

import type { Attributes, Meter } from '@opentelemetry/api'
import type { MetricDefinition } from '../semconv.ts'

/** One series of a counter. */
export interface Cell {
  readonly attributes: Attributes
  value: number
}

/** A counter: the cell of an attribute set, which the caller keeps. Who asks with equal attributes shares it. */
export type Family = (attributes: Attributes) => Cell

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
  return (attributes) => shared(cells, attributes, () => ({ attributes, value: 0 }))
}

/** One value for each attribute set, whatever the order of its names. */
export function shared<T>(known: Map<string, T>, attributes: Attributes, make: () => T): T {
  const key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
  const existing = known.get(key)
  if (existing !== undefined) return existing
  const made = make()
  known.set(key, made)
  return made
}
