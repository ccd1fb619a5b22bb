/** Histograms are aggregated here only where one reader of ours is all there is, and wants them cumulative. */

import { createRequire } from 'node:module'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, expect, test, vi } from 'vitest'
import { readConfig } from '../../instrumentation/config.ts'
import { metricReaders } from '../../instrumentation/record/exporters.ts'
import { createOwnHistograms } from '../../instrumentation/record/histograms.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test.each([
  ['otlp', undefined, true],
  ['console', undefined, true],
  ['otlp,none', undefined, true],
  ['otlp', 'cumulative', true],
  ['otlp', 'delta', false],
  ['otlp', 'lowmemory', false],
  ['otlp,console', undefined, false],
  ['none', undefined, false],
])('exporters %s, temporality %s: %s', (exporters, temporality, own) => {
  vi.stubEnv('OTEL_METRICS_EXPORTER', exporters)
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', temporality)
  const { otel } = readConfig()
  const { histograms } = metricReaders(createRequire(import.meta.url), otel, () =>
    createOwnHistograms({ name: 'test' }, resourceFromAttributes({})),
  )
  expect(histograms !== undefined).toBe(own)
})
