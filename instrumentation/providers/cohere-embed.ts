/**
 * Cohere's embeddings, v2: texts and images.
 * Source: Cohere API reference, "Embed"; types of `cohere-ai` 8.1.0. Read November 2026.
 */

import { text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { createMetaReader } from './cohere-shared.ts'
import type { Protocol } from './protocol.ts'

export const cohereEmbed: Protocol = {
  name: 'cohere.embed',
  operation: 'embeddings',
  defaultProvider: 'cohere',
  endings: ['embed'],
  claims: (path) => path.endsWith('/v2/embed'),
  requestKeys: new Set(['model', 'input_type']),
  facts(body, members) {
    const model = text(parseRange(body, members.get('model')))
    const type = members.get('input_type')
    return model === undefined || type === undefined ? undefined : { model, stream: false }
  },
  // Not the vectors, nor the texts they are of.
  answerKeys: new Set(['id', 'meta']),
  telling: /$^/,
  createReader: createMetaReader,
}
