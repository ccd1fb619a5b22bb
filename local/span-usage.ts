/** The conventions' inclusive token counts on a span, as reported and as the price list's disjoint buckets. */

import type { CostReason } from '../instrumentation/core/cost.ts'
import { compactUsage, type Usage } from '../instrumentation/core/usage.ts'
import * as semconv from '../instrumentation/semconv.ts'
import type { AttributeReader } from './attribute-reader.ts'
import type { CallRow } from './row.ts'

type TokenFields = Pick<
  CallRow,
  'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'reasoningTokens'
>

export interface CallUsage {
  readonly tokens: TokenFields
  /** Absent where the span reports none, or none that adds up. */
  readonly usage?: Usage
  readonly reason?: CostReason
}

export function callUsage(read: AttributeReader): CallUsage {
  const input = read.count(semconv.ATTR_INPUT_TOKENS)
  const output = read.count(semconv.ATTR_OUTPUT_TOKENS)
  const cacheRead = read.count(semconv.ATTR_CACHE_READ_TOKENS)
  const cacheWrite =
    read.count(semconv.ATTR_CACHE_WRITE_TOKENS) ??
    read.count(semconv.ATTR_CACHE_CREATION_TOKENS_LEGACY)
  const reasoning = read.count(semconv.ATTR_REASONING_TOKENS)
  const tokens = {
    ...(input === undefined ? {} : { inputTokens: input }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(cacheRead === undefined ? {} : { cacheReadTokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  }
  if (input === undefined && output === undefined) return { tokens, reason: 'usage_missing' }
  const buckets = disjoint(read, input ?? 0, output ?? 0, cacheRead ?? 0, cacheWrite ?? 0)
  // Some emitters leave cached tokens out of the input; which, their spans do not say.
  const consistent = Object.values(buckets).every((quantity) => quantity >= 0)
  if (!consistent) return { tokens, reason: 'usage_inconsistent' }
  const usage = compactUsage(buckets)
  if (input === undefined) return { tokens, usage, reason: 'usage_incomplete' }
  const embeddings = read.text(semconv.ATTR_OPERATION_NAME) === 'embeddings'
  if (output === undefined && !embeddings) return { tokens, usage, reason: 'usage_incomplete' }
  return { tokens, usage }
}

function disjoint(
  read: AttributeReader,
  input: number,
  output: number,
  cacheRead: number,
  cacheWrite: number,
): Record<string, number> {
  const of = (name: string): number => read.count(name) ?? 0
  const cacheWrite5m = of(semconv.ATTR_CACHE_WRITE_5M_TOKENS)
  const cacheWrite1h = of(semconv.ATTR_CACHE_WRITE_1H_TOKENS)
  const audioInput = of(semconv.ATTR_AUDIO_INPUT_TOKENS)
  const imageInput = of(semconv.ATTR_IMAGE_INPUT_TOKENS)
  const audioOutput = of(semconv.ATTR_AUDIO_OUTPUT_TOKENS)
  const imageOutput = of(semconv.ATTR_IMAGE_OUTPUT_TOKENS)
  const reasoning = of(semconv.ATTR_REASONING_TOKENS)
  const written = Math.max(cacheWrite, cacheWrite5m + cacheWrite1h)
  return {
    input: input - cacheRead - written - audioInput - imageInput,
    cacheRead,
    cacheWrite: written - cacheWrite5m - cacheWrite1h,
    cacheWrite5m,
    cacheWrite1h,
    audioInput,
    imageInput,
    output: output - reasoning - audioOutput - imageOutput,
    reasoning,
    audioOutput,
    imageOutput,
  }
}
