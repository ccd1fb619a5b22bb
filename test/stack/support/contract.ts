/** The metrics of the contract. */

import * as names from '../../../instrumentation/semconv.ts'

export const METRICS: readonly names.MetricDefinition[] = Object.values(names).flatMap((value) =>
  typeof value === 'object' && 'kind' in value ? [value] : [],
)
