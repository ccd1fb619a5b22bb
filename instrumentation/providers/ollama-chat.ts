/**
 * Ollama's chat and generate. They stream unless told otherwise.
 * Source: github.com/ollama/ollama, docs/api.md, "Generate a chat completion" and "Generate a completion"; types of
 * `ollama` 0.6.4. Read November 2026.
 */

import { at, count, text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { ndjson } from '../wire/ndjson.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import { createOllamaReader, OLLAMA_KEYS } from './ollama-shared.ts'
import type { Protocol } from './protocol.ts'

export const ollamaChat: Protocol = {
  name: 'ollama.chat',
  operation: 'chat',
  defaultProvider: 'ollama',
  endings: ['chat', 'generate'],
  claims: (path) => path.endsWith('/api/chat') || path.endsWith('/api/generate'),
  requestKeys: new Set(['model', 'messages', 'prompt', 'system', 'stream', 'tools', 'options']),
  messages: messagesIn('messages'),
  facts(body, members, path) {
    const messages = members.get(path.endsWith('/chat') ? 'messages' : 'prompt')
    const model = text(parseRange(body, members.get('model')))
    // Many applications have an /api/chat of their own; few are told the model by name.
    if (messages === undefined || model === undefined) return undefined
    const maxTokens = count(at(parseRange(body, members.get('options')), 'num_predict'))
    return {
      model,
      ...(path.endsWith('/generate') ? { operation: 'text_completion' } : {}),
      stream: parseRange(body, members.get('stream')) !== false,
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      context: contextSizes(body, {
        messages,
        system: members.get('system'),
        tools: members.get('tools'),
      }),
    }
  },
  framing: ndjson,
  // Not `context`, a list of numbers as long as the conversation.
  answerKeys: OLLAMA_KEYS,
  eventKeys: OLLAMA_KEYS,
  telling: /"done"\s*:\s*true|"error"\s*:/,
  createReader: createOllamaReader,
}
