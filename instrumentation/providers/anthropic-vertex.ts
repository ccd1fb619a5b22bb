/**
 * Anthropic's models on Vertex AI: the messages API, with the model in the path and nothing of it in the body. Where it
 * is answered changes the price.
 * Source: Anthropic, "Claude on Vertex AI"; Vertex AI, "Request predictions with Claude models". Read November 2026.
 */

import {
  createAnthropicReader,
  MESSAGE_KEYS,
  MESSAGE_TELLING,
  MESSAGES_KEYS,
  messagesFacts,
} from './anthropic-shared.ts'
import { messagesIn } from './context-sizes.ts'
import { geminiModel, vertexRegion } from './gemini-shared.ts'
import type { Protocol } from './protocol.ts'

/** Not the counting of tokens, which is free. */
const PATH = /\/publishers\/anthropic\/models\/(?!count-tokens:)[^/]+:(?:raw|streamRaw)Predict$/

export const anthropicVertex: Protocol = {
  name: 'anthropic.vertex',
  operation: 'chat',
  defaultProvider: 'gcp.vertex_ai',
  endings: ['rawPredict', 'streamRawPredict'],
  claims: (path) => PATH.test(path),
  requestKeys: MESSAGES_KEYS,
  messages: messagesIn('messages'),
  facts(body, members, path) {
    const facts = messagesFacts(body, members)
    return facts && { ...facts, ...geminiModel(path), ...vertexRegion(path) }
  },
  answerKeys: MESSAGE_KEYS,
  telling: MESSAGE_TELLING,
  createReader: createAnthropicReader,
}
