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
    parts: { system: 0, history: 0, tools: 0, rest: inputs(body['input']).reduce(add, 0) },
    maxOutputTokens: 0,
  }),
  plain(answer) {
    const { body, model, inputTokens } = answer.request
    const length = count(body['dimensions']) ?? DIMENSIONS
    const vector = Float32Array.from({ length }, (_, index) => Math.sin(index + 1) / 40)
    const embedding =
      body['encoding_format'] === 'base64'
        ? Buffer.from(vector.buffer).toString('base64')
        : Array.from(vector)
    return {
      object: 'list',
      data: inputs(body['input']).map((_, index) => ({ object: 'embedding', index, embedding })),
      model,
      usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
    }
  },
  told: (answer) => answer.usage,
}

const add = (left: number, right: number): number => left + right

/** Tokens of each input: a text, a list of texts, a list of token ids, or a list of such lists. */
function inputs(input: unknown): readonly number[] {
  if (typeof input === 'string') return [tokensOf(input)]
  if (!Array.isArray(input)) return []
  const list: readonly unknown[] = input
  if (list.every((each) => typeof each === 'number')) return [list.length]
  return list.map((each) => (Array.isArray(each) ? each.length : tokensOf(String(each))))
}
