/**
 * OpenAI embeddings.
 * Source: OpenAI API reference, "Create embeddings", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { isObject } from '../core/unknown.ts'
import { OPENAI_ATTRIBUTION_KEYS, openaiAttribution } from './attribution-shared.ts'
import { errorType, identity, readOpenAIUsage, requestModel } from './openai-shared.ts'
import type { AnswerReader, AnswerState, Protocol, Question } from './protocol.ts'

export const openaiEmbeddings: Protocol = {
  name: 'openai.embeddings',
  operation: 'embeddings',
  defaultProvider: 'openai',
  endings: ['embeddings'],
  claims: (path) => path.endsWith('/embeddings'),
  requestKeys: new Set(['model', 'input', ...OPENAI_ATTRIBUTION_KEYS]),
  facts(body, members, path) {
    if (members.get('input') === undefined) return undefined
    const model = requestModel(body, members, path)
    return {
      ...(model !== undefined ? { model } : {}),
      stream: false,
      attribution: openaiAttribution(body, members),
    }
  },
  // Not `data`: the vectors are large and say nothing of cost.
  answerKeys: new Set(['model', 'usage', 'error']),
  telling: /$^/,
  createReader,
}

function createReader({ host }: Partial<Question> = {}): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  return {
    body(json) {
      if (!isObject(json)) return
      const failed = isObject(json['error'])
      answer = {
        ...identity(json),
        ...readOpenAIUsage(json['usage'], { host }),
        ...(failed ? { errorType: errorType(json['error']) } : {}),
      }
      state = failed ? 'broken' : 'complete'
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
