/**
 * The inclusive token counts that a span carries, by whoever emitted it, as disjoint buckets. Some emitters leave cached
 * tokens out of the input; which, their spans do not say, so counts that don't add up are no usage.
 */

import type { CostReason } from './core/cost.ts'
import { compactUsage, type Usage } from './core/usage.ts'
import * as names from './semconv.ts'

export interface SpanUsage {
  /** Absent where the span reports none, or none that adds up. */
  readonly usage?: Usage
  readonly usageReason?: CostReason
}

/** @param count the attribute of that name as a count, or `undefined` */
export function spanUsage(
  count: (name: string) => number | undefined,
  operation: string | undefined,
): SpanUsage {
  const input = count(names.ATTR_INPUT_TOKENS)
  const output = count(names.ATTR_OUTPUT_TOKENS)
  if (input === undefined && output === undefined) return { usageReason: 'usage_missing' }
  const buckets = disjoint(count, input ?? 0, output ?? 0)
  if (Object.values(buckets).some((quantity) => quantity < 0)) {
    return { usageReason: 'usage_inconsistent' }
  }
  const usage = compactUsage(buckets)
  const whole = input !== undefined && (output !== undefined || operation === 'embeddings')
  return whole ? { usage } : { usage, usageReason: 'usage_incomplete' }
}

function disjoint(
  count: (name: string) => number | undefined,
  input: number,
  output: number,
): Record<string, number> {
  const of = (name: string): number => count(name) ?? 0
  const cacheRead = of(names.ATTR_CACHE_READ_TOKENS)
  const cacheWrite5m = of(names.ATTR_CACHE_WRITE_5M_TOKENS)
  const cacheWrite1h = of(names.ATTR_CACHE_WRITE_1H_TOKENS)
  const stated = count(names.ATTR_CACHE_WRITE_TOKENS) ?? of(names.ATTR_CACHE_CREATION_TOKENS_LEGACY)
  const written = Math.max(stated, cacheWrite5m + cacheWrite1h)
  const audioInput = of(names.ATTR_AUDIO_INPUT_TOKENS)
  const imageInput = of(names.ATTR_IMAGE_INPUT_TOKENS)
  const audioOutput = of(names.ATTR_AUDIO_OUTPUT_TOKENS)
  const imageOutput = of(names.ATTR_IMAGE_OUTPUT_TOKENS)
  const reasoning = of(names.ATTR_REASONING_TOKENS)
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
