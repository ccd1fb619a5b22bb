/**
 * DeepSeek. Cached tokens are counted in a field of their own, and are part of `prompt_tokens`.
 * Source: DeepSeek API reference, "Create chat completion", `usage`; @ai-sdk/deepseek 2.0.69. Read 2026-11-26.
 */

import { count } from '../../core/unknown.ts'
import type { Host } from '../host.ts'

export const deepseek: Host = {
  names: ['api.deepseek.com'],
  provider: 'deepseek',
  takesStreamUsage: 'chat',
  usage: (usage) => ({ cacheRead: count(usage['prompt_cache_hit_tokens']) }),
}
