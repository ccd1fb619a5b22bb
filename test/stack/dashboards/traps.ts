/** Counters as three processes exported them, each in a way that dashboards are known to misread. */

import { setTimeout as sleep } from 'node:timers/promises'
import * as names from '../../../instrumentation/semconv.ts'

export const TRAP_ENVIRONMENT = 'traps'

interface Trap {
  readonly feature: string
  /** Values of its counter, one each export; undefined: it exported nothing. */
  readonly values: readonly (number | undefined)[]
  readonly usd: number
}

/** `increase()` sees nothing of the first two, and 9 dollars too few of the third. */
export const TRAPS: readonly Trap[] = [
  { feature: 'born-late', values: [undefined, undefined, 5, 5, 5], usd: 5 },
  {
    feature: 'one-small-call',
    values: [undefined, undefined, undefined, undefined, 0.0023],
    usd: 0.0023,
  },
  { feature: 'restarted', values: [20, 40, 1, 3, 9], usd: 49 },
]

const EXPORT_MS = 5_000

/** Exports all of them, side by side. @throws Error where the Collector refuses one */
export async function pushTraps(otlp: string): Promise<void> {
  const began = Date.now()
  for (let index = 0; index < TRAPS[0]!.values.length; index += 1) {
    const now = Date.now()
    const points = TRAPS.flatMap(({ feature, values }) => {
      const value = values[index]
      return value === undefined ? [] : [pointOf(feature, value, began, now)]
    })
    // A process has both; restarts are looked for by its calls.
    for (const metric of [names.METRIC_COST, names.METRIC_CALLS]) await send(otlp, metric, points)
    await sleep(EXPORT_MS)
  }
}

function pointOf(feature: string, value: number, began: number, now: number): object {
  const attributes = {
    [names.ATTR_FEATURE]: feature,
    [names.ATTR_TEAM]: 'traps',
    [names.ATTR_PROMPT_NAME]: names.UNATTRIBUTED,
    [names.ATTR_PROMPT_VERSION]: names.UNATTRIBUTED,
    [names.ATTR_PROVIDER_NAME]: 'openai',
    [names.ATTR_REQUEST_MODEL]: 'gpt-5.4',
    [names.ATTR_COST_COMPONENT]: 'output',
    [names.ATTR_WASTE]: 'none',
    [names.ATTR_COST_BY]: 'sdk',
  }
  return {
    attributes: Object.entries(attributes).map(([key, text]) => ({
      key,
      value: { stringValue: text },
    })),
    startTimeUnixNano: `${BigInt(began) * 1_000_000n}`,
    timeUnixNano: `${BigInt(now) * 1_000_000n}`,
    asDouble: value,
  }
}

async function send(
  otlp: string,
  { name, unit }: names.MetricDefinition,
  dataPoints: readonly object[],
): Promise<void> {
  const metric = { name, unit, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } }
  const resource = {
    [names.ATTR_SERVICE_NAME]: 'traps',
    'service.instance.id': 'traps-1',
    [names.ATTR_ENVIRONMENT]: TRAP_ENVIRONMENT,
  }
  const attributes = Object.entries(resource).map(([key, text]) => ({
    key,
    value: { stringValue: text },
  }))
  const response = await fetch(`${otlp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes },
          scopeMetrics: [{ scope: { name: 'traps' }, metrics: [metric] }],
        },
      ],
    }),
  })
  if (!response.ok)
    throw new Error(`the Collector answered ${response.status}: ${await response.text()}`)
}
