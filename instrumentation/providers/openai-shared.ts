/**
 * What the protocols of OpenAI share: identity, errors, and usage objects. `prompt_tokens` and `input_tokens` contain cached, cache-writing and audio tokens;
 * `completion_tokens` and `output_tokens` contain reasoning and audio tokens.
 * Source: OpenAI API reference, "The chat completion object" and "The response object", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { compactUsage, type Meter } from '../core/usage.ts'
import type { Host, HostUsage } from './host.ts'
import { parseRange } from '../wire/json-scan.ts'
import type { BodyMembers, UsageReading } from './protocol.ts'

interface Pieces {
  readonly webSearches?: number | undefined
  readonly fileSearches?: number | undefined
  readonly citations?: number | undefined
}

/** What a usage object says: of the usage, and at some hosts of the price. */
export type OpenAIUsage = UsageReading & Pick<Answer, 'context' | 'statedCost'>

/** Reads either spelling; absent or malformed totals are `usage_missing`. */
export function readOpenAIUsage(
  usage: unknown,
  { pieces = {}, host }: { readonly pieces?: Pieces; readonly host?: Host | undefined } = {},
): OpenAIUsage {
  if (!isObject(usage)) return {}
  const own = host?.usage?.(usage)
  const reading = readCounts(
    usage,
    own === undefined ? pieces : { ...pieces, ...searches(own) },
    own,
  )
  if (own === undefined) return reading
  const { context, statedCost } = own
  return {
    ...reading,
    ...(context !== undefined ? { context } : {}),
    ...(statedCost !== undefined ? { statedCost } : {}),
  }
}

function searches({ webSearches, citations }: HostUsage): Pieces {
  return {
    ...(webSearches !== undefined ? { webSearches } : {}),
    ...(citations !== undefined ? { citations } : {}),
  }
}

function readCounts(usage: JsonObject, pieces: Pieces, own: HostUsage | undefined): UsageReading {
  const input = count(usage['prompt_tokens'] ?? usage['input_tokens'])
  const output = count(usage['completion_tokens'] ?? usage['output_tokens'] ?? 0)
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  return split(usage, { input, output }, pieces, own)
}

function split(
  usage: JsonObject,
  { input, output }: { readonly input: number; readonly output: number },
  pieces: Pieces,
  own: HostUsage | undefined,
): UsageReading {
  const inputDetails = details(usage['prompt_tokens_details'] ?? usage['input_tokens_details'])
  const outputDetails = details(
    usage['completion_tokens_details'] ?? usage['output_tokens_details'],
  )
  const cacheRead = own?.cacheRead ?? count(inputDetails['cached_tokens']) ?? 0
  const cacheWrite = count(inputDetails['cache_write_tokens']) ?? 0
  const audioInput = count(inputDetails['audio_tokens']) ?? 0
  const reasoning = count(outputDetails['reasoning_tokens']) ?? 0
  const audioOutput = count(outputDetails['audio_tokens']) ?? 0
  const plainInput = input - cacheRead - cacheWrite - audioInput
  const plainOutput = output - audioOutput - (own?.reasoningApart === true ? 0 : reasoning)
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
  put(parts, 'citations', pieces.citations ?? 0)
  return { usage: parts }
}

function put(usage: Partial<Record<Meter, number>>, meter: Meter, quantity: number): void {
  if (quantity > 0) usage[meter] = quantity
}

const NO_DETAILS: JsonObject = {}

function details(value: unknown): JsonObject {
  return isObject(value) ? value : NO_DETAILS
}

/**
 * The model asked for. Azure has it in the path, as a deployment's name, and takes requests that say it nowhere else.
 * Source: Azure OpenAI reference, "Data plane inference", `deployment-id`, read November 2026.
 */
export function requestModel(body: string, members: BodyMembers, path: string): string | undefined {
  return text(parseRange(body, members.get('model'))) ?? deployment(path)
}

const DEPLOYMENT = /\/deployments\/([^/]+)\//

export function deployment(path: string): string | undefined {
  const encoded = DEPLOYMENT.exec(path)?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded // a stray percent sign: the name as it stands
  }
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
