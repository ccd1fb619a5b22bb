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

/** A counter: makes the cell of an attribute set, which the caller keeps. */
export type Family = (attributes: Attributes) => Cell

/** @param perUnit what a cell's value is divided by when observed: money is counted in exact integers. */
export function createFamily(meter: Meter, metric: MetricDefinition, perUnit = 1): Family {
  const cells: Cell[] = []
  const instrument = meter.createObservableCounter(metric.name, {
    unit: metric.unit,
    description: metric.description,
  })
  instrument.addCallback((result) => {
    for (const cell of cells) result.observe(cell.value / perUnit, cell.attributes)
  })
  return (attributes) => {
    const cell = { attributes, value: 0 }
    cells.push(cell)
    return cell
  }
}
