/** Where the system text of a request stands, whatever its protocol: its JSON as it is, for a digest. */

import { parseRange, scanMembers, scanRecords } from '../wire/json-scan.ts'

const KEYS: ReadonlySet<string> = new Set([
  'system',
  'instructions',
  'systemInstruction',
  'system_instruction',
  'messages',
  'input',
])

/** The system text and the system messages that a conversation begins with; empty where there are none. */
export function systemPrompt(body: string): string {
  const members = scanMembers(body, KEYS)
  const pieces: string[] = []
  for (const [key, { start, end }] of members) {
    if (key !== 'messages' && key !== 'input') pieces.push(body.slice(start, end))
  }
  const messages = members.get('messages') ?? members.get('input')
  if (messages === undefined) return pieces.join('\n')
  let leading = true
  for (const message of scanRecords(body, messages, ['role', 'content'])) {
    const said = parseRange(body, message.first)
    const { start, end } = message.second ?? message
    leading &&= said === 'system' || said === 'developer'
    if (leading) pieces.push(body.slice(start, end))
  }
  return pieces.join('\n')
}
