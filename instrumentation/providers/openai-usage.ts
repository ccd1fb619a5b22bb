/**
 * OpenAI's usage objects. `prompt_tokens` and `input_tokens` contain cached, cache-writing and audio tokens;
 * `completion_tokens` and `output_tokens` contain reasoning and audio tokens.
 * Source: OpenAI API reference, "The chat completion object" and "The response object", read November 2026.
 */

import type { CostReason } from '../core/cost.ts'
import { at, count, isObject } from '../core/unknown.ts'
import { compactUsage, type Usage } from '../core/usage.ts'

export interface UsageReading {
  readonly usage?: Usage
  readonly usageReason?: CostReason
}

/** Reads either spelling; absent or malformed totals are `usage_missing`. */
export function readOpenAIUsage(
  usage: unknown,
  pieces: { readonly webSearches?: number; readonly fileSearches?: number } = {},
): UsageReading {
  if (!isObject(usage)) return {}
  const input = count(usage['prompt_tokens'] ?? usage['input_tokens'])
  const output = count(usage['completion_tokens'] ?? usage['output_tokens'] ?? 0)
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  const inputDetails = usage['prompt_tokens_details'] ?? usage['input_tokens_details']
  const outputDetails = usage['completion_tokens_details'] ?? usage['output_tokens_details']
  const cacheRead = count(at(inputDetails, 'cached_tokens')) ?? 0
  const cacheWrite = count(at(inputDetails, 'cache_write_tokens')) ?? 0
  const audioInput = count(at(inputDetails, 'audio_tokens')) ?? 0
  const reasoning = count(at(outputDetails, 'reasoning_tokens')) ?? 0
  const audioOutput = count(at(outputDetails, 'audio_tokens')) ?? 0
  const plainInput = input - cacheRead - cacheWrite - audioInput
  const plainOutput = output - reasoning - audioOutput
  if (plainInput < 0 || plainOutput < 0) {
    // Parts above their total: the totals are what is billed, the split is not known.
    return { usage: compactUsage({ input, output }), usageReason: 'usage_inconsistent' }
  }
  return {
    usage: compactUsage({
      input: plainInput,
      cacheRead,
      cacheWrite,
      audioInput,
      output: plainOutput,
      reasoning,
      audioOutput,
      ...pieces,
    }),
  }
}
