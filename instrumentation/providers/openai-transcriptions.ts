/**
 * OpenAI's speech to text, and whoever speaks it. The request is a form. Counted are tokens of audio and text, or whole
 * seconds; `verbose_json` without usage has the duration, plain text and subtitles have nothing.
 * Source: OpenAI API reference, "Create transcription", "Create translation", `transcript.text.done`; types of `openai`
 * 7.57.0. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { fromInclusive } from '../core/inclusive-usage.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import { deployment, errorType } from './openai-shared.ts'
import type { AnswerReader, AnswerState, Protocol, UsageReading } from './protocol.ts'

export const openaiTranscriptions: Protocol = {
  name: 'openai.transcriptions',
  operation: 'transcription',
  defaultProvider: 'openai',
  endings: ['transcriptions', 'translations'],
  claims: (path) => /\/audio\/trans(?:cription|lation)s$/.test(path),
  requestKeys: new Set(),
  // Sound is sent as a form; what is JSON is something else.
  facts: () => undefined,
  formFacts(fields, path) {
    const model = fields('model') ?? deployment(path)
    return {
      ...(model !== undefined ? { model } : {}),
      stream: fields('stream') === 'true',
    }
  },
  answerKeys: new Set(['usage', 'duration', 'error']),
  telling: /"type"\s*:\s*"(?:transcript\.text\.done|error)"/,
  createReader,
}

function createReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const fail = (error: unknown): void => {
    state = 'broken'
    answer = { ...answer, errorType: errorType(error) }
  }
  return {
    body(json) {
      if (isObject(at(json, 'error'))) return fail(at(json, 'error'))
      state = 'complete'
      if (isObject(json)) answer = readUsage(json)
    },
    event(said) {
      const type = at(said, 'type')
      if (type === 'error') return fail(at(said, 'error') ?? said)
      if (type !== 'transcript.text.done' || !isObject(said)) return
      state = 'complete'
      answer = readUsage(said)
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}

function readUsage(said: JsonObject): UsageReading {
  const usage = said['usage']
  if (!isObject(usage)) return said['duration'] === undefined ? {} : seconds(said['duration'])
  if (text(usage['type']) === 'duration') return seconds(usage['seconds'])
  const input = count(usage['input_tokens'])
  const output = count(usage['output_tokens'])
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  const audioInput = count(at(usage, 'input_token_details', 'audio_tokens'))
  const result = fromInclusive({ input, audioInput, output })
  return 'problem' in result ? { usageReason: 'usage_inconsistent' } : result
}

/** Billed are begun seconds: the reference shows 9 for a duration of 8.47. */
function seconds(said: unknown): UsageReading {
  const audioSeconds = typeof said === 'number' ? count(Math.ceil(said)) : undefined
  if (audioSeconds === undefined) return { usageReason: 'usage_inconsistent' }
  return { usage: compactUsage({ audioSeconds }) }
}
