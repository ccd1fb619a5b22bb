/**
 * The one file that looks at OpenTelemetry's global registrations. It reads them where the API keeps them, because an
 * API of 1.10 ignores what one of 1.9 registered (measured), and an application may bring either.
 */

import type {
  Context,
  ContextManager,
  LoggerProvider,
  MeterProvider,
  TracerProvider,
} from '@opentelemetry/api'
import { ROOT_CONTEXT } from '../otel-api.ts'

/** What `@opentelemetry/api` 1.x keeps under its global symbol. */
export interface ApiRecord {
  readonly version?: string
  readonly trace?: TracerProvider
  readonly metrics?: MeterProvider
  readonly context?: ContextManager
  readonly propagation?: unknown
  readonly diag?: unknown
  readonly logs?: LoggerProvider
}

export const API_KEY = Symbol.for('opentelemetry.js.api.1')

export function apiRecord(): ApiRecord {
  return (globalThis as { [API_KEY]?: ApiRecord })[API_KEY] ?? {}
}

/** Whether somebody has set up any of the signals. A logger for diagnostics is no set-up. */
export function isSetUp(): boolean {
  const { trace, metrics, context, propagation } = apiRecord()
  return [trace, metrics, context, propagation].some((part) => part !== undefined)
}

/** Where `@opentelemetry/api-logs` registers, which APIs before 1.10 have beside them; asked for by version. */
const LOGS_API_KEY = Symbol.for('io.opentelemetry.js.api.logs')
const LOGS_API_VERSION = 1

/** The logger provider that the application has registered, if any. */
export function loggerProvider(): LoggerProvider | undefined {
  const { logs } = apiRecord()
  if (logs !== undefined) return logs
  type Getter = (version: number) => LoggerProvider | undefined
  const registered = (globalThis as { [LOGS_API_KEY]?: Getter })[LOGS_API_KEY]
  return typeof registered === 'function' ? registered(LOGS_API_VERSION) : undefined
}

export function activeContext(): Context {
  return apiRecord().context?.active() ?? ROOT_CONTEXT
}

export function withContext<T>(context: Context, run: () => T): T {
  const manager = apiRecord().context
  return manager === undefined ? run() : manager.with(context, run)
}

/** As `suppressTracing` of `@opentelemetry/core` marks it. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

export function isTracingSuppressed(): boolean {
  return activeContext().getValue(SUPPRESS_TRACING) === true
}

/** Runs what nobody is to see as a call: our own requests. */
export function untraced<T>(run: () => T): T {
  return withContext(activeContext().setValue(SUPPRESS_TRACING, true), run)
}
