/**
 * Anthropic messages.
 * Source: Anthropic API reference, "Create a Message", read November 2026.
 */

import { count, text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { pairsAttribution } from './attribution-shared.ts'
import { createAnthropicReader } from './anthropic-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import type { Protocol } from './protocol.ts'

export const anthropicMessages: Protocol = {
  name: 'anthropic.messages',
  operation: 'chat',
  defaultProvider: 'anthropic',
  endings: ['messages'],
  claims: (path) => path.endsWith('/messages'),
  requestKeys: new Set([
    'model',
    'stream',
    'messages',
    'system',
    'tools',
    'max_tokens',
    'metadata',
  ]),
  messages: messagesIn('messages'),
  facts(body, members) {
    const messages = members.get('messages')
    const maxTokens = count(parseRange(body, members.get('max_tokens')))
    // `max_tokens` is required; a chat service of one's own that posts to …/messages rarely has it.
    if (messages === undefined || maxTokens === undefined) return undefined
    const model = text(parseRange(body, members.get('model')))
    return {
      ...(model !== undefined ? { model } : {}),
      stream: parseRange(body, members.get('stream')) === true,
      maxTokens,
      context: contextSizes(body, {
        messages,
        system: members.get('system'),
        tools: members.get('tools'),
      }),
      attribution: pairsAttribution(body, members.get('metadata')),
    }
  },
  answerKeys: new Set(['id', 'model', 'usage', 'stop_reason', 'type', 'error']),
  telling: /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/,
  createReader: createAnthropicReader,
}
