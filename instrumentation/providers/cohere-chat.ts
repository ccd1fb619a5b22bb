/**
 * Cohere's chat, v2.
 * Source: Cohere API reference, "Chat" and "Chat with streaming"; types of `cohere-ai` 8.1.0. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { readBilledUnits } from './cohere-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import type { AnswerReader, AnswerState, Protocol } from './protocol.ts'

export const cohereChat: Protocol = {
  name: 'cohere.chat',
  operation: 'chat',
  defaultProvider: 'cohere',
  endings: ['chat'],
  claims: (path) => path.endsWith('/v2/chat'),
  requestKeys: new Set(['model', 'messages', 'stream', 'tools', 'max_tokens']),
  messages: messagesIn('messages'),
  facts(body, members) {
    const messages = members.get('messages')
    const model = text(parseRange(body, members.get('model')))
    // Both are required; a chat service of one's own at …/v2/chat rarely has them.
    if (messages === undefined || model === undefined) return undefined
    const maxTokens = count(parseRange(body, members.get('max_tokens')))
    return {
      model,
      stream: parseRange(body, members.get('stream')) === true,
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      context: contextSizes(body, { messages, tools: members.get('tools') }),
    }
  },
  answerKeys: new Set(['id', 'usage', 'finish_reason']),
  telling: /"type"\s*:\s*"message-(?:start|end)"/,
  createReader,
}

function createReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const take = (said: unknown, ending: unknown): void => {
    const id = text(at(said, 'id'))
    const reason = text(at(ending, 'finish_reason'))
    answer = {
      ...answer,
      ...(id !== undefined ? { id } : {}),
      ...(reason !== undefined ? { finishReasons: [reason.toLowerCase()] } : {}),
      ...readBilledUnits(at(ending, 'usage', 'billed_units')),
    }
  }
  return {
    body(json) {
      take(json, json)
      state = 'complete'
    },
    event(said) {
      const ending = at(said, 'delta')
      take(said, ending)
      if (at(said, 'type') !== 'message-end') return
      const failed = text(at(ending, 'error')) !== undefined
      state = failed ? 'broken' : 'complete'
      if (failed) answer = { ...answer, errorType: 'error' }
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}
