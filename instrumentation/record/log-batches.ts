/**
 * Batches log records for an exporter. The SDK's own processor hands its first batch over a turn later, which at
 * `process.exit` is never: this one hands all over at once when it is flushed.
 */

import type {
  LogRecordExporter,
  LogRecordProcessor,
  ReadableLogRecord,
} from '@opentelemetry/sdk-logs'
import { untraced } from './otel-globals.ts'

export interface LogBatchLimits {
  /** Milliseconds. Default 1,000, as `OTEL_BLRP_SCHEDULE_DELAY`. */
  readonly scheduledDelayMillis?: number
  /** Default 512, as `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE`. */
  readonly maxExportBatchSize?: number
}

export function createLogBatches(
  exporter: LogRecordExporter,
  limits: LogBatchLimits,
): LogRecordProcessor {
  const { scheduledDelayMillis = 1_000 } = limits
  const batchSize = limits.maxExportBatchSize || 512
  let waiting: ReadableLogRecord[] = []
  let timer: NodeJS.Timeout | undefined
  const handOver = (): void => {
    clearTimeout(timer)
    timer = undefined
    const records = waiting
    waiting = []
    untraced(() => {
      while (records.length > 0) exporter.export(records.splice(0, batchSize), () => undefined)
    })
  }
  const flush = async (): Promise<void> => {
    handOver()
    await exporter.forceFlush()
  }
  return {
    onEmit(record) {
      waiting.push(record)
      if (waiting.length >= batchSize) handOver()
      else timer ??= setTimeout(handOver, scheduledDelayMillis).unref()
    },
    forceFlush: flush,
    async shutdown() {
      await flush()
      await exporter.shutdown()
    },
  }
}
