/** Digests that only who has the key can make: of user ids and system prompts, which could be guessed without one. */

import { createHmac } from 'node:crypto'

/** HMAC-SHA-256, its first `digits` hexadecimal digits. */
export function keyedHash(key: string, digits: number): (text: string) => string {
  return (text) => createHmac('sha256', key).update(text).digest('hex').slice(0, digits)
}

/** Digests kept; a process serves more users than that, one after the other. */
const MAX_KEPT = 1_000

/** The same, with what was asked lately at hand. */
export function remembered(hash: (text: string) => string): (text: string) => string {
  const kept = new Map<string, string>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const digest = hash(text)
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(text, digest)
    return digest
  }
}
