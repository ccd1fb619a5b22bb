/**
 * The inclusive token counts that a span carries, by whoever emitted it, as disjoint buckets. Some emitters leave cached
 * tokens out of the input; which, their spans do not say, so counts that don't add up are no usage.
 */

import type { PriceContext } from './core/call.ts'
import type { CostReason } from './core/cost.ts'
import { fromInclusive, type InclusiveCounts } from './core/inclusive-usage.ts'
import type { Usage } from './core/usage.ts'
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
  const result = fromInclusive({
    input,
    output,
    cacheRead: count(names.ATTR_CACHE_READ_TOKENS),
    cacheWrite: cacheWrites(count),
    cacheWrite5m: count(names.ATTR_CACHE_WRITE_5M_TOKENS),
    cacheWrite1h: count(names.ATTR_CACHE_WRITE_1H_TOKENS),
    audioInput: count(names.ATTR_AUDIO_INPUT_TOKENS),
    imageInput: count(names.ATTR_IMAGE_INPUT_TOKENS),
    reasoning: count(names.ATTR_REASONING_TOKENS),
    audioOutput: count(names.ATTR_AUDIO_OUTPUT_TOKENS),
    imageOutput: count(names.ATTR_IMAGE_OUTPUT_TOKENS),
    ...otherCounts(count),
  })
  if ('problem' in result) return { usageReason: 'usage_inconsistent' }
  const whole = input !== undefined && (output !== undefined || operation === 'embeddings')
  return whole ? result : { ...result, usageReason: 'usage_incomplete' }
}

/** What only our own spans say. */
function otherCounts(count: (name: string) => number | undefined): InclusiveCounts {
  const named = Object.entries(names.USAGE_ATTRIBUTES)
  return Object.fromEntries(named.map(([meter, attribute]) => [meter, count(attribute)]))
}

/** What the price depends on beside the usage, as far as the span says it; `undefined` where it says nothing. */
export function spanContext(text: (name: string) => string | undefined): PriceContext | undefined {
  const stated: Record<string, string> = {}
  const serviceTier =
    text(names.ATTR_OPENAI_SERVICE_TIER) ?? text(names.ATTR_ANTHROPIC_SERVICE_TIER)
  if (serviceTier !== undefined) stated['serviceTier'] = serviceTier
  for (const [field, attribute] of Object.entries(names.PRICE_CONTEXT_ATTRIBUTES)) {
    const value = text(attribute)
    if (value !== undefined) stated[field] = value
  }
  return Object.keys(stated).length === 0 ? undefined : stated
}

/** All cache writes; some emitters state only the lifetimes, or a sum that is still 0. */
function cacheWrites(count: (name: string) => number | undefined): number | undefined {
  const stated =
    count(names.ATTR_CACHE_WRITE_TOKENS) ?? count(names.ATTR_CACHE_CREATION_TOKENS_LEGACY)
  const lifetimes = [
    names.ATTR_CACHE_WRITE_5M_TOKENS,
    names.ATTR_CACHE_WRITE_1H_TOKENS,
    names.USAGE_ATTRIBUTES.cacheWrite30m,
    names.USAGE_ATTRIBUTES.cacheWrite12h,
  ].reduce((sum, name) => sum + (count(name) ?? 0), 0)
  return stated === undefined ? undefined : Math.max(stated, lifetimes)
}
