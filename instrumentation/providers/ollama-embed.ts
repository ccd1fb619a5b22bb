/**
 * Ollama's embeddings.
 * Source: github.com/ollama/ollama, docs/api.md, "Generate Embeddings"; types of `ollama` 0.6.4. Read November 2026.
 */

import { text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { createOllamaReader, OLLAMA_KEYS } from './ollama-shared.ts'
import type { Protocol } from './protocol.ts'

export const ollamaEmbed: Protocol = {
  name: 'ollama.embed',
  operation: 'embeddings',
  defaultProvider: 'ollama',
  endings: ['embed'],
  claims: (path) => path.endsWith('/api/embed'),
  requestKeys: new Set(['model', 'input']),
  facts(body, members) {
    const model = text(parseRange(body, members.get('model')))
    const input = members.get('input')
    return model === undefined || input === undefined ? undefined : { model, stream: false }
  },
  answerKeys: OLLAMA_KEYS,
  telling: /$^/,
  createReader: createOllamaReader,
}
