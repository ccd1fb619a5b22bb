/**
 * OpenAI's moderations. They count nothing, and OpenAI bills nothing; a host that does has no price for the request.
 * Source: OpenAI API reference, "Create moderation", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, isObject } from '../core/unknown.ts'
import { errorType, identity, readOpenAIUsage, requestModel } from './openai-shared.ts'
import type { AnswerReader, AnswerState, Protocol, Question } from './protocol.ts'

export const openaiModerations: Protocol = {
  name: 'openai.moderations',
  operation: 'moderation',
  defaultProvider: 'openai',
  endings: ['moderations'],
  claims: (path) => path.endsWith('/moderations'),
  requestKeys: new Set(['model', 'input']),
  facts(body, members, path) {
    if (members.get('input') === undefined) return undefined
    const model = requestModel(body, members, path)
    return { ...(model !== undefined ? { model } : {}), stream: false }
  },
  answerKeys: new Set(['id', 'model', 'usage', 'error']),
  telling: /$^/,
  createReader,
}

function createReader({ host }: Partial<Question> = {}): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  return {
    body(json) {
      if (isObject(at(json, 'error'))) {
        state = 'broken'
        answer = { errorType: errorType(at(json, 'error')) }
        return
      }
      const counted = readOpenAIUsage(at(json, 'usage'), { host })
      answer = { ...identity(json), usage: { requests: 1 }, ...counted }
      state = 'complete'
    },
    event() {
      // Moderations are not streamed.
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}
