/**
 * Anthropic messages.
 * Source: Anthropic API reference, "Create a Message", read November 2026.
 */

import { text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import {
  createAnthropicReader,
  MESSAGE_KEYS,
  MESSAGE_TELLING,
  MESSAGES_KEYS,
  messagesFacts,
} from './anthropic-shared.ts'
import { messagesIn } from './context-sizes.ts'
import type { Protocol } from './protocol.ts'

export const anthropicMessages: Protocol = {
  name: 'anthropic.messages',
  operation: 'chat',
  defaultProvider: 'anthropic',
  endings: ['messages'],
  claims: (path) => path.endsWith('/messages'),
  requestKeys: MESSAGES_KEYS,
  messages: messagesIn('messages'),
  facts(body, members) {
    const model = text(parseRange(body, members.get('model')))
    const facts = messagesFacts(body, members)
    return facts === undefined || model === undefined ? facts : { ...facts, model }
  },
  answerKeys: MESSAGE_KEYS,
  telling: MESSAGE_TELLING,
  createReader: createAnthropicReader,
}
