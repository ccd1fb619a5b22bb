/**
 * `POST /v2/embed` and `/v2/rerank`.
 *
 * Shapes: Cohere API reference v2, "Embed" and "Rerank" (docs.cohere.com/reference), compared with the types of
 * `cohere-ai` 8.1.0. Read 2026-11-26.
 */

import { embeddingInputs, embeddingOf } from './openai-embeddings.ts'
import { count } from '../../instrumentation/core/unknown.ts'
import type { Answer, WireFormat } from './wire-format.ts'

/** `output_dimension` of embed-v4 where it is not given. */
const DIMENSIONS = 1536

const NOTHING = { system: 0, history: 0, tools: 0, rest: 0 }

export const cohereEmbed: WireFormat = {
  protocol: 'cohere_embed',
  provider: 'cohere',
  match: (path) => (path === '/v2/embed' ? {} : undefined),
  read: (body) => ({
    parts: { ...NOTHING, rest: embeddingInputs(body['texts']).total },
    maxOutputTokens: 0,
  }),
  plain(answer) {
    const { body } = answer.request
    const length = count(body['output_dimension']) ?? DIMENSIONS
    const texts = embeddingInputs(body['texts']).each
    return {
      id: answer.suffix,
      embeddings: { float: texts.map(() => embeddingOf(length)) },
      texts: body['texts'],
      meta: meta({ input_tokens: answer.usage.input }),
      response_type: 'embeddings_by_type',
    }
  },
  told: (answer) => answer.usage,
}

/** "A single search unit is a query with up to 100 documents" (docs.cohere.com, "How does Cohere's pricing work?"). */
const DOCUMENTS_PER_SEARCH = 100

export const cohereRerank: WireFormat = {
  protocol: 'cohere_rerank',
  provider: 'cohere',
  match: (path) => (path === '/v2/rerank' ? {} : undefined),
  read: (body) => ({
    parts: NOTHING,
    maxOutputTokens: 0,
    searches: Math.ceil(documents(body['documents']).length / DOCUMENTS_PER_SEARCH),
  }),
  plain: (answer) => ({
    id: answer.suffix,
    results: ranked(answer),
    meta: meta({ search_units: answer.usage.searches ?? 0 }),
  }),
  told: (answer) => answer.usage,
}

const documents = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The first document is the best. */
function ranked({ request }: Answer): readonly object[] {
  const all = documents(request.body['documents'])
  return all
    .slice(0, count(request.body['top_n']) ?? all.length)
    .map((_, index) => ({ index, relevance_score: 1 / (index + 2) }))
}

const meta = (units: object): object => ({ api_version: { version: '2' }, billed_units: units })
