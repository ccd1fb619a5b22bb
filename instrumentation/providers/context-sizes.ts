/** How large the parts of a conversation are, from the text of its messages: roles and lengths, never content. */

import type { ContextSizes } from '../core/call.ts'
import { parseRange, scanElements, scanMembers, type TextRange } from '../wire/json-scan.ts'

const MESSAGE_KEYS: ReadonlySet<string> = new Set(['role', 'content'])

export interface ContextRanges {
  /** The array of messages, or a plain string that is the whole prompt. */
  readonly messages: TextRange | undefined
  /** System text beside the messages: Anthropic's `system`, Responses' `instructions`. */
  readonly system?: TextRange | undefined
  readonly tools?: TextRange | undefined
}

export function contextSizes(body: string, ranges: ContextRanges): ContextSizes {
  const length = (range: TextRange | undefined): number =>
    range === undefined ? 0 : range.end - range.start
  const messages = ranges.messages === undefined ? [] : readMessages(body, ranges.messages)
  const lastUser = messages.findLastIndex((message) => message.role === 'user')
  let system = length(ranges.system)
  let history = 0
  let rest = 0
  let assistants = 0
  messages.forEach((message, index) => {
    if (message.role === 'system' || message.role === 'developer') system += message.size
    else if (index < lastUser) history += message.size
    else rest += message.size
    if (message.role === 'assistant' && index < lastUser) assistants += 1
  })
  return { system, history, tools: length(ranges.tools), rest, turn: assistants + 1 }
}

function readMessages(
  body: string,
  range: TextRange,
): readonly { readonly role: string; readonly size: number }[] {
  if (body[range.start] === '"') return [{ role: 'user', size: range.end - range.start }]
  return scanElements(body, range).map((element) => {
    const members = scanMembers(body, MESSAGE_KEYS, element.start)
    const role = parseRange(body, members.get('role'))
    const content = members.get('content') ?? element
    return { role: typeof role === 'string' ? role : '', size: content.end - content.start }
  })
}
