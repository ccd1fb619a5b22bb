/**
 * Gemini's embeddings. The Gemini API states usage where it does at all in `usageMetadata`.
 * Source: Gemini API reference, "Embeddings" (`embedContent`, `batchEmbedContents`). Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import { geminiModel } from './gemini-shared.ts'
import type { AnswerReader, AnswerState, Protocol } from './protocol.ts'

export const geminiEmbeddings: Protocol = {
  name: 'gemini.embeddings',
  operation: 'embeddings',
  defaultProvider: 'gcp.gemini',
  endings: ['embedContent', 'batchEmbedContents'],
  claims: (path) => path.endsWith(':embedContent') || path.endsWith(':batchEmbedContents'),
  pathFacts: (path) => ({ ...geminiModel(path), stream: false }),
  requestKeys: new Set(['content', 'requests']),
  facts(_body, members, path) {
    if (members.get('content') === undefined && members.get('requests') === undefined) {
      return undefined
    }
    return { ...geminiModel(path), stream: false }
  },
  // Not the vectors: they are large and say nothing of cost.
  answerKeys: new Set(['usageMetadata', 'error']),
  telling: /$^/,
  createReader,
}

function createReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  return {
    body(json) {
      const error = at(json, 'error')
      if (isObject(error)) {
        state = 'broken'
        answer = { errorType: text(error['status']) ?? 'error' }
        return
      }
      const input = count(at(json, 'usageMetadata', 'promptTokenCount'))
      if (input !== undefined) answer = { usage: compactUsage({ input }) }
      state = 'complete'
    },
    event() {
      // Embeddings are not streamed.
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}
