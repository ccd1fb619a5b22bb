/**
 * Answers of models that Bedrock passes on in their own form: Meta's Llama, Mistral's, Cohere's. Only Llama counts its
 * tokens; of all of them Bedrock does, beside the answer.
 * Source: Amazon Bedrock user guide, "Meta Llama models", "Mistral AI text completion", "Mistral AI chat completion",
 * "Cohere Command models", "Cohere Command R and Command R+ models". Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import type { AnswerReader, AnswerState, UsageReading } from './protocol.ts'

/** Of a plain answer and of a stream's chunks, which have the same form. */
export function createTextModelReader(): AnswerReader {
  let answer: Answer = {}
  let prompt: number | undefined
  let state: AnswerState = 'open'
  const take = (said: unknown, whole: boolean): void => {
    if (!isObject(said)) return
    const stop = stopReason(said)
    prompt = count(said['prompt_token_count']) ?? prompt
    answer = {
      ...answer,
      ...(prompt === undefined ? {} : llamaUsage(prompt, said['generation_token_count'])),
      ...(stop !== undefined ? { finishReasons: [stop] } : {}),
    }
    // Llama's counts are of what has been generated so far.
    if (answer.usage !== undefined && !whole && stop === undefined) {
      answer = { ...answer, usageReason: 'usage_incomplete' }
    }
  }
  return {
    body(json) {
      take(json, true)
      state = 'complete'
    },
    event(said) {
      const { usageReason: _soFar, ...known } = answer
      answer = known
      take(said, false)
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}

/** Llama `stop_reason`, Mistral in its outputs or choices, Cohere `finish_reason` or in its generations. */
function stopReason(said: JsonObject): string | undefined {
  const own = text(said['stop_reason']) ?? text(said['finish_reason'])
  if (own !== undefined) return own
  const list = said['outputs'] ?? said['choices'] ?? said['generations']
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  return text(at(first, 'stop_reason')) ?? text(at(first, 'finish_reason'))
}

function llamaUsage(input: number, generated: unknown): UsageReading {
  const output = count(generated)
  if (output === undefined) return { usageReason: 'usage_inconsistent' }
  return { usage: compactUsage({ input, output }) }
}
