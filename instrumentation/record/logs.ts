/** Our own log signal, for outcomes and costs where the application has none: loaded with the first of them. */

import type { Resource } from '@opentelemetry/resources'
import type { LoggerProvider, LogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { OtelSettings } from '../config.ts'
import type { Delivery } from './delivery.ts'
import { logProcessors } from './exporters.ts'
import type { Load } from './sdk-loading.ts'

export interface Logs {
  /** Made when it is first asked for. */
  provider(): LoggerProvider
  /** What exports; nothing before the first record. */
  readonly installed: readonly LogRecordProcessor[]
  /** The OTLP/HTTP delivery, where there is one. */
  readonly delivery: Delivery | undefined
  shutdown(): Promise<void>
}

/** @param resource that of our spans and metrics: the same process */
export function createLogs(
  load: Load,
  settings: OtelSettings,
  resource: Resource,
  warn: (line: string) => void,
): Logs {
  let made: ReturnType<typeof make> | undefined
  const make = () => {
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
  return {
    provider() {
      made ??= make()
      return made.provider
    },
    get installed() {
      return made?.installed ?? []
    },
    get delivery() {
      return made?.delivery
    },
    async shutdown() {
      await made?.provider.shutdown()
    },
  }
}
