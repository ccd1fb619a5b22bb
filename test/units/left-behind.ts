/** What `recordOutcome` and `recordCost` leave behind: log events, points of metrics, lines for people. */

import { logs, metrics } from '@opentelemetry/api'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, beforeAll, beforeEach, vi } from 'vitest'

const exporter = new InMemoryLogRecordExporter()
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({
  exporter: points,
  exportIntervalMillis: 3_600_000,
})
beforeAll(() => {
  const processors = [new SimpleLogRecordProcessor({ exporter })]
  logs.setGlobalLoggerProvider(new LoggerProvider({ processors }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
})

/** Lines on stderr since the test began. */
export const told: string[] = []
beforeEach(() => {
  exporter.reset()
  told.length = 0
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    told.push(String(line))
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

export const events = (): ReturnType<typeof exporter.getFinishedLogRecords> =>
  exporter.getFinishedLogRecords()

export type Point = readonly [value: number, attributes: Readonly<Record<string, unknown>>]

export async function collected(name: string): Promise<readonly Point[]> {
  points.reset()
  await reader.forceFlush()
  return points
    .getMetrics()
    .flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics))
    .filter((metric) => metric.descriptor.name === name)
    .flatMap((metric) => metric.dataPoints as readonly DataPoint<unknown>[])
    .map((point) => [Number(point.value), point.attributes] as const)
}

/** Value and attributes of each series of which an attribute has this value. */
export async function series(
  name: string,
  attribute: string,
  value: string,
): Promise<readonly Point[]> {
  const found = await collected(name)
  return found.filter(([, attributes]) => attributes[attribute] === value)
}

export const sent = (): readonly (readonly [
  string | undefined,
  Readonly<Record<string, unknown>>,
])[] => events().map((record) => [record.eventName, record.attributes])

/** What an application in plain JavaScript may pass. */
export const anything = (value: unknown): never => value as never
