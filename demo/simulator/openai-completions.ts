/**
 * `POST /v1/completions`, the completions before chat.
 *
 * Shapes: OpenAI API reference, "Create completion" and "The completion object" (platform.openai.com/docs/api-reference/
 * completions), compared with the types of `openai` 7.57.0. Read 2026-11-26.
 */

import { at, count } from '../../instrumentation/core/unknown.ts'
import { SERVER_ERROR } from './openai-chat.ts'
import { contentText, tokensOf } from './tokens.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const openaiCompletions: WireFormat = {
  protocol: 'completions',
  provider: 'openai',
  match: (path) => (path === '/v1/completions' ? {} : undefined),
  read(body) {
    const limit = count(body['max_tokens'])
    return {
      parts: { system: 0, history: 0, tools: 0, rest: tokensOf(contentText(body['prompt'])) },
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) => ({ ...piece(answer, answer.text, answer.finish), usage: usage(answer) }),
  stream,
  told: (answer, until) =>
    !answer.request.stream || (until === 'end' && includeUsage(answer)) ? answer.usage : undefined,
}

function stream(answer: Answer): StreamFrames {
  const asked = includeUsage(answer)
  const none = asked ? { usage: null } : {}
  const last = frame({ ...piece(answer, '', null), choices: [], usage: usage(answer) })
  return {
    opening: [],
    chunk: (text) => frame({ ...piece(answer, text, null), ...none }),
    closing: () => [
      frame({ ...piece(answer, '', answer.finish), ...none }),
      ...(asked ? [last] : []),
      frame('[DONE]'),
    ],
    failure: () => [frame({ error: SERVER_ERROR })],
  }
}

const includeUsage = (answer: Answer): boolean =>
  at(answer.request.body, 'stream_options', 'include_usage') === true

function piece(answer: Answer, text: string, finish: string | null): Record<string, unknown> {
  return {
    id: `cmpl-${answer.suffix}`,
    object: 'text_completion',
    created: answer.created,
    model: answer.request.model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
  }
}

function usage(answer: Answer): object {
  const input = allInput(answer.usage)
  return {
    prompt_tokens: input,
    completion_tokens: answer.usage.output,
    total_tokens: input + answer.usage.output,
  }
}
