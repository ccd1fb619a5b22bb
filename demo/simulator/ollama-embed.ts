/**
 * `POST /api/embed`. Shapes: github.com/ollama/ollama, docs/api.md, "Generate Embeddings", compared with the types of
 * `ollama` 0.6.4. Read 2026-11-26.
 */

import { embeddingInputs, embeddingOf } from './openai-embeddings.ts'
import type { WireFormat } from './wire-format.ts'

/** Of all-minilm, the model of the example. */
const DIMENSIONS = 384

export const ollamaEmbed: WireFormat = {
  protocol: 'ollama_embed',
  provider: 'ollama',
  match: (path) => (path === '/api/embed' ? {} : undefined),
  read: (body) => ({
    parts: { system: 0, history: 0, tools: 0, rest: embeddingInputs(body['input']).total },
    maxOutputTokens: 0,
  }),
  plain: (answer) => ({
    model: answer.request.model,
    embeddings: embeddingInputs(answer.request.body['input']).each.map(() =>
      embeddingOf(DIMENSIONS),
    ),
    // Nanoseconds; of no account here.
    total_duration: 1,
    load_duration: 1,
    prompt_eval_count: answer.usage.input,
  }),
  told: (answer) => answer.usage,
}
