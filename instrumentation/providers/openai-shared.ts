/**
 * What the protocols of OpenAI share: identity, errors, and usage objects. `prompt_tokens` and `input_tokens` contain cached, cache-writing and audio tokens;
 * `completion_tokens` and `output_tokens` contain reasoning and audio tokens.
 * Source: OpenAI API reference, "The chat completion object" and "The response object", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { compactUsage, type Meter } from '../core/usage.ts'
import type { UsageReading } from './protocol.ts'

interface Pieces {
  readonly webSearches?: number
  readonly fileSearches?: number
}

/** Reads either spelling; absent or malformed totals are `usage_missing`. */
export function readOpenAIUsage(usage: unknown, pieces: Pieces = {}): UsageReading {
  if (!isObject(usage)) return {}
  const input = count(usage['prompt_tokens'] ?? usage['input_tokens'])
  const output = count(usage['completion_tokens'] ?? usage['output_tokens'] ?? 0)
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  return split(usage, { input, output }, pieces)
}

function split(
  usage: JsonObject,
  { input, output }: { readonly input: number; readonly output: number },
  pieces: Pieces,
): UsageReading {
  const inputDetails = details(usage['prompt_tokens_details'] ?? usage['input_tokens_details'])
  const outputDetails = details(
    usage['completion_tokens_details'] ?? usage['output_tokens_details'],
  )
  const cacheRead = count(inputDetails['cached_tokens']) ?? 0
  const cacheWrite = count(inputDetails['cache_write_tokens']) ?? 0
  const audioInput = count(inputDetails['audio_tokens']) ?? 0
  const reasoning = count(outputDetails['reasoning_tokens']) ?? 0
  const audioOutput = count(outputDetails['audio_tokens']) ?? 0
  const plainInput = input - cacheRead - cacheWrite - audioInput
  const plainOutput = output - reasoning - audioOutput
  if (plainInput < 0 || plainOutput < 0) {
    // Parts above their total: the totals are what is billed, the split is not known.
    return { usage: compactUsage({ input, output }), usageReason: 'usage_inconsistent' }
  }
  // In the order of the meters, as `compactUsage` has them, without its walk through all of them.
  const parts: Partial<Record<Meter, number>> = {}
  put(parts, 'input', plainInput)
  put(parts, 'cacheRead', cacheRead)
  put(parts, 'cacheWrite', cacheWrite)
  put(parts, 'audioInput', audioInput)
  put(parts, 'output', plainOutput)
  put(parts, 'reasoning', reasoning)
  put(parts, 'audioOutput', audioOutput)
  put(parts, 'webSearches', pieces.webSearches ?? 0)
  put(parts, 'fileSearches', pieces.fileSearches ?? 0)
  return { usage: parts }
}

function put(usage: Partial<Record<Meter, number>>, meter: Meter, quantity: number): void {
  if (quantity > 0) usage[meter] = quantity
}

const NO_DETAILS: JsonObject = {}

function details(value: unknown): JsonObject {
  return isObject(value) ? value : NO_DETAILS
}

/** `id`, `model` and `service_tier`, which chunks repeat and usage chunks may leave out. */
export function identity(json: unknown): Answer {
  const id = text(at(json, 'id'))
  const model = text(at(json, 'model'))
  const serviceTier = text(at(json, 'service_tier'))
  return {
    ...(id !== undefined ? { id } : {}),
    ...(model !== undefined ? { model } : {}),
    ...(serviceTier !== undefined ? { context: { serviceTier } } : {}),
  }
}

/** `error.type` of an error object in OpenAI's form: its code where it has one, else its type. */
export function errorType(error: unknown): string {
  return text(at(error, 'code')) ?? text(at(error, 'type')) ?? 'error'
}
