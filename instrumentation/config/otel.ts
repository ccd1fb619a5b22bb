/** The standard `OTEL_*` variables, as values: part of `config.ts`, which alone reads the environment. */

export type Environment = Readonly<Record<string, string | undefined>>

/** The standard `OTEL_*` variables that no package of OpenTelemetry JS applies by itself without `sdk-node`. */
export interface OtelSettings {
  readonly tracesExporters: readonly string[]
  readonly metricsExporters: readonly string[]
  readonly logsExporters: readonly string[]
  readonly tracesProtocol: string
  readonly metricsProtocol: string
  readonly logsProtocol: string
  /** Milliseconds; ours is 10,000 unless `OTEL_METRIC_EXPORT_INTERVAL` says otherwise. */
  readonly metricExportIntervalMs: number
  readonly metricExportTimeoutMs: number
  readonly propagators: readonly string[]
  readonly sampler: string
  /** `OTEL_TRACES_SAMPLER_ARG`: the ratio, 0 to 1. */
  readonly samplerRatio: number
  readonly spanLimits: {
    readonly attributeCountLimit?: number
    readonly attributeValueLengthLimit?: number
    readonly eventCountLimit?: number
    readonly linkCountLimit?: number
  }
  readonly logLimits: {
    readonly attributeCountLimit?: number
    readonly attributeValueLengthLimit?: number
  }
  readonly logBatch: {
    readonly scheduledDelayMillis?: number
    readonly maxExportBatchSize?: number
  }
  readonly batch: {
    readonly scheduledDelayMillis?: number
    readonly maxQueueSize?: number
    readonly maxExportBatchSize?: number
    readonly exportTimeoutMillis?: number
  }
}

/** Source: OpenTelemetry specification, "SDK environment variables". A bad number counts as absent, as it says there. */
export function readOtelSettings(env: Environment): OtelSettings {
  const list = (name: string, fallback: readonly string[]): readonly string[] => {
    const words = (env[name] ?? '').split(',').map((word) => word.trim())
    const named = words.filter((word) => word !== '')
    return named.length > 0 ? named : fallback
  }
  const protocol = (signal: string): string =>
    (env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'])?.trim() ||
    'http/protobuf'
  const number: ReadNumber = (...names) => {
    const values = names.map((name) => Number(env[name]?.trim() || NaN))
    return values.find((value) => Number.isFinite(value) && value >= 0)
  }
  const interval = number('OTEL_METRIC_EXPORT_INTERVAL') || 10_000
  return {
    tracesExporters: list('OTEL_TRACES_EXPORTER', ['otlp']),
    metricsExporters: list('OTEL_METRICS_EXPORTER', ['otlp']),
    logsExporters: list('OTEL_LOGS_EXPORTER', ['otlp']),
    tracesProtocol: protocol('TRACES'),
    metricsProtocol: protocol('METRICS'),
    logsProtocol: protocol('LOGS'),
    metricExportIntervalMs: interval,
    metricExportTimeoutMs: Math.min(number('OTEL_METRIC_EXPORT_TIMEOUT') || 30_000, interval),
    propagators: list('OTEL_PROPAGATORS', ['tracecontext', 'baggage']),
    sampler: env['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on',
    samplerRatio: Math.min(number('OTEL_TRACES_SAMPLER_ARG') ?? 1, 1),
    ...limitsOf(number),
  }
}

type ReadNumber = (...names: readonly string[]) => number | undefined

function limitsOf(
  number: ReadNumber,
): Pick<OtelSettings, 'spanLimits' | 'logLimits' | 'logBatch' | 'batch'> {
  const valueLength = number(
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  )
  return {
    spanLimits: {
      ...present(
        'attributeCountLimit',
        number('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
      ),
      ...present('attributeValueLengthLimit', valueLength),
      ...present('eventCountLimit', number('OTEL_SPAN_EVENT_COUNT_LIMIT')),
      ...present('linkCountLimit', number('OTEL_SPAN_LINK_COUNT_LIMIT')),
    },
    logLimits: {
      ...present(
        'attributeCountLimit',
        number('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
      ),
      ...present(
        'attributeValueLengthLimit',
        number('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
      ),
    },
    logBatch: {
      ...present('scheduledDelayMillis', number('OTEL_BLRP_SCHEDULE_DELAY')),
      ...present('maxExportBatchSize', number('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE')),
    },
    batch: {
      ...present('scheduledDelayMillis', number('OTEL_BSP_SCHEDULE_DELAY')),
      ...present('maxQueueSize', number('OTEL_BSP_MAX_QUEUE_SIZE')),
      ...present('maxExportBatchSize', number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE')),
      ...present('exportTimeoutMillis', number('OTEL_BSP_EXPORT_TIMEOUT')),
    },
  }
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V })
}
