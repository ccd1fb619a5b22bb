/** Where a signal goes: the standard `OTEL_EXPORTER_OTLP_*` variables, as OpenTelemetry's own code reads them. */

import type { Agent } from 'node:http'
import type { Load } from './sdk-loading.ts'

export interface Endpoint {
  readonly signal: 'traces' | 'metrics' | 'logs'
  readonly url: string
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  /** The headers once they are known; for process end, which can't wait. */
  readonly knownHeaders: () => Readonly<Record<string, string>>
  readonly gzip: boolean
  /** Milliseconds for an attempt. */
  readonly timeoutMs: number
  /** Always the same, which keeps connections open. */
  readonly agent: (protocol: string) => Agent | Promise<Agent>
}

/** OTLP specification: `OTEL_EXPORTER_OTLP_TIMEOUT` is 10 s unless set. */
export const DEFAULT_TIMEOUT_MS = 10_000

export function readEndpoint(
  load: Load,
  signal: 'TRACES' | 'METRICS' | 'LOGS',
  contentType: string,
): Endpoint {
  // Deprecated for exporters that take settings in code; for the environment it has no successor yet.
  const { convertLegacyHttpOptions } = load(
    '@opentelemetry/otlp-exporter-base/node-http',
  ) as typeof import('@opentelemetry/otlp-exporter-base/node-http')
  const name = signal.toLowerCase() as Endpoint['signal']
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const options = convertLegacyHttpOptions({}, signal, `v1/${name}`, {
    'Content-Type': contentType,
  })
  let known: Readonly<Record<string, string>> = { 'Content-Type': contentType }
  const headers = async (): Promise<Readonly<Record<string, string>>> => {
    known = await options.headers()
    return known
  }
  headers().catch(() => undefined) // asked again, and reported, with the first batch
  // Each that the factory makes has connections of its own: with one for each batch none would be used twice.
  let kept: Promise<Agent> | undefined
  const agent = (protocol: string): Promise<Agent> => {
    kept ??= Promise.resolve(options.agentFactory(protocol)).catch((error: unknown) => {
      kept = undefined // a certificate that can't be read may be there by the next batch
      throw error
    })
    return kept
  }
  return {
    signal: name,
    url: options.url,
    headers,
    knownHeaders: () => known,
    gzip: options.compression === 'gzip',
    timeoutMs: options.timeoutMillis,
    agent,
  }
}
