/** Instruments on whichever meter provider is registered now: an application may bring its own at any time. */

import type { Meter } from '@opentelemetry/api'
import { SCOPE_NAME } from '../semconv.ts'
import { apiRecord } from './otel-globals.ts'

/** What was made on the meter provider of this moment, made once for each; nothing where there is none. */
export function perMeterProvider<T>(
  version: string,
  create: (meter: Meter, provider: object) => T,
): () => T | undefined {
  const known = new WeakMap<object, T>()
  return () => {
    const provider = apiRecord().metrics
    if (provider === undefined) return undefined
    const existing = known.get(provider)
    if (existing !== undefined) return existing
    const created = create(provider.getMeter(SCOPE_NAME, version), provider)
    known.set(provider, created)
    return created
  }
}
