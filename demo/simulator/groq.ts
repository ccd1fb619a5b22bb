/**
 * Groq's `POST /openai/v1/chat/completions`: OpenAI's form, with counts and errors of streams under `x_groq`.
 *
 * Shapes: types of `groq-sdk` 1.6.0, `ChatCompletion`, `ChatCompletionChunk`, `CompletionUsage`. Read 2026-11-26.
 */

import { at } from '../../instrumentation/core/unknown.ts'
import { openaiChat } from './openai-chat.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const groqChat: WireFormat = {
  protocol: 'chat_completions',
  provider: 'groq',
  match: (path) => (path === '/openai/v1/chat/completions' ? {} : undefined),
  read: (body) => openaiChat.read(body),
  plain: (answer) => ({
    ...head(answer, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text },
        logprobs: null,
        finish_reason: answer.finish,
      },
    ],
    usage: usage(answer),
    service_tier: 'on_demand',
    x_groq: { id: `req_${answer.suffix}` },
  }),
  stream,
  told: (answer, until) => (!answer.request.stream || until === 'end' ? answer.usage : undefined),
}

function stream(answer: Answer): StreamFrames {
  const asked = at(answer.request.body, 'stream_options', 'include_usage') === true
  const id = `req_${answer.suffix}`
  const chunk = (choices: readonly object[], more: object = {}): string =>
    frame({ ...head(answer, 'chat.completion.chunk'), choices, ...more })
  const piece = (delta: object, finish: string | null, more?: object): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }], more)
  return {
    // The id stands in the first and the last chunk.
    opening: [piece({ role: 'assistant', content: '' }, null, { x_groq: { id } })],
    chunk: (text) => piece({ content: text }, null),
    closing: () => [
      piece({}, answer.finish, { x_groq: { id, usage: usage(answer) } }),
      ...(asked ? [chunk([], { usage: usage(answer) })] : []),
      frame('[DONE]'),
    ],
    // "An error string indicating why a stream was stopped early."
    failure: () => [piece({}, null, { x_groq: { id, error: 'the model stopped answering' } })],
  }
}

function head(answer: Answer, object: string): Record<string, unknown> {
  return {
    id: `chatcmpl-${answer.suffix}`,
    object,
    created: answer.created,
    model: answer.request.model,
    system_fingerprint: 'fp_simulated',
  }
}

function usage(answer: Answer): object {
  const input = allInput(answer.usage)
  const { output, cacheRead, reasoning } = answer.usage
  return {
    // Seconds; of no account here.
    queue_time: 0,
    prompt_tokens: input,
    prompt_time: 0,
    completion_tokens: output,
    completion_time: 0,
    total_tokens: input + output,
    total_time: 0,
    ...(cacheRead === 0 ? {} : { prompt_tokens_details: { cached_tokens: cacheRead } }),
    ...(reasoning === 0 ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
}
