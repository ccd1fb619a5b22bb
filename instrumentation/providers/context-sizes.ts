/** How large the parts of a conversation are, from the text of its messages: roles and lengths, never content. */

import type { ContextSizes } from '../core/call.ts'
import { parseRange, scanRecords, type TextRange, type WantedRecords } from '../wire/json-scan.ts'

const ROLE_AND_CONTENT: readonly [string, string] = ['role', 'content']

/** The member that holds a protocol's messages, to be looked into while its request is scanned. */
export function messagesIn(key: string): WantedRecords {
  return { key, members: ROLE_AND_CONTENT }
}

export interface ContextRanges {
  /** The array of messages, or a plain string that is the whole prompt. */
  readonly messages: TextRange | undefined
  /** System text beside the messages: Anthropic's `system`, Responses' `instructions`. */
  readonly system?: TextRange | undefined
  readonly tools?: TextRange | undefined
}

export function contextSizes(body: string, ranges: ContextRanges): ContextSizes {
  const { messages } = ranges
  let system = lengthOf(ranges.system)
  let history = 0
  let assistants = 0
  // Of what has come since the last user message, that one included: it is history once there is another.
  let rest = 0
  let answers = 0
  const add = (role: unknown, size: number): void => {
    if (role === 'system' || role === 'developer') {
      system += size
      return
    }
    if (role === 'user') {
      history += rest
      assistants += answers
      rest = 0
      answers = 0
    } else if (role === 'assistant') answers += 1
    rest += size
  }
  if (messages !== undefined && body[messages.start] === '"') add('user', lengthOf(messages))
  else if (messages !== undefined) {
    for (const message of scanRecords(body, messages, ROLE_AND_CONTENT)) {
      add(parseRange(body, message.first), lengthOf(message.second ?? message))
    }
  }
  return { system, history, tools: lengthOf(ranges.tools), rest, turn: assistants + 1 }
}

function lengthOf(range: TextRange | undefined): number {
  return range === undefined ? 0 : range.end - range.start
}
