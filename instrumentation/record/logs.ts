/** Our own log signal, for outcomes and costs where the application has none: loaded with the first of them. */

import type { Resource } from '@opentelemetry/resources'
import type { LoggerProvider, LogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { OtelSettings } from '../config.ts'
import type { Delivery } from './delivery.ts'
import { logProcessors } from './log-exporters.ts'
import type { Load } from './sdk-loading.ts'

export interface Logs {
  readonly provider: LoggerProvider
  /** What exports. */
  readonly installed: readonly LogRecordProcessor[]
  /** The OTLP/HTTP delivery, where there is one. */
  readonly delivery: Delivery | undefined
}

/** @param resource that of our spans and metrics: the same process */
export function startLogs(
  load: Load,
  settings: OtelSettings,
  resource: Resource,
  warn: (line: string) => void,
): Logs {
  const sdk = load('@opentelemetry/sdk-logs') as typeof import('@opentelemetry/sdk-logs')
  const { installed, delivery, problems } = logProcessors(load, settings)
  for (const problem of problems) warn(problem)
  const provider = new sdk.LoggerProvider({
    resource,
    logRecordLimits: settings.logLimits,
    processors: [...installed],
  })
  return { provider, installed, delivery }
}
