/** What a metric is called in the real Prometheus, by whoever it was counted. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import * as contract from '../../instrumentation/semconv.ts'
import { missingEngines } from './engines/engines.ts'
import { METRICS } from './support/contract.ts'
import { startApp } from './support/callers.ts'
import { query, until, type Sample } from './support/prometheus.ts'
import { pricedCall, sendSpans } from './support/spans.ts'
import { startStack, type Stack } from './support/stack.ts'

/** Histograms with boundaries are stored as counts, sums and buckets; the cost of a call, exponential, under its name. */
function series(metric: contract.MetricDefinition): string {
  const classic = metric.kind === 'histogram' && metric.name !== contract.METRIC_OPERATION_COST.name
  return `${contract.prometheusName(metric)}${classic ? '_count' : ''}`
}

/** What the Collector can't know of another's span, or what is not of calls. */
const OURS_ONLY = [
  contract.METRIC_CACHE_SAVINGS,
  contract.METRIC_CONTEXT_TOKENS,
  contract.METRIC_UNITS,
  contract.METRIC_OUTCOMES,
  contract.METRIC_OUTCOME_VALUE,
  contract.METRIC_PRICE_BOOK_TIME,
  contract.METRIC_DROPPED,
].map(series)

const LABELS = [
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'costspan_feature',
  'costspan_team',
  'gen_ai_prompt_name',
  'gen_ai_prompt_version',
]

const PARTS = {
  input: 0.1,
  cache_read: 0.02,
  cache_write: 0.03,
  output: 0.4,
  audio_input: 0.05,
  audio_output: 0.06,
  image_input: 0.07,
  image_output: 0.08,
  tools: 0.09,
}

describe.skipIf(missingEngines().length > 0)('in Prometheus', () => {
  let stack: Stack
  let simulator: Simulator

  beforeAll(async () => {
    simulator = await startSimulator({ scenario: () => ({ cacheReadTokens: 20 }) })
    stack = await startStack({ env: { COSTSPAN_METRIC_INTERVAL: '1s' } })
    const parts = Object.entries(PARTS).map(([part, usd]) => [`costspan.cost.${part}`, usd])
    const call = pricedCall(0.9, {
      ...Object.fromEntries(parts),
      'costspan.feature': 'search',
      'gen_ai.usage.cache_read.input_tokens': 100,
      'gen_ai.usage.cache_write.input_tokens': 10,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'gen_ai.response.time_to_first_chunk': 0.25,
      'http.request.resend_count': 2,
    })
    const unpriced = pricedCall(0, {
      'costspan.cost.status': 'unpriced',
      'costspan.cost.reason': 'unknown_model',
    })
    const { 'gen_ai.usage.cost.amount': _none, ...attributes } = unpriced.attributes
    expect(await sendSpans(stack.otlp, [call, { attributes }])).toMatchObject({ status: 200 })
    const app = startApp('every-metric', [simulator.url], {
      otlp: stack.otlp,
      service: 'ours',
      env: {
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=7',
        COSTSPAN_STREAM_USAGE: 'on',
      },
    })
    expect(await app.ended, app.complaints()).toMatchObject({ code: 0 })
    await until(
      () => of('ours'),
      (samples) => samples.size > 5,
      10_000,
    )
    await until(
      () => of('elsewhere'),
      (samples) => samples.size > 5,
      10_000,
    )
  })
  afterAll(async () => {
    await stack?.close()
    await simulator?.close()
  })

  /** Series of one service, by name. */
  async function of(job: string): Promise<ReadonlyMap<string, readonly Sample[]>> {
    const found = new Map<string, Sample[]>()
    for (const sample of await query(stack.prometheus, `{job="${job}"}`)) {
      const name = sample.labels['__name__'] ?? ''
      found.set(name, [...(found.get(name) ?? []), sample])
    }
    return found
  }

  it.each(METRICS.map((metric) => [metric.name, metric] as const))(
    '%s of the SDK has the name that prometheusName() gives it',
    async (_name, metric) => {
      expect([...(await of('ours')).keys()]).toContain(series(metric))
    },
  )

  const derived = METRICS.filter((metric) => !OURS_ONLY.includes(series(metric)))
  it.each(derived.map((metric) => [metric.name, metric] as const))(
    '%s of the Collector has that name and the labels of the SDK',
    async (_name, metric) => {
      const names = (samples: readonly Sample[] = []): readonly string[] =>
        [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))]
          // Of a priced call there is no reason, and this application's resource says more.
          .filter(
            (label) =>
              !['costspan_cost_reason', 'deployment_environment_name', 'service_version'].includes(
                label,
              ),
          )
          .toSorted()
      const [ours, theirs] = [
        (await of('ours')).get(series(metric)),
        (await of('elsewhere')).get(series(metric)),
      ]
      expect(theirs, `${series(metric)} of the Collector`).toBeDefined()
      expect(names(theirs)).toEqual(names(ours))
    },
  )

  it('costs of the Collector are counted by component, and no label is missing', async () => {
    const costs = (await of('elsewhere')).get('costspan_cost_USD_total') ?? []
    const found = costs.map(({ labels, value }) => [labels['costspan_cost_component'], value])
    expect(Object.fromEntries(found)).toEqual(PARTS)
    for (const { labels } of costs) {
      expect(LABELS.filter((label) => labels[label] === undefined)).toEqual([])
      expect(labels).toMatchObject({
        costspan_feature: 'search',
        costspan_team: 'unattributed',
        costspan_cost_by: 'collector',
        costspan_waste: 'none',
      })
    }
  })

  it('attempts, tokens and calls of the Collector are those of the two spans', async () => {
    const found = await of('elsewhere')
    const sum = (name: string): number =>
      (found.get(name) ?? []).reduce((total, { value }) => total + value, 0)
    expect(sum('costspan_attempts_total')).toBe(4)
    expect(sum('costspan_calls_total')).toBe(2)
    expect(sum('gen_ai_client_inference_usage_input_tokens_total')).toBe(2_000)
    expect(sum('gen_ai_client_inference_duration_seconds_sum')).toBeCloseTo(3, 6)
    const reasons = (found.get('costspan_calls_total') ?? []).map(
      ({ labels }) => labels['costspan_cost_reason'],
    )
    expect(reasons.toSorted()).toEqual(['unknown_model', undefined])
  })

  it('environment, version and instance of the resource are labels', async () => {
    const [cost] = (await of('ours')).get('costspan_cost_USD_total') ?? []
    expect(cost?.labels).toMatchObject({
      deployment_environment_name: 'test',
      service_version: '7',
    })
    expect(cost?.labels['service_instance_id']).toBe(cost?.labels['instance'])
  })
})
