/**
 * Ollama's answers: plain, or a line of JSON for each piece, of which the last has the counts. They are of tokens that
 * were computed; it leaves `prompt_eval_count` out where it had the whole prompt already.
 * Source: github.com/ollama/ollama, docs/api.md; types of `ollama` 0.6.4. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import type { AnswerReader, AnswerState, UsageReading } from './protocol.ts'

export const OLLAMA_KEYS: ReadonlySet<string> = new Set([
  'model',
  'done',
  'done_reason',
  'prompt_eval_count',
  'eval_count',
  'error',
])

export function createOllamaReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const take = (said: unknown): void => {
    if (!isObject(said)) return
    if (text(said['error']) !== undefined) {
      state = 'broken'
      answer = { ...answer, errorType: 'error' }
      return
    }
    const model = text(said['model'])
    const reason = text(said['done_reason'])
    answer = {
      ...answer,
      ...(model !== undefined ? { model } : {}),
      ...(reason !== undefined ? { finishReasons: [reason] } : {}),
      ...readUsage(said),
    }
    if (said['done'] === true && state === 'open') state = 'complete'
  }
  return {
    body(json) {
      take(json)
      if (state === 'open') state = 'complete'
    },
    event: take,
    get state() {
      return state
    },
    answer: () => answer,
  }
}

/** Embeddings have input only. */
function readUsage(said: JsonObject): UsageReading {
  const { prompt_eval_count: prompt, eval_count: generated } = said
  if (prompt === undefined && generated === undefined) return {}
  const input = count(prompt ?? 0)
  const output = count(generated ?? 0)
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  const usage = compactUsage({ input, output })
  return prompt === undefined ? { usage, usageReason: 'usage_incomplete' } : { usage }
}
