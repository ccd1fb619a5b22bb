/** Where the system text of a request stands, whatever its protocol: its JSON as it is, for a digest. */

import { parseRange, scanElements, scanMembers } from '../wire/json-scan.ts'

const KEYS: ReadonlySet<string> = new Set([
  'system',
  'instructions',
  'systemInstruction',
  'system_instruction',
  'messages',
  'input',
])
const ROLE: ReadonlySet<string> = new Set(['role', 'content'])

/** The system text and the system messages that a conversation begins with; empty where there are none. */
export function systemPrompt(body: string): string {
  const members = scanMembers(body, KEYS)
  const pieces: string[] = []
  for (const [key, { start, end }] of members) {
    if (key !== 'messages' && key !== 'input') pieces.push(body.slice(start, end))
  }
  const messages = members.get('messages') ?? members.get('input')
  if (messages === undefined) return pieces.join('\n')
  for (const element of scanElements(body, messages)) {
    const message = scanMembers(body, ROLE, element.start)
    const role = parseRange(body, message.get('role'))
    if (role !== 'system' && role !== 'developer') break
    const content = message.get('content') ?? element
    pieces.push(body.slice(content.start, content.end))
  }
  return pieces.join('\n')
}
