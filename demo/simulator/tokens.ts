/**
 * The simulator's tokenizer: 4 UTF-8 bytes of content are one token, rounded up for each message. Real tokenizers
 * differ; what matters here is that counts follow from bytes, so that a test can compute them by hand.
 */

import { count, isObject, type JsonObject } from '../../instrumentation/core/unknown.ts'
import type { PromptParts } from './scenario.ts'

export const BYTES_PER_TOKEN = 4

export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
}

/** The text of a message's content: a string, or parts of which those with a `text` count by it. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content == null ? '' : JSON.stringify(content)
  const parts: readonly unknown[] = content
  return parts
    .map((part) =>
      isObject(part) && typeof part['text'] === 'string' ? part['text'] : JSON.stringify(part),
    )
    .join('')
}

/**
 * Apportions a conversation. `system` texts come from outside the list (Anthropic's `system`, the Responses API's
 * `instructions`); messages with role `system` or `developer` join them.
 */
export function promptParts(
  messages: readonly JsonObject[],
  system: readonly string[],
  tools: unknown,
): PromptParts {
  const isSystem = (message: JsonObject): boolean =>
    message['role'] === 'system' || message['role'] === 'developer'
  const said = messages.filter((message) => !isSystem(message)).map(messageTokens)
  return {
    system:
      sum(system.map(tokensOf)) + sum(messages.filter((each) => isSystem(each)).map(messageTokens)),
    history: sum(said.slice(0, -1)),
    tools: Array.isArray(tools) && tools.length > 0 ? tokensOf(JSON.stringify(tools)) : 0,
    rest: said.at(-1) ?? 0,
  }
}

function messageTokens(message: JsonObject): number {
  return tokensOf(contentText(message['content'] ?? message['output'] ?? message['arguments']))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** Prose for answers and prompts, free of quotes and line ends so that JSON does not lengthen it. */
const PROSE =
  'Thank you for writing to us. The order left our warehouse on Monday and the carrier reports it in transit. ' +
  'If it has not reached you by Friday we will send a replacement or refund it, whichever you prefer. ' +
  'You can follow the parcel with the number in the confirmation mail, and changes of address are possible until ' +
  'the last scan. For returns, print the label from your account and hand the parcel in at any counter. '

/** Text of exactly `tokens` tokens, beginning with `start` (cut where that is longer). ASCII. */
export function proseOf(tokens: number, start = ''): string {
  const bytes = tokens * BYTES_PER_TOKEN
  if (start.length >= bytes) return start.slice(0, bytes)
  const missing = bytes - start.length
  return start + PROSE.repeat(Math.ceil(missing / PROSE.length)).slice(0, missing)
}

/** What a chat asks for. @param limits names of the limit on output tokens, the first that is given counts */
export function readChat(
  body: JsonObject,
  ...limits: readonly string[]
): { readonly parts: PromptParts; readonly maxOutputTokens?: number } {
  const messages = Array.isArray(body['messages']) ? body['messages'].filter(isObject) : []
  const limit = limits.map((name) => count(body[name])).find((given) => given !== undefined)
  return {
    parts: promptParts(messages, [], body['tools']),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
  }
}
