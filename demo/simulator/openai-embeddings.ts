/**
 * `POST /v1/embeddings`. Shapes: OpenAI API reference, "Create embeddings" (platform.openai.com/docs/api-reference/
 * embeddings), read 2026-11-24. The client asks for base64 unless told otherwise (`openai` 7.57.0).
 */

import { count } from '../../instrumentation/core/unknown.ts'
import { tokensOf } from './tokens.ts'
import type { WireFormat } from './wire-format.ts'

/** text-embedding-3-small: platform.openai.com/docs/guides/embeddings, read 2026-11-24. */
const DIMENSIONS = 1536

export const openaiEmbeddings: WireFormat = {
  protocol: 'embeddings',
  provider: 'openai',
  match: (path) => (path === '/v1/embeddings' ? {} : undefined),
  read: (body) => ({
    parts: { system: 0, history: 0, tools: 0, rest: embeddingInputs(body['input']).total },
    maxOutputTokens: 0,
  }),
  plain(answer) {
    const { body, model, inputTokens } = answer.request
    const length = count(body['dimensions']) ?? DIMENSIONS
    const vector = embeddingOf(length)
    const embedding =
      body['encoding_format'] === 'base64'
        ? Buffer.from(Float32Array.from(vector).buffer).toString('base64')
        : vector
    return {
      object: 'list',
      data: embeddingInputs(body['input']).each.map((_, index) => ({
        object: 'embedding',
        index,
        embedding,
      })),
      model,
      usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
    }
  },
  told: (answer) => answer.usage,
}

/** A vector of this many numbers, as single precision has them. */
export function embeddingOf(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => Math.fround(Math.sin(index + 1) / 40))
}

/** Tokens of each input, and of all: a text, a list of texts, a list of token ids, or a list of such lists. */
export function embeddingInputs(input: unknown): {
  readonly each: readonly number[]
  readonly total: number
} {
  const each = inputs(input)
  return { each, total: each.reduce((sum, one) => sum + one, 0) }
}

function inputs(input: unknown): readonly number[] {
  if (typeof input === 'string') return [tokensOf(input)]
  if (!Array.isArray(input)) return []
  const list: readonly unknown[] = input
  if (list.every((each) => typeof each === 'number')) return [list.length]
  return list.map((each) => (Array.isArray(each) ? each.length : tokensOf(String(each))))
}
