/**
 * What Bedrock's protocols share. Usage comes in three spellings: Converse, Amazon's own models, and the metrics that accompany every
 * invocation. `inputTokens` counts neither what was read from a cache nor what was written to it.
 * Source: Amazon Bedrock API reference, `TokenUsage`, `CacheDetail`; user guide, "Invoke model" (response headers,
 * `amazon-bedrock-invocationMetrics`). Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import type { AnswerReader, AnswerState, UsageReading } from './protocol.ts'

const INVOCATION_METRICS = 'amazon-bedrock-invocationMetrics'

/** Of Converse and of Amazon's models; nothing where there is no usage object. */
function readTokenUsage(usage: unknown): UsageReading {
  if (!isObject(usage)) return {}
  return reading(usage['inputTokens'], usage['outputTokens'] ?? 0, {
    read: usage['cacheReadInputTokens'] ?? usage['cacheReadInputTokenCount'],
    written: usage['cacheWriteInputTokens'] ?? usage['cacheWriteInputTokenCount'],
    details: usage['cacheDetails'],
  })
}

/** Of the metrics beside an invocation's answer: all there is for models whose own form is not read. */
export function readInvocationMetrics(said: unknown): UsageReading | undefined {
  const metrics = at(said, INVOCATION_METRICS)
  if (!isObject(metrics)) return undefined
  return reading(metrics['inputTokenCount'], metrics['outputTokenCount'] ?? 0, {
    read: metrics['cacheReadInputTokenCount'],
    written: metrics['cacheWriteInputTokenCount'],
    details: undefined,
  })
}

/** Bedrock counts the tokens of every model in headers of an answer that is not streamed. */
export function readHeaderCounts(value: (name: string) => string | null | undefined): UsageReading {
  const of = (name: string): number | undefined => {
    const said = value(`x-amzn-bedrock-${name}-token-count`)
    return said === null || said === undefined || said === '' ? undefined : Number(said)
  }
  const input = of('input')
  if (input === undefined) return {}
  return reading(input, of('output') ?? 0, {
    read: of('cache-read-input'),
    written: of('cache-write-input'),
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

/** `…/model/us.amazon.nova-lite-v1%3A0/converse`: the model that a path of Bedrock's runtime names. */
export function bedrockModel(path: string): { readonly model?: string } {
  const encoded = /\/model\/([^/]+)\/[a-z-]+$/.exec(path)?.[1]
  if (encoded === undefined) return {}
  try {
    return { model: decodeURIComponent(encoded) }
  } catch {
    return { model: encoded } // a stray percent sign: the name as it stands
  }
}

/** Of Converse, whose form the answers of Amazon's own models have as well. A stream event is an object named by its type. */
export function createConverseReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const take = (said: unknown): void => {
    const stop = text(at(said, 'stopReason'))
    answer = {
      ...answer,
      ...readTokenUsage(at(said, 'usage')),
      ...(stop !== undefined ? { finishReasons: [stop] } : {}),
    }
    const serviceTier = text(at(said, 'serviceTier', 'type'))
    const latency = text(at(said, 'performanceConfig', 'latency'))
    if (serviceTier === undefined && latency === undefined) return
    answer = {
      ...answer,
      context: {
        ...answer.context,
        ...(serviceTier !== undefined ? { serviceTier } : {}),
        ...(latency !== undefined ? { speed: latency } : {}),
      },
    }
  }
  return {
    body(json) {
      take(json)
      if (state === 'open') state = 'complete'
    },
    event(said) {
      const failure = text(at(said, 'exception', 'type'))
      if (failure !== undefined) {
        state = 'broken'
        answer = { ...answer, errorType: failure }
        return
      }
      if (isObject(at(said, 'messageStop'))) take(at(said, 'messageStop'))
      if (!isObject(at(said, 'metadata'))) return
      take(at(said, 'metadata'))
      // The last event; the client itself may hang up without reading on.
      state = 'complete'
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}
