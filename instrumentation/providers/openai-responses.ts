/**
 * OpenAI Responses.
 * Source: OpenAI API reference, "Create a model response" and "Streaming events", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { OPENAI_ATTRIBUTION_KEYS, openaiAttribution } from './attribution-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import { errorType, identity, readOpenAIUsage } from './openai-shared.ts'
import type { AnswerReader, AnswerState, Protocol, Question } from './protocol.ts'

export const openaiResponses: Protocol = {
  name: 'openai.responses',
  operation: 'chat',
  apiType: 'responses',
  defaultProvider: 'openai',
  endings: ['responses'],
  claims: (path) => path.endsWith('/responses'),
  requestKeys: new Set([
    'model',
    'stream',
    'input',
    'instructions',
    'tools',
    'max_output_tokens',
    ...OPENAI_ATTRIBUTION_KEYS,
  ]),
  messages: messagesIn('input'),
  facts(body, members) {
    const model = text(parseRange(body, members.get('model')))
    const messages = members.get('input')
    if (model === undefined && messages === undefined) return undefined
    const maxTokens = count(parseRange(body, members.get('max_output_tokens')))
    return {
      ...(model !== undefined ? { model } : {}),
      stream: parseRange(body, members.get('stream')) === true,
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      context: contextSizes(body, {
        messages,
        system: members.get('instructions'),
        tools: members.get('tools'),
      }),
      attribution: openaiAttribution(body, members),
    }
  },
  answerKeys: new Set([
    'id',
    'model',
    'usage',
    'service_tier',
    'status',
    'error',
    'incomplete_details',
    'output',
  ]),
  telling: /"type"\s*:\s*"(?:error|response\.(?:completed|incomplete|failed|created))"/,
  createReader,
}

function createReader({ host }: Partial<Question> = {}): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const take = (response: unknown): void => {
    if (!isObject(response)) return
    answer = {
      ...answer,
      ...identity(response),
      ...readOpenAIUsage(response['usage'], { pieces: toolCalls(response), host }),
      ...finish(response),
    }
    const status = response['status']
    if (status === 'failed') {
      state = 'broken'
      answer = { ...answer, errorType: errorType(response['error']) }
    } else if (status === 'completed' || status === 'incomplete') state = 'complete'
  }
  return {
    body: take,
    event(json) {
      if (at(json, 'type') === 'error') {
        state = 'broken'
        answer = { ...answer, errorType: errorType(at(json, 'error') ?? json) }
      } else take(at(json, 'response'))
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}

function finish(response: JsonObject): Answer {
  const reason = text(at(response['incomplete_details'], 'reason'))
  if (response['status'] === 'completed') return { finishReasons: ['stop'] }
  return reason !== undefined ? { finishReasons: [reason] } : {}
}

/** Tools that the provider runs and bills by the call. A page opened within a search is not another search. */
function toolCalls(response: JsonObject): { webSearches?: number; fileSearches?: number } {
  if (!Array.isArray(response['output'])) return {}
  const items = response['output'] as readonly unknown[]
  const webSearches = items.filter((item) => {
    const action = at(item, 'action', 'type')
    return at(item, 'type') === 'web_search_call' && (action === undefined || action === 'search')
  }).length
  const fileSearches = items.filter((item) => at(item, 'type') === 'file_search_call').length
  return { webSearches, fileSearches }
}
