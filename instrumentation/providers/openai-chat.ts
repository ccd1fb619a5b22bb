/**
 * OpenAI chat completions, and whoever speaks them.
 * Source: OpenAI API reference, "Create chat completion" and "The chat completion chunk object", read November 2026.
 */

import { at, count } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { OPENAI_ATTRIBUTION_KEYS, openaiAttribution } from './attribution-shared.ts'
import { CHOICES_KEYS, CHOICES_TELLING, createChoicesReader } from './choices-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import { requestModel } from './openai-shared.ts'
import type { Protocol } from './protocol.ts'

export const openaiChat: Protocol = {
  name: 'openai.chat',
  operation: 'chat',
  apiType: 'chat_completions',
  defaultProvider: 'openai',
  endings: ['completions'],
  claims: (path) => path.endsWith('/chat/completions'),
  requestKeys: new Set([
    'model',
    'stream',
    'stream_options',
    'messages',
    'tools',
    'max_completion_tokens',
    'max_tokens',
    ...OPENAI_ATTRIBUTION_KEYS,
  ]),
  messages: messagesIn('messages'),
  facts(body, members, path) {
    const messages = members.get('messages')
    if (messages === undefined) return undefined
    const model = requestModel(body, members, path)
    const maxTokens =
      count(parseRange(body, members.get('max_completion_tokens'))) ??
      count(parseRange(body, members.get('max_tokens')))
    const asked = at(parseRange(body, members.get('stream_options')), 'include_usage') === true
    return {
      ...(model !== undefined ? { model } : {}),
      stream: parseRange(body, members.get('stream')) === true,
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      usageAsked: asked,
      usageOptions: members.get('stream_options'),
      context: contextSizes(body, { messages, tools: members.get('tools') }),
      attribution: openaiAttribution(body, members),
    }
  },
  answerKeys: CHOICES_KEYS,
  telling: CHOICES_TELLING,
  createReader: createChoicesReader,
}
