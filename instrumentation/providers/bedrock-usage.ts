/**
 * Usage as Bedrock states it, in three spellings: Converse, Amazon's own models, and the metrics that accompany every
 * invocation. `inputTokens` counts neither what was read from a cache nor what was written to it.
 * Source: Amazon Bedrock API reference, `TokenUsage`, `CacheDetail`; user guide, "Invoke model" (response headers,
 * `amazon-bedrock-invocationMetrics`). Read November 2026.
 */

import { at, count, isObject } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import type { UsageReading } from './protocol.ts'

export const INVOCATION_METRICS = 'amazon-bedrock-invocationMetrics'

/** Of Converse and of Amazon's models; nothing where there is no usage object. */
export function readTokenUsage(usage: unknown): UsageReading {
  if (!isObject(usage)) return {}
  return reading(usage['inputTokens'], usage['outputTokens'] ?? 0, {
    read: usage['cacheReadInputTokens'] ?? usage['cacheReadInputTokenCount'],
    written: usage['cacheWriteInputTokens'] ?? usage['cacheWriteInputTokenCount'],
    details: usage['cacheDetails'],
  })
}

/** Of the metrics beside an invocation's answer: all there is for models whose own form is not read. */
export function readInvocationMetrics(metrics: unknown): UsageReading {
  if (!isObject(metrics)) return {}
  return reading(metrics['inputTokenCount'], metrics['outputTokenCount'] ?? 0, {
    read: metrics['cacheReadInputTokenCount'],
    written: metrics['cacheWriteInputTokenCount'],
    details: undefined,
  })
}

interface CacheCounts {
  readonly read: unknown
  readonly written: unknown
  readonly details: unknown
}

function reading(inputTokens: unknown, outputTokens: unknown, cache: CacheCounts): UsageReading {
  const input = count(inputTokens)
  const output = count(outputTokens)
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  const written = count(cache.written) ?? 0
  const fiveMinutes = lifetime(cache.details, '5m')
  const oneHour = lifetime(cache.details, '1h')
  const usage = compactUsage({
    input,
    cacheRead: count(cache.read),
    cacheWrite: Math.max(0, written - fiveMinutes - oneHour),
    cacheWrite5m: fiveMinutes,
    cacheWrite1h: oneHour,
    output,
  })
  return fiveMinutes + oneHour > written ? { usage, usageReason: 'usage_inconsistent' } : { usage }
}

/** Tokens written to a cache of this lifetime, in a list of `{ttl, inputTokens}`. */
function lifetime(details: unknown, ttl: string): number {
  if (!Array.isArray(details)) return 0
  return (details as readonly unknown[])
    .filter((entry) => at(entry, 'ttl') === ttl)
    .reduce<number>((sum, entry) => sum + (count(at(entry, 'inputTokens')) ?? 0), 0)
}
