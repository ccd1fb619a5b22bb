/** Histograms that are aggregated here say what the SDK's own would have said of the same values. */

import fc from 'fast-check'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type ExponentialHistogram,
  type Histogram,
} from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'
import { createOwnHistograms, instrumentsOn } from '../../instrumentation/record/histograms.ts'
import { METRIC_DURATION, METRIC_OPERATION_COST } from '../../instrumentation/semconv.ts'

const SCOPE = { name: 'test' }
const RESOURCE = resourceFromAttributes({})

/** The points of a metric, by whoever aggregated it. */
interface Aggregated<T> {
  readonly own: readonly DataPoint<T>[]
  readonly sdk: readonly DataPoint<T>[]
}

async function aggregated<T>(
  metric: typeof METRIC_DURATION | typeof METRIC_OPERATION_COST,
  values: readonly number[],
): Promise<Aggregated<T>> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const type = AggregationType.EXPONENTIAL_HISTOGRAM
  const views = [{ instrumentName: METRIC_OPERATION_COST.name, aggregation: { type } } as const]
  const provider = new MeterProvider({ readers: [reader], views })
  const sdk = instrumentsOn(provider.getMeter('test'))(metric)({ a: 'b' })
  const histograms = createOwnHistograms(SCOPE, RESOURCE)
  const own = histograms.make(metric)({ a: 'b' })
  for (const value of values) {
    sdk.record(value)
    own.record(value)
  }
  await reader.forceFlush()
  const [exported] = exporter.getMetrics()
  await provider.shutdown()
  const { resourceMetrics } = await histograms.producer.collect()
  const points = (from: typeof exported): readonly DataPoint<T>[] =>
    (from?.scopeMetrics[0]?.metrics[0]?.dataPoints ?? []) as unknown as readonly DataPoint<T>[]
  return { own: points(resourceMetrics), sdk: points(exported) }
}

const seconds = fc.oneof(
  fc.double({ min: 0, max: 200, noNaN: true }),
  fc.constantFrom(0, 0.01, 0.64, 81.92),
)
const dollars = fc.double({ min: 1e-9, max: 1e3, noNaN: true })

describe('by boundaries', () => {
  test('the same counts, sum and extremes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(seconds, { minLength: 1, maxLength: 60 }), async (values) => {
        const { own, sdk } = await aggregated<Histogram>(METRIC_DURATION, values)
        expect(own[0]?.value).toEqual(sdk[0]?.value)
        expect(own[0]?.attributes).toEqual(sdk[0]?.attributes)
      }),
      { numRuns: 60 },
    )
  })

  test('no series is told of that has no value', async () => {
    expect(await aggregated(METRIC_DURATION, [])).toEqual({ own: [], sdk: [] })
  })
})

describe('exponential', () => {
  test('the same scale and buckets', async () => {
    const values = fc.array(fc.oneof(dollars, fc.constantFrom(0, 1, 0.5, 0.25, 4)), {
      minLength: 1,
      maxLength: 80,
    })
    await fc.assert(
      fc.asyncProperty(values, async (some) => {
        const { own, sdk } = await aggregated<ExponentialHistogram>(METRIC_OPERATION_COST, some)
        const [mine, theirs] = [own[0]?.value, sdk[0]?.value]
        expect({ ...mine, positive: undefined, negative: undefined }).toEqual({
          ...theirs,
          positive: undefined,
          negative: undefined,
        })
        expect(buckets(mine)).toEqual(buckets(theirs))
      }),
      { numRuns: 100 },
    )
  })

  test('what is no amount is left out', async () => {
    const { own } = await aggregated<ExponentialHistogram>(METRIC_OPERATION_COST, [
      NaN,
      1,
      Infinity,
    ])
    expect(own[0]?.value).toMatchObject({ count: 1, sum: 1 })
  })
})

/** Counts by index, without the empty buckets that either side may keep around them. */
function buckets(value: ExponentialHistogram | undefined): Record<number, number> {
  const { offset = 0, bucketCounts = [] } = value?.positive ?? {}
  return Object.fromEntries(
    bucketCounts.flatMap((count, at) => (count > 0 ? [[offset + at, count]] : [])),
  )
}

test('who asks with equal attributes, in whatever order, shares the series', async () => {
  const { make, producer } = createOwnHistograms(SCOPE, RESOURCE)
  const family = make(METRIC_DURATION)
  family({ a: '1', b: '2' }).record(1)
  family({ b: '2', a: '1' }).record(2)
  family({ a: '1' }).record(3)
  const { resourceMetrics } = await producer.collect()
  const points = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints ?? []
  expect(points.map(({ value }) => (value as Histogram).count)).toEqual([2, 1])
})
