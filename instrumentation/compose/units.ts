/** Units, outcomes and other costs, wired: each part is loaded by those who use it. */

import type { Attribution } from '../core/attribution.ts'
import type { CostRule } from '../core/cost-rule.ts'
import { onDemand } from '../on-demand.ts'
import type { Metrics } from '../record/metrics.ts'
import type { SpanCosts } from '../record/span-costs.ts'
import type { Telemetry } from '../record/telemetry.ts'
import type { UnitMetrics } from '../record/unit-metrics.ts'
import type { Recordings } from '../recordings.ts'

type Units = typeof import('../record/unit-metrics.ts')
type Costs = typeof import('../record/span-costs.ts')

/** What `register` adds later. */
export interface ProcessState {
  /** Ours; absent where the application set OpenTelemetry up, or nothing was registered. */
  telemetry: Telemetry | undefined
  /** Whether anything has been recorded. */
  recorded: boolean
}

/** Loaded with the first call that has a unit, or the first outcome. */
export function unitsOf(metrics: Metrics, version: string, context: boolean): () => UnitMetrics {
  let units: UnitMetrics | undefined
  const onFold = (): void => {
    metrics.dropped('metrics', 'cardinality')
  }
  return () => {
    units ??= (onDemand('record/unit-metrics') as Units).createUnitMetrics(
      { version, context },
      onFold,
    )
    return units
  }
}

/** Loaded where there are rules. */
export function spanCosts(
  rules: readonly CostRule[],
  metrics: Metrics,
  attribution: () => Attribution,
): SpanCosts | undefined {
  if (rules.length === 0) return undefined
  return (onDemand('record/span-costs') as Costs).createSpanCosts({ rules, metrics, attribution })
}

interface RecordingParts {
  readonly metrics: Metrics
  readonly units: () => UnitMetrics
  readonly attributionWith: (given: Attribution) => Attribution
  readonly version: string
  readonly process: ProcessState
  /** Takes one line for the user. */
  readonly warn: (line: string) => void
}

/** Loaded with the first of them. */
export function recordingsOf({
  metrics,
  units,
  attributionWith,
  version,
  process,
  warn,
}: RecordingParts): () => Recordings {
  let made: Recordings | undefined
  return () => {
    made ??= (onDemand('recordings') as typeof import('../recordings.ts')).createRecordings({
      metrics,
      units: units(),
      version,
      ownLogs: () => process.telemetry?.logs(),
      attributionWith,
      warn,
      onRecorded() {
        process.recorded = true
      },
    })
    return made
  }
}
