/**
 * Groq. A stream that was not asked for usage has it in its last chunk's `x_groq`.
 * Source: types of `groq-sdk` 1.6.0, `ChatCompletionChunk.XGroq`, read 2026-11-26.
 */

import { at } from '../../core/unknown.ts'
import type { Host } from '../host.ts'

export const groq: Host = {
  names: ['api.groq.com'],
  provider: 'groq',
  takesStreamUsage: 'chat',
  usageIn: (chunk) => at(chunk, 'x_groq', 'usage'),
}
