/**
 * OpenAI's images: generations, edits, variations. GPT Image models count tokens of text and image; DALL·E is billed by
 * the piece, at a price that size and quality make, and its answer counts nothing.
 * Source: OpenAI API reference, "Create image", "Create image edit", "Image Streaming"; types of `openai` 7.57.0. Read
 * November 2026.
 */

import type { Answer } from '../core/call.ts'
import { fromInclusive } from '../core/inclusive-usage.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { compactUsage, METERS, type Usage } from '../core/usage.ts'
import { parseRange } from '../wire/json-scan.ts'
import { openaiAttribution } from './attribution-shared.ts'
import { deployment, errorType, requestModel } from './openai-shared.ts'
import type {
  AnswerReader,
  AnswerState,
  FormFields,
  Protocol,
  Question,
  RequestFacts,
  UsageReading,
} from './protocol.ts'

export const openaiImages: Protocol = {
  name: 'openai.images',
  operation: 'image_generation',
  defaultProvider: 'openai',
  endings: ['generations', 'edits', 'variations'],
  claims: (path) => /\/images\/[a-z]+$/.test(path),
  requestKeys: new Set(['prompt', 'model', 'n', 'size', 'quality', 'stream', 'user']),
  facts(body, members, path) {
    if (members.get('prompt') === undefined) return undefined
    const value = (key: string): unknown => parseRange(body, members.get(key))
    return {
      ...asked(requestModel(body, members, path), count(value('n')), value),
      stream: value('stream') === true,
      attribution: openaiAttribution(body, new Map([...members].filter(([key]) => key === 'user'))),
    }
  },
  formFacts: (fields: FormFields, path) => ({
    ...asked(fields('model') ?? deployment(path), count(Number(fields('n') ?? 1)), fields),
    stream: fields('stream') === 'true',
  }),
  // Not `data`: the images.
  answerKeys: new Set(['created', 'usage', 'svg_usage', 'error']),
  telling: /"type"\s*:\s*"(?:image_(?:generation|edit)\.completed|error)"/,
  eventKeys: new Set(['type', 'usage', 'error']),
  createReader,
}

function asked(
  model: string | undefined,
  n: number | undefined,
  value: (key: string) => unknown,
): Omit<RequestFacts, 'stream'> {
  const imageSize = text(value('size'))
  const imageQuality = text(value('quality'))
  return {
    ...(model !== undefined ? { model } : {}),
    billed: compactUsage({ images: n ?? 1 }),
    priceContext: {
      ...(imageSize !== undefined && imageSize !== 'auto' ? { imageSize } : {}),
      ...(imageQuality !== undefined && imageQuality !== 'auto' ? { imageQuality } : {}),
    },
  }
}

function createReader({ facts, host }: Partial<Question> = {}): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const byThePiece = facts?.billed === undefined ? {} : { usage: facts.billed }
  let missing = facts?.billed?.images ?? 1
  const fail = (error: unknown): void => {
    state = 'broken'
    answer = { ...answer, errorType: errorType(error) }
  }
  return {
    body(json) {
      if (isObject(at(json, 'error'))) return fail(at(json, 'error'))
      state = 'complete'
      const usage = at(json, 'usage')
      // Both are of an answer with images in it; anything else may be anything.
      if (usage === undefined && at(json, 'created') === undefined) return
      const statedCost = isObject(usage) ? host?.usage?.(usage).statedCost : undefined
      answer = {
        ...(isObject(usage) && 'input_tokens' in usage ? tokens(usage) : byThePiece),
        // An SVG is written by another model, whose tokens have no price here.
        ...(isObject(at(json, 'svg_usage')) ? { usageReason: 'usage_incomplete' as const } : {}),
        ...(statedCost !== undefined ? { statedCost } : {}),
      }
    },
    event(said) {
      const type = at(said, 'type')
      if (type === 'error') return fail(at(said, 'error') ?? said)
      if (typeof type !== 'string' || !type.endsWith('.completed')) return
      missing -= 1
      answer = { ...answer, ...added(answer.usage, tokens(at(said, 'usage'))) }
      if (missing <= 0 && state === 'open') state = 'complete'
    },
    get state() {
      return state
    },
    answer() {
      const unfinished = answer.usage !== undefined && state === 'open'
      return unfinished ? { ...answer, usageReason: 'usage_incomplete' } : answer
    },
  }
}

/** Of the image models the output is image tokens, unless the details say otherwise. */
function tokens(usage: unknown): UsageReading {
  if (!isObject(usage)) return {}
  const input = count(usage['input_tokens'])
  const output = count(usage['output_tokens'])
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  const result = fromInclusive({
    input,
    imageInput: count(at(usage, 'input_tokens_details', 'image_tokens')),
    output,
    imageOutput: count(at(usage, 'output_tokens_details', 'image_tokens')) ?? output,
  })
  return 'problem' in result ? { usageReason: 'usage_inconsistent' } : result
}

/** Each image of a stream is counted by itself. */
function added(before: Usage | undefined, { usage, usageReason }: UsageReading): UsageReading {
  if (usage === undefined) return usageReason === undefined ? {} : { usageReason }
  const sums = METERS.map((meter) => [meter, (before?.[meter] ?? 0) + (usage[meter] ?? 0)])
  return { usage: compactUsage(Object.fromEntries(sums) as Usage) }
}
