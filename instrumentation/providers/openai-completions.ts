/**
 * OpenAI's completions before chat, and whoever speaks them (fill-in-the-middle among them).
 * Source: OpenAI API reference, "Create completion" and "The completion object", read November 2026.
 */

import { at, count } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { OPENAI_ATTRIBUTION_KEYS, openaiAttribution } from './attribution-shared.ts'
import { CHOICES_KEYS, CHOICES_TELLING, createChoicesReader } from './choices-shared.ts'
import { contextSizes } from './context-sizes.ts'
import { requestModel } from './openai-shared.ts'
import type { Protocol } from './protocol.ts'

export const openaiCompletions: Protocol = {
  name: 'openai.completions',
  operation: 'text_completion',
  defaultProvider: 'openai',
  endings: ['completions'],
  claims: (path) => path.endsWith('/completions') && !path.endsWith('/chat/completions'),
  requestKeys: new Set([
    'model',
    'stream',
    'stream_options',
    'max_tokens',
    ...OPENAI_ATTRIBUTION_KEYS,
  ]),
  facts(body, members, path) {
    const messages = members.get('prompt')
    const model = requestModel(body, members, path)
    // A service of one's own that posts to …/completions rarely has both.
    if (messages === undefined || model === undefined) return undefined
    const maxTokens = count(parseRange(body, members.get('max_tokens')))
    return {
      model,
      stream: parseRange(body, members.get('stream')) === true,
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      usageAsked: at(parseRange(body, members.get('stream_options')), 'include_usage') === true,
      usageOptions: members.get('stream_options'),
      context: contextSizes(body, { messages }),
      // Here `prompt` is the prompt itself, and no template's name.
      attribution: openaiAttribution(body, withoutPrompt(members)),
    }
  },
  answerKeys: CHOICES_KEYS,
  telling: CHOICES_TELLING,
  createReader: createChoicesReader,
}

function withoutPrompt<T>(members: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const others = new Map(members)
  others.delete('prompt')
  return others
}
