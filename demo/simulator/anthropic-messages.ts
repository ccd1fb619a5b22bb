/**
 * `POST /v1/messages`.
 *
 * Shapes: Anthropic API reference, "Create a Message" (platform.claude.com/docs/en/api/messages) and "Streaming
 * Messages" (platform.claude.com/docs/en/build-with-claude/streaming), compared with the types of `@anthropic-ai/sdk`
 * 1.12.0. Read 2026-11-24. `input_tokens` leaves cached tokens out; the counts of `message_delta` are cumulative.
 */

import { count, isObject, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { contentText, promptParts } from './tokens.ts'
import { frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const anthropicMessages: WireFormat = {
  protocol: 'messages',
  provider: 'anthropic',
  match: (path) => (path === '/v1/messages' ? {} : undefined),
  read(body) {
    const messages = Array.isArray(body['messages']) ? body['messages'].filter(isObject) : []
    const system = body['system'] === undefined ? [] : [contentText(body['system'])]
    const limit = count(body['max_tokens'])
    return {
      parts: promptParts(messages, system, body['tools']),
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) => ({
    ...head(answer),
    content: [{ type: 'text', text: answer.text, citations: null }],
    stop_reason: stopReason(answer),
    stop_sequence: null,
    usage: usage(answer, answer.usage.output),
  }),
  stream,
  told(answer, until) {
    if (!answer.request.stream || until === 'end') return answer.usage
    return { ...answer.usage, output: Math.min(OPENING_OUTPUT, answer.usage.output) }
  },
}

/** As in the reference's example of `message_start`. */
const OPENING_OUTPUT = 1

function stream(answer: Answer): StreamFrames {
  const named = (data: { readonly type: string }): string => frame(data, data.type)
  const start = {
    type: 'message_start',
    message: {
      ...head(answer),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usage(answer, Math.min(OPENING_OUTPUT, answer.usage.output)),
    },
  }
  return {
    opening: [
      named(start),
      named({
        type: 'content_block_start',
        ...{ index: 0, content_block: { type: 'text', text: '' } },
      }),
      named({ type: 'ping' }),
    ],
    chunk: (text) =>
      named({
        type: 'content_block_delta',
        ...{ index: 0, delta: { type: 'text_delta', text } },
      }),
    closing: () => [
      named({ type: 'content_block_stop', ...{ index: 0 } }),
      named({
        type: 'message_delta',
        ...{
          delta: { stop_reason: stopReason(answer), stop_sequence: null },
          usage: { output_tokens: answer.usage.output },
        },
      }),
      named({ type: 'message_stop' }),
    ],
    // "event: error", type overloaded_error: the reference's "Error events".
    failure: () => [
      named({
        type: 'error',
        ...{ error: { type: 'overloaded_error', message: 'Overloaded' } },
      }),
    ],
  }
}

function head(answer: Answer): JsonObject {
  return {
    id: `msg_${answer.suffix}`,
    type: 'message',
    role: 'assistant',
    model: answer.request.model,
  }
}

const stopReason = (answer: Answer): string =>
  answer.finish === 'length' ? 'max_tokens' : 'end_turn'

function usage(answer: Answer, output: number): object {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = answer.usage
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: output,
    service_tier: 'standard',
  }
}
