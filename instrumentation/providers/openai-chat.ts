/**
 * OpenAI chat completions, and whoever speaks them.
 * Source: OpenAI API reference, "Create chat completion" and "The chat completion chunk object", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { contextSizes } from './context-sizes.ts'
import { errorType, identity, readOpenAIUsage } from './openai-shared.ts'
import type { AnswerReader, AnswerState, Protocol } from './protocol.ts'

export const openaiChat: Protocol = {
  name: 'openai.chat',
  operation: 'chat',
  apiType: 'chat_completions',
  defaultProvider: 'openai',
  claims: (path) => path.endsWith('/chat/completions'),
  requestKeys: new Set([
    'model',
    'stream',
    'stream_options',
    'messages',
    'tools',
    'max_completion_tokens',
    'max_tokens',
  ]),
  facts(body, members) {
    const messages = members.get('messages')
    if (messages === undefined) return undefined
    const model = text(parseRange(body, members.get('model')))
    const maxTokens =
      count(parseRange(body, members.get('max_completion_tokens'))) ??
      count(parseRange(body, members.get('max_tokens')))
    const asked = at(parseRange(body, members.get('stream_options')), 'include_usage') === true
    return {
      ...(model !== undefined ? { model } : {}),
      stream: parseRange(body, members.get('stream')) === true,
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      usageAsked: asked,
      context: contextSizes(body, { messages, tools: members.get('tools') }),
    }
  },
  answerKeys: new Set(['id', 'model', 'usage', 'service_tier', 'choices', 'error']),
  telling: /"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"error"\s*:|\[DONE\]/,
  createReader,
}

function createReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const finished: string[] = []
  const take = (json: unknown): void => {
    if (!isObject(json)) return
    if (isObject(json['error'])) {
      state = 'broken'
      answer = { ...answer, errorType: errorType(json['error']) }
      return
    }
    answer = { ...answer, ...identity(json), ...readOpenAIUsage(json['usage']) }
    if (!Array.isArray(json['choices'])) return
    for (const choice of json['choices'] as readonly unknown[]) {
      const reason = text(at(choice, 'finish_reason'))
      if (reason !== undefined) finished.push(reason)
    }
  }
  return {
    body(json) {
      take(json)
      if (state === 'open') state = 'complete'
    },
    event(said) {
      if (said === '[DONE]') state = state === 'broken' ? state : 'complete'
      else take(said)
    },
    get state() {
      return state
    },
    answer: () => (finished.length > 0 ? { ...answer, finishReasons: finished } : answer),
  }
}
