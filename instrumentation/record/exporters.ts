/** Exporters as `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` and `OTEL_EXPORTER_OTLP_PROTOCOL` choose them. */

import type {
  IMetricReader,
  InstrumentType,
  MetricProducer,
  PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { OtelSettings } from '../config.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { readEndpoint } from './endpoint.ts'
import type { OwnHistograms } from './histograms.ts'
import { notKnown, type Load } from './sdk-loading.ts'

/** As `ExportResult` of `@opentelemetry/core`: 0 is success, 1 failure. */
interface ExportResult {
  readonly code: 0 | 1
  readonly error?: Error
}

interface Serializer<T> {
  serializeRequest(items: T): Uint8Array | undefined
}

/** What an OTLP exporter of OpenTelemetry JS hands its batches to. */
interface ExportDelegate<T> {
  export(items: T, done: (result: ExportResult) => void): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
  setMetrics(): void
}

export interface Exporters<T> {
  readonly installed: readonly T[]
  /** The OTLP/HTTP delivery, where there is one: what process end looks after. */
  readonly delivery: Delivery | undefined
  /** Whether that delivery, in protobuf, is all there is. */
  readonly onlyProtobuf: boolean
  /** Settings that name nothing we know, one line each. */
  readonly problems: readonly string[]
}

export interface MetricReaders extends Exporters<IMetricReader> {
  /** Those that the reader takes from here; absent where histograms are instruments. */
  readonly histograms: OwnHistograms | undefined
}

const SUCCESS = 0
const FAILED = 1

/** Span processors that export, in the order of the setting. */
export function spanExporters(load: Load, settings: OtelSettings): Exporters<SpanProcessor> {
  const sdk = load('@opentelemetry/sdk-trace') as typeof import('@opentelemetry/sdk-trace')
  const batch = (exporter: SpanExporter): SpanProcessor =>
    new sdk.BatchSpanProcessor({ exporter, ...settings.batch })
  let delivery: Delivery | undefined
  const protobuf = settings.tracesProtocol === 'http/protobuf'
  const chosen = { names: settings.tracesExporters, variable: 'OTEL_TRACES_EXPORTER', protobuf }
  return collect<SpanProcessor>(chosen, () => delivery, {
    console: () => new sdk.SimpleSpanProcessor({ exporter: new sdk.ConsoleSpanExporter() }),
    otlp: () => {
      if (settings.tracesProtocol === 'grpc') {
        const { OTLPTraceExporter } = load(
          '@opentelemetry/exporter-trace-otlp-grpc',
        ) as typeof import('@opentelemetry/exporter-trace-otlp-grpc')
        return batch(new OTLPTraceExporter())
      }
      const { JsonTraceSerializer, ProtobufTraceSerializer } = transformer(load)
      const json = settings.tracesProtocol === 'http/json'
      delivery = createDelivery(readEndpoint(load, 'TRACES', contentType(json)))
      return batch(
        delegate(json ? JsonTraceSerializer : ProtobufTraceSerializer, delivery, countItems),
      )
    },
  })
}

/**
 * Metric readers, in the order of the setting.
 *
 * @param ownHistograms asked for where one periodic reader is all there is, and wants them cumulative
 */
export function metricReaders(
  load: Load,
  settings: OtelSettings,
  ownHistograms: () => OwnHistograms,
): MetricReaders {
  const sdk = load('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics')
  const alone = new Set(settings.metricsExporters.filter((name) => name !== 'none')).size === 1
  let histograms: OwnHistograms | undefined
  const aggregating = (exporter: PushMetricExporter): MetricProducer[] => {
    if (!alone || !wantsCumulative(exporter)) return []
    histograms = ownHistograms()
    return [histograms.producer]
  }
  const periodic = (exporter: PushMetricExporter): IMetricReader =>
    new sdk.PeriodicExportingMetricReader({
      exporter,
      metricProducers: aggregating(exporter),
      exportIntervalMillis: settings.metricExportIntervalMs,
      exportTimeoutMillis: settings.metricExportTimeoutMs,
      // The SDK folds label sets beyond 2,000 an instrument (measured); ours are bounded before they get there.
      cardinalityLimits: { default: 10_000 },
    })
  let delivery: Delivery | undefined
  const protobuf = settings.metricsProtocol === 'http/protobuf'
  const chosen = collect<IMetricReader>(
    { names: settings.metricsExporters, variable: 'OTEL_METRICS_EXPORTER', protobuf },
    () => delivery,
    {
      console: () => periodic(new sdk.ConsoleMetricExporter()),
      prometheus: () => {
        const { PrometheusExporter } = load(
          '@opentelemetry/exporter-prometheus',
        ) as typeof import('@opentelemetry/exporter-prometheus')
        return new PrometheusExporter()
      },
      otlp: () => {
        if (settings.metricsProtocol === 'grpc') {
          const { OTLPMetricExporter } = load(
            '@opentelemetry/exporter-metrics-otlp-grpc',
          ) as typeof import('@opentelemetry/exporter-metrics-otlp-grpc')
          return periodic(new OTLPMetricExporter())
        }
        const { JsonMetricsSerializer, ProtobufMetricsSerializer } = transformer(load)
        // The base class knows the temporality that the standard variable chooses.
        const { OTLPMetricExporterBase } = load(
          '@opentelemetry/exporter-metrics-otlp-http',
        ) as typeof import('@opentelemetry/exporter-metrics-otlp-http')
        const json = settings.metricsProtocol === 'http/json'
        const endpoint = readEndpoint(load, 'METRICS', contentType(json))
        delivery = createDelivery(endpoint, () => wantsCumulative(exporter))
        const serializer = json ? JsonMetricsSerializer : ProtobufMetricsSerializer
        const exporter = new OTLPMetricExporterBase(delegate(serializer, delivery, () => 1))
        return periodic(exporter)
      },
    },
  )
  return { ...chosen, histograms }
}

/** As the SDK's `InstrumentType` and `AggregationTemporality` spell them. */
const HISTOGRAM = 'HISTOGRAM' as InstrumentType.HISTOGRAM
const CUMULATIVE = 1

function wantsCumulative(exporter: PushMetricExporter): boolean {
  const temporality = exporter.selectAggregationTemporality?.(HISTOGRAM) ?? CUMULATIVE
  return (temporality as number) === CUMULATIVE
}

interface Chosen {
  readonly names: readonly string[]
  readonly variable: string
  readonly protobuf: boolean
}

export function collect<T>(
  { names, variable, protobuf }: Chosen,
  delivery: () => Delivery | undefined,
  known: Readonly<Record<string, () => T>>,
): Exporters<T> {
  const installed: T[] = []
  const problems: string[] = []
  for (const name of new Set(names)) {
    if (name === 'none') continue
    const create = Object.hasOwn(known, name) ? known[name] : undefined
    if (create === undefined) {
      problems.push(notKnown(variable, name, Object.keys(known)))
    } else installed.push(create())
  }
  const onlyProtobuf = protobuf && installed.length === 1 && delivery() !== undefined
  return { installed, delivery: delivery(), onlyProtobuf, problems }
}

export function transformer(load: Load): typeof import('@opentelemetry/otlp-transformer') {
  return load('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer')
}

export function contentType(json: boolean): string {
  return json ? 'application/json' : 'application/x-protobuf'
}

export function countItems(items: readonly unknown[]): number {
  return items.length
}

export function delegate<T>(
  serializer: Serializer<T>,
  delivery: Delivery,
  count: (items: T) => number,
): ExportDelegate<T> {
  return {
    export(items, done) {
      const body = serializer.serializeRequest(items)
      if (body === undefined) {
        done({ code: FAILED, error: new Error('nothing to send') })
        return
      }
      delivery.send(body, count(items))
      // Taken over: the SDK would otherwise wait on a referenced timer of 30 s for each batch under way.
      done({ code: SUCCESS })
    },
    forceFlush: () => delivery.settled(),
    shutdown: () => delivery.settled(),
    setMetrics() {
      // the exporter's metrics about itself are not kept
    },
  }
}
