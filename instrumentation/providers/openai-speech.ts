/**
 * OpenAI's text to speech. The answer is sound, which stays unread: `tts-1` is billed by the character of what was
 * asked. Only an answer streamed as events counts its tokens.
 * Source: OpenAI API reference, "Create speech", `speech.audio.done`; types of `openai` 7.57.0. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import { parseRange } from '../wire/json-scan.ts'
import { errorType, requestModel } from './openai-shared.ts'
import type { AnswerReader, AnswerState, Protocol, Question, UsageReading } from './protocol.ts'

export const openaiSpeech: Protocol = {
  name: 'openai.speech',
  operation: 'speech',
  defaultProvider: 'openai',
  endings: ['speech'],
  claims: (path) => path.endsWith('/audio/speech'),
  requestKeys: new Set(['model', 'input', 'stream_format']),
  facts(body, members, path) {
    const input = text(parseRange(body, members.get('input')))
    if (input === undefined) return undefined
    const model = requestModel(body, members, path)
    return {
      ...(model !== undefined ? { model } : {}),
      stream: parseRange(body, members.get('stream_format')) === 'sse',
      billed: compactUsage({ characters: Array.from(input).length }),
    }
  },
  answerKeys: new Set(),
  telling: /"type"\s*:\s*"(?:speech\.audio\.done|error)"/,
  eventKeys: new Set(['type', 'usage', 'error']),
  createReader,
}

function createReader({ facts }: Partial<Question> = {}): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const billed: UsageReading = facts?.billed === undefined ? {} : { usage: facts.billed }
  return {
    body() {
      answer = billed
      state = 'complete'
    },
    event(said) {
      const type = at(said, 'type')
      if (type === 'error') {
        state = 'broken'
        answer = { errorType: errorType(at(said, 'error') ?? said) }
      } else if (type === 'speech.audio.done') {
        const usage = at(said, 'usage')
        answer = isObject(usage) ? tokens(usage['input_tokens'], usage['output_tokens']) : billed
        state = 'complete'
      }
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}

function tokens(inputTokens: unknown, outputTokens: unknown): UsageReading {
  const input = count(inputTokens)
  const audioOutput = count(outputTokens)
  if (input === undefined || audioOutput === undefined) return { usageReason: 'usage_inconsistent' }
  return { usage: compactUsage({ input, audioOutput }) }
}
