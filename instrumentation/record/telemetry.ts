/**
 * The OpenTelemetry set-up that `register` makes where the application has none: the SDK's own parts, chosen by the
 * standard variables, our processor among them, and a registration that gives way to an application's own. Put
 * together here rather than by `@opentelemetry/sdk-node`, which loads every exporter there is: 161 ms to a
 * first line instead of 207 (interleaved medians of 11, Node 24, bare 30).
 */

import { createRequire } from 'node:module'
import type {
  ContextManager,
  LoggerProvider,
  MeterProvider,
  TextMapPropagator,
  TracerProvider,
} from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics'
import type { Resource } from '@opentelemetry/resources'
import type { OtelSettings } from '../config.ts'
import { guardAsync } from '../guard.ts'
import { onDemand } from '../on-demand.ts'
import { METRIC_OPERATION_COST } from '../semconv.ts'
import { createDelegateProvider } from './delegate.ts'
import type { Delivery } from './delivery.ts'
import { metricReaders, spanExporters, type Exporters } from './exporters.ts'
import { createOwnHistograms, type HistogramMaker } from './histograms.ts'
import type { Logs } from './logs.ts'
import { apiRecord, type ApiRecord } from './otel-globals.ts'
import { createIds, createPlainSpans, type PlainSpans } from './plain-spans.ts'
import type { Load } from './sdk-loading.ts'
import type { Origin } from './span-bytes.ts'
import { propagator, resource, sampler } from './sdk-parts.ts'
import { offerGlobals } from './standing-aside.ts'

export interface Telemetry {
  /** Sends everything that has ended; resolves when it is delivered or given up. Never rejects. */
  readonly flush: () => Promise<void>
  /** Moves ended spans and log records from the batches into the delivery, synchronously. */
  readonly handOverSpans: () => void
  /** OTLP/HTTP deliveries in use, for process end. */
  readonly deliveries: () => readonly Delivery[]
  /** The provider of our log events, made when it is first asked for; nothing once the application has its own set-up. */
  readonly logs: () => LoggerProvider | undefined
  /** Settings that could not be applied, one line each. */
  readonly problems: readonly string[]
  /** Whether spans made now are of the provider set up here, with no limits set on their attributes. */
  readonly ownsSpans: boolean
  /** The short way out for such spans; absent where the settings ask for another exporter. */
  readonly plainSpans: PlainSpans | undefined
  /** How histograms are made on this meter provider, where that is ours and aggregates none itself. */
  readonly histogramsOn: (provider: object) => HistogramMaker | undefined
  /** True once the application has set up OpenTelemetry itself: its set-up exports then, and flushes itself. */
  readonly stoodAside: boolean
}

/**
 * Sets up and registers. The CommonJS builds are loaded: the ES modules of the same packages take 40 ms longer
 * (measured, Node 24).
 */
export function startTelemetry(
  settings: OtelSettings,
  processor: SpanProcessor,
  scope: Origin['scope'],
  warn: (line: string) => void,
): Telemetry {
  const load: Load = createRequire(import.meta.url)
  const spans = spanExporters(load, settings)
  const shared = resource(load)
  const metrics = metricReaders(load, settings, () => createOwnHistograms(scope, shared))
  const parts = createParts(load, settings, {
    spanProcessors: [processor, ...spans.installed],
    readers: metrics.installed,
    resource: shared,
  })
  const limited = hasLimits(settings)
  const { delivery, onlyProtobuf } = spans
  const plainSpans =
    onlyProtobuf && delivery !== undefined && !limited
      ? createPlainSpans({ ...parts, delivery, batch: settings.batch, scope })
      : undefined
  const record: ApiRecord = { ...apiRecord() }
  let stoodAside = false
  let logs: Logs | undefined
  offerGlobals({
    record: {
      ...record,
      trace: createDelegateProvider(() => (stoodAside ? apiRecord().trace : record.trace)),
    },
    onRefused() {
      warn(
        "the application's OpenTelemetry set-up could not register after costspan's; start it first: " +
          'node --require ./otel-setup.js --require costspan/register app.js',
      )
    },
    onForeign() {
      stoodAside = true
      plainSpans?.flush()
      // What it still had is on its way; nobody is left to tell.
      guardAsync('stepping aside', () => shutDown([parts.traces, parts.meters, logs?.provider]))
    },
  })
  return {
    ...outlets(spans, metrics, plainSpans, () => logs),
    problems: [...spans.problems, ...metrics.problems, ...parts.problems],
    plainSpans,
    histogramsOn: (provider) => (provider === parts.meters ? metrics.histograms?.make : undefined),
    logs() {
      if (stoodAside) return undefined
      logs ??= loadLogs().startLogs(load, settings, parts.resource, warn)
      return logs.provider
    },
    get ownsSpans() {
      return !stoodAside && !limited
    },
    get stoodAside() {
      return stoodAside
    },
  }
}

