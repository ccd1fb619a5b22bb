/**
 * Cohere's rerank, v2, billed by the search.
 * Source: Cohere API reference, "Rerank"; types of `cohere-ai` 8.1.0. Read November 2026.
 */

import { text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { createMetaReader } from './cohere-shared.ts'
import type { Protocol } from './protocol.ts'

export const cohereRerank: Protocol = {
  name: 'cohere.rerank',
  operation: 'rerank',
  defaultProvider: 'cohere',
  endings: ['rerank'],
  claims: (path) => path.endsWith('/v2/rerank'),
  requestKeys: new Set(['model', 'query', 'documents']),
  facts(body, members) {
    const model = text(parseRange(body, members.get('model')))
    if (model === undefined || !members.has('query') || !members.has('documents')) return undefined
    return { model, stream: false }
  },
  answerKeys: new Set(['id', 'meta']),
  telling: /$^/,
  createReader: createMetaReader,
}
