/**
 * The OpenTelemetry set-up that `register` makes where the application has none: `NodeSDK` with the standard
 * environment handling, our processor in it, and a registration that gives way to an application's own.
 */

import { createRequire } from 'node:module'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { ViewOptions } from '@opentelemetry/sdk-metrics'
import type { OtelSettings } from '../config.ts'
import { METRIC_OPERATION_COST } from '../semconv.ts'
import { createDelegateProvider } from './delegate.ts'
import type { Delivery } from './delivery.ts'
import { metricReaders, spanExporters } from './exporters.ts'
import { apiRecord, type ApiRecord } from './otel-globals.ts'
import { offerGlobals } from './standing-aside.ts'

export interface Telemetry {
  /** Sends everything that has ended; resolves when it is delivered or given up. Never rejects. */
  readonly flush: () => Promise<void>
  /** Moves ended spans from the batch into the delivery, synchronously. */
  readonly handOverSpans: () => void
  /** OTLP/HTTP deliveries in use, for process end. */
  readonly deliveries: readonly Delivery[]
  /** Settings that could not be applied, one line each. */
  readonly problems: readonly string[]
  /** True once the application has set up OpenTelemetry itself: its set-up exports then, and flushes itself. */
  readonly stoodAside: boolean
}

/**
 * Sets up and registers. The CommonJS builds are loaded: the ES modules of the same packages take 40 ms longer
 * (measured, Node 24).
 */
export function startTelemetry(settings: OtelSettings, processor: SpanProcessor): Telemetry {
  const load = createRequire(import.meta.url)
  const { NodeSDK } = load('@opentelemetry/sdk-node') as typeof import('@opentelemetry/sdk-node')
  const { envDetector, processDetector, serviceInstanceIdDetector } = load(
    '@opentelemetry/resources',
  ) as typeof import('@opentelemetry/resources')
  const spans = spanExporters(load, settings)
  const metrics = metricReaders(load, settings)
  const sdk = new NodeSDK({
    spanProcessors: [processor, ...spans.installed],
    metricReaders: [...metrics.installed],
    views: [exponentialCost(load)],
    // The host's detector is asynchronous: it would hold back the first export, and all of it at `process.exit`.
    ...(settings.detectorsChosen
      ? {}
      : { resourceDetectors: [serviceInstanceIdDetector, processDetector, envDetector] }),
  })
  sdk.start()
  const record = { ...apiRecord() }
  let stoodAside = false
  offerGlobals({
    record: offered(record, () => (stoodAside ? apiRecord().trace : record.trace)),
    onForeign() {
      stoodAside = true
      sdk.shutdown().catch(() => undefined) // what it still had is on its way; there is nobody to tell
    },
  })
  const deliveries = [spans.delivery, metrics.delivery].filter((one) => one !== undefined)
  const flushable = { spans: spans.installed, readers: metrics.installed }
  return {
    deliveries,
    problems: [...spans.problems, ...metrics.problems],
    flush: () => flush(flushable, deliveries),
    handOverSpans() {
      for (const exporting of spans.installed) exporting.forceFlush().catch(() => undefined) // counted by the delivery
    },
    get stoodAside() {
      return stoodAside
    },
  }
}

function offered(record: ApiRecord, current: () => ApiRecord['trace']): ApiRecord {
  return record.trace === undefined ? record : { ...record, trace: createDelegateProvider(current) }
}

interface Flushable {
  forceFlush(): Promise<void>
}

async function flush(
  { spans, readers }: { spans: readonly Flushable[]; readers: readonly Flushable[] },
  deliveries: readonly Delivery[],
): Promise<void> {
  for (const delivery of deliveries) delivery.hurry(true)
  await Promise.allSettled([...spans, ...readers].map((part) => part.forceFlush()))
  await Promise.allSettled(deliveries.map((delivery) => delivery.settled()))
  for (const delivery of deliveries) delivery.hurry(false)
}

/** Where we own the provider the cost of a call is an exponential histogram: six decades, no boundaries to guess. */
function exponentialCost(load: ReturnType<typeof createRequire>): ViewOptions {
  const { AggregationType } = load(
    '@opentelemetry/sdk-metrics',
  ) as typeof import('@opentelemetry/sdk-metrics')
  return {
    instrumentName: METRIC_OPERATION_COST.name,
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
  }
}