/** What leaves the process, by whichever way. */
function outlets(
  spans: Exporters<SpanProcessor>,
  metrics: Exporters<IMetricReader>,
  plainSpans: PlainSpans | undefined,
  logs: () => Logs | undefined,
) {
  const deliveries = (): readonly Delivery[] =>
    [spans.delivery, metrics.delivery, logs()?.delivery].filter((one) => one !== undefined)
  const ended = (): readonly Flushable[] => [...spans.installed, ...(logs()?.installed ?? [])]
  return {
    deliveries,
    flush: (): Promise<void> => {
      plainSpans?.flush()
      return flush([...ended(), ...metrics.installed], deliveries())
    },
    handOverSpans: (): void => {
      plainSpans?.flush()
      // The batches go to the delivery at once; what becomes of them is counted there.
      guardAsync('handing over', () => Promise.allSettled(ended().map((one) => one.forceFlush())))
    },
  }
}

async function shutDown(
  providers: readonly ({ shutdown(): Promise<void> } | undefined)[],
): Promise<void> {
  await Promise.allSettled(providers.map(async (provider) => await provider?.shutdown()))
}

const loadLogs = () => onDemand('record/logs') as typeof import('./logs.ts')

function hasLimits({ spanLimits }: OtelSettings): boolean {
  const { attributeCountLimit, attributeValueLengthLimit } = spanLimits
  return attributeCountLimit !== undefined || attributeValueLengthLimit !== undefined
}

interface Wiring {
  readonly spanProcessors: readonly SpanProcessor[]
  readonly readers: readonly IMetricReader[]
  readonly resource: Resource
}

function createParts(load: Load, settings: OtelSettings, wiring: Wiring) {
  const { spanProcessors, readers, resource } = wiring
  const { RandomIdGenerator, TracerProvider } = load(
    '@opentelemetry/sdk-trace',
  ) as typeof import('@opentelemetry/sdk-trace')
  const { MeterProvider } = load(
    '@opentelemetry/sdk-metrics',
  ) as typeof import('@opentelemetry/sdk-metrics')
  const { AsyncLocalStorageContextManager } = load(
    '@opentelemetry/context-async-hooks',
  ) as typeof import('@opentelemetry/context-async-hooks')
  const ids = createIds(new RandomIdGenerator())
  const sampling = sampler(load, settings)
  const propagation = propagator(load, settings)
  const traces = new TracerProvider({
    resource,
    sampler: sampling.value,
    idGenerator: ids,
    spanLimits: settings.spanLimits,
    spanProcessors: [...spanProcessors],
  })
  const meters = new MeterProvider({
    resource,
    readers: [...readers],
    views: [exponentialCost(load)],
  })
  register(load, {
    traces,
    meters,
    context: new AsyncLocalStorageContextManager().enable(),
    propagator: propagation.value,
  })
  return {
    traces,
    meters,
    resource,
    sampler: sampling.value,
    ids,
    problems: [...sampling.problems, ...propagation.problems],
  }
}

interface Registered {
  readonly traces: TracerProvider
  readonly meters: MeterProvider
  readonly context: ContextManager
  readonly propagator: TextMapPropagator
}

function register(load: Load, { traces, meters, context, propagator }: Registered): void {
  const api = load('@opentelemetry/api') as typeof import('@opentelemetry/api')
  api.trace.setGlobalTracerProvider(traces)
  api.metrics.setGlobalMeterProvider(meters)
  api.context.setGlobalContextManager(context)
  api.propagation.setGlobalPropagator(propagator)
}

interface Flushable {
  forceFlush(): Promise<void>
}

async function flush(parts: readonly Flushable[], deliveries: readonly Delivery[]): Promise<void> {
  for (const delivery of deliveries) delivery.hurry(true)
  await Promise.allSettled(parts.map((part) => part.forceFlush()))
  await Promise.allSettled(deliveries.map((delivery) => delivery.settled()))
  for (const delivery of deliveries) delivery.hurry(false)
}

/** Where we own the provider the cost of a call is an exponential histogram: six decades, no boundaries to guess. */
function exponentialCost(load: Load): ViewOptions {
  const { AggregationType } = load(
    '@opentelemetry/sdk-metrics',
  ) as typeof import('@opentelemetry/sdk-metrics')
  return {
    instrumentName: METRIC_OPERATION_COST.name,
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
  }
}
