/** Log exporters as `OTEL_LOGS_EXPORTER` and `OTEL_EXPORTER_OTLP_PROTOCOL` choose them: loaded with the first event. */

import type { LogRecordExporter, LogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { OtelSettings } from '../config.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { readEndpoint } from './endpoint.ts'
import {
  collect,
  contentType,
  countItems,
  delegate,
  transformer,
  type Exporters,
} from './exporters.ts'
import { createLogBatches } from './log-batches.ts'
import type { Load } from './sdk-loading.ts'

/** Log record processors that export, in the order of the setting. */
export function logProcessors(load: Load, settings: OtelSettings): Exporters<LogRecordProcessor> {
  const sdk = load('@opentelemetry/sdk-logs') as typeof import('@opentelemetry/sdk-logs')
  const batch = (exporter: LogRecordExporter): LogRecordProcessor =>
    createLogBatches(exporter, settings.logBatch)
  let delivery: Delivery | undefined
  const chosen = {
    names: settings.logsExporters,
    variable: 'OTEL_LOGS_EXPORTER',
    protobuf: settings.logsProtocol === 'http/protobuf',
  }
  return collect<LogRecordProcessor>(chosen, () => delivery, {
    console: () =>
      new sdk.SimpleLogRecordProcessor({ exporter: new sdk.ConsoleLogRecordExporter() }),
    otlp: () => {
      if (settings.logsProtocol === 'grpc') {
        const { OTLPLogExporter } = load(
          '@opentelemetry/exporter-logs-otlp-grpc',
        ) as typeof import('@opentelemetry/exporter-logs-otlp-grpc')
        return batch(new OTLPLogExporter())
      }
      const { JsonLogsSerializer, ProtobufLogsSerializer } = transformer(load)
      const json = settings.logsProtocol === 'http/json'
      delivery = createDelivery(readEndpoint(load, 'LOGS', contentType(json)))
      return batch(
        delegate(json ? JsonLogsSerializer : ProtobufLogsSerializer, delivery, countItems),
      )
    },
  })
}
