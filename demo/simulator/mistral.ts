/**
 * Mistral's `POST /v1/chat/completions` and `/v1/embeddings`, at the simulator's address with `/mistral`: without it the
 * paths are OpenAI's. Streams say their usage unasked.
 *
 * Shapes: types of `@mistralai/mistralai` 2.7.0, `ChatCompletionResponse`, `CompletionChunk`, `EmbeddingResponse`,
 * `UsageInfo`. A stream that fails ends with the finish reason `error` of `CompletionResponseStreamChoice`; no other form
 * of it is described. Read 2026-11-26.
 */

import type { JsonObject } from '../../instrumentation/core/unknown.ts'
import { embeddingInputs, embeddingOf } from './openai-embeddings.ts'
import { readChat } from './tokens.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const mistralChat: WireFormat = {
  protocol: 'chat_completions',
  provider: 'mistral',
  match: (path) => (path === '/mistral/v1/chat/completions' ? {} : undefined),
  read: (body) => readChat(body, 'max_tokens'),
  plain: (answer) => ({
    ...head(answer, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text, tool_calls: null },
        finish_reason: answer.finish,
      },
    ],
    usage: usage(answer),
  }),
  stream,
  told: (answer, until) => (!answer.request.stream || until === 'end' ? answer.usage : undefined),
}

function stream(answer: Answer): StreamFrames {
  const piece = (delta: object, finish: string | null, more = {}): string =>
    frame({
      ...head(answer, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    })
  return {
    opening: [piece({ role: 'assistant', content: '' }, null)],
    chunk: (text) => piece({ content: text }, null),
    closing: () => [
      piece({ content: '' }, answer.finish, { usage: usage(answer) }),
      frame('[DONE]'),
    ],
    failure: () => [piece({ content: '' }, 'error')],
  }
}

/** "codestral-embed, mistral-embed": 1024 numbers unless told otherwise (docs.mistral.ai, "Text embeddings"). Read 2026-11-26. */
const DIMENSIONS = 1024

export const mistralEmbeddings: WireFormat = {
  protocol: 'embeddings',
  provider: 'mistral',
  match: (path) => (path === '/mistral/v1/embeddings' ? {} : undefined),
  read: (body) => ({
    parts: { system: 0, history: 0, tools: 0, rest: embeddingInputs(body['input']).total },
    maxOutputTokens: 0,
  }),
  plain: (answer) => ({
    ...head(answer, 'list'),
    data: embeddingInputs(answer.request.body['input']).each.map((_, index) => ({
      object: 'embedding',
      embedding: embeddingOf(DIMENSIONS),
      index,
    })),
    usage: usage(answer),
  }),
  told: (answer) => answer.usage,
}

function head(answer: Answer, object: string): JsonObject {
  return {
    id: answer.suffix,
    object,
    created: answer.created,
    model: answer.request.model,
  }
}

function usage(answer: Answer): object {
  const input = allInput(answer.usage)
  const { output } = answer.usage
  return { prompt_tokens: input, total_tokens: input + output, completion_tokens: output }
}
