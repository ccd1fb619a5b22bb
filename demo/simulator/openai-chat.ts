/**
 * `POST /v1/chat/completions`.
 *
 * Shapes: OpenAI API reference, "Create chat completion", "The chat completion object", "The chat completion chunk
 * object" (platform.openai.com/docs/api-reference/chat, /chat-streaming), compared with the types of `openai` 7.57.0,
 * which are generated from OpenAI's OpenAPI document. Read 2026-11-24.
 */

import { at } from '../../instrumentation/core/unknown.ts'
import { readChat } from './tokens.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

/** "The server had an error…": platform.openai.com/docs/guides/error-codes, 500. Read 2026-11-24. */
export const SERVER_ERROR = {
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  param: null,
  code: null,
}

/** Of a deployment: Azure OpenAI reference, "Chat completions", api-version 2024-10-21. Read 2026-11-26. */
const AZURE = /^\/openai\/deployments\/[^/]+\/chat\/completions$/

export const openaiChat: WireFormat = {
  protocol: 'chat_completions',
  provider: 'openai',
  match: (path) => (path === '/v1/chat/completions' || AZURE.test(path) ? {} : undefined),
  read: (body) => readChat(body, 'max_completion_tokens', 'max_tokens'),
  plain: (answer) => ({
    ...head(answer, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: answer.finish,
      },
    ],
    usage: usage(answer),
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  }),
  stream,
  // Without include_usage a stream tells nothing; with it, only the last chunk before [DONE] does.
  told: (answer, until) =>
    !answer.request.stream || (until === 'end' && includeUsage(answer)) ? answer.usage : undefined,
}

function stream(answer: Answer): StreamFrames {
  const asked = includeUsage(answer)
  const piece = (delta: object, finish: string | null): string =>
    frame({
      ...head(answer, 'chat.completion.chunk'),
      service_tier: 'default',
      system_fingerprint: 'fp_simulated',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      // "All other chunks will also include a usage field, but with a null value": reference, stream_options.
      ...(asked ? { usage: null } : {}),
    })
  const last = frame({
    ...head(answer, 'chat.completion.chunk'),
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
    choices: [],
    usage: usage(answer),
  })
  return {
    opening: [piece({ role: 'assistant', content: '', refusal: null }, null)],
    chunk: (text) => piece({ content: text }, null),
    closing: () => [piece({}, answer.finish), ...(asked ? [last] : []), frame('[DONE]')],
    failure: () => [frame({ error: SERVER_ERROR })],
  }
}

const includeUsage = (answer: Answer): boolean =>
  at(answer.request.body, 'stream_options', 'include_usage') === true

function head(answer: Answer, object: string): object {
  return {
    id: `chatcmpl-${answer.suffix}`,
    object,
    created: answer.created,
    model: answer.request.model,
  }
}

function usage(answer: Answer): object {
  const input = allInput(answer.usage)
  return {
    prompt_tokens: input,
    completion_tokens: answer.usage.output,
    total_tokens: input + answer.usage.output,
    prompt_tokens_details: { cached_tokens: answer.usage.cacheRead, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: answer.usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
