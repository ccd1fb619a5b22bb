/** Of what an answer says, the members that its reader wants. */

import type { Protocol } from '../providers/protocol.ts'
import { parseJson } from '../wire/json.ts'
import { scanMembers } from '../wire/json-scan.ts'

export const asItIs = (piece: string): string => piece

/** Up to this length an answer is parsed as a whole: native parsing beats our search by far (9 µs to 3 for 1 kB). */
export const SHORT_ANSWER = 8 * 1024

/** The members of a plain answer that the reader wants, parsed; the rest of a long one stays unread text. */
export function wantedMembers(
  { answerKeys }: Protocol,
  source: string,
  decode: (piece: string) => string,
): unknown {
  return answerKeys.size === 0 ? undefined : someMembers(answerKeys, source, decode)
}

export function someMembers(
  keys: ReadonlySet<string>,
  source: string,
  decode: (piece: string) => string,
): unknown {
  const whole = source.length <= SHORT_ANSWER ? parseJson(decode(source)) : undefined
  // What is cut off or malformed still has members.
  if (whole !== undefined) return whole
  const members = scanMembers(source, keys)
  if (members.size === 0) return undefined
  const wanted: Record<string, unknown> = {}
  for (const [key, { start, end }] of members) {
    wanted[key] = parseJson(decode(source.slice(start, end)))
  }
  return wanted
}
