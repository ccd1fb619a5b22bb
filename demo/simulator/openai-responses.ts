/**
 * `POST /v1/responses`.
 *
 * Shapes: OpenAI API reference, "Create a model response", "The response object" and "Streaming events"
 * (platform.openai.com/docs/api-reference/responses, /responses-streaming), compared with the types of `openai`
 * 7.57.0. Read 2026-11-24.
 */

import {
  count,
  isObject,
  text as nonEmpty,
  type JsonObject,
} from '../../instrumentation/core/unknown.ts'
import { promptParts } from './tokens.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const openaiResponses: WireFormat = {
  protocol: 'responses',
  provider: 'openai',
  match: (path) => (path === '/v1/responses' ? {} : undefined),
  read(body) {
    const input = body['input']
    const items: readonly JsonObject[] = Array.isArray(input)
      ? input.filter(isObject)
      : [{ role: 'user', content: input }]
    const instructions = nonEmpty(body['instructions'])
    const limit = count(body['max_output_tokens'])
    return {
      parts: promptParts(items, instructions === undefined ? [] : [instructions], body['tools']),
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) => response(answer, 'done'),
  stream,
  // Usage stands in `response.completed` and `response.incomplete`, at the very end.
  told: (answer, until) =>
    answer.request.stream && until === 'opening' ? undefined : answer.usage,
}

function stream(answer: Answer): StreamFrames {
  const named = (type: string, sequence: number, rest: object): string =>
    frame({ type, sequence_number: sequence, ...rest }, type)
  const place = { item_id: itemId(answer), output_index: 0, content_index: 0 }
  const part = (said: string): object => ({
    type: 'output_text',
    text: said,
    annotations: [],
    logprobs: [],
  })
  const item = { ...message(answer), status: 'in_progress', content: [] }
  const terminal = answer.finish === 'length' ? 'response.incomplete' : 'response.completed'
  return {
    opening: [
      named('response.created', 0, { response: response(answer, 'running') }),
      named('response.in_progress', 1, { response: response(answer, 'running') }),
      named('response.output_item.added', 2, { output_index: 0, item }),
      named('response.content_part.added', 3, { ...place, part: part('') }),
    ],
    chunk: (delta, index) =>
      named('response.output_text.delta', OPENING + index, { ...place, delta, logprobs: [] }),
    closing: (chunks) => [
      named('response.output_text.done', OPENING + chunks, {
        ...place,
        text: answer.text,
        logprobs: [],
      }),
      named('response.content_part.done', OPENING + chunks + 1, {
        ...place,
        part: part(answer.text),
      }),
      named('response.output_item.done', OPENING + chunks + 2, {
        output_index: 0,
        item: message(answer),
      }),
      named(terminal, OPENING + chunks + 3, { response: response(answer, 'done') }),
    ],
    failure: (chunks, failed) =>
      failed
        ? [named('response.failed', OPENING + chunks, { response: response(answer, 'failed') })]
        : [named('error', OPENING + chunks, { ...SERVER_ERROR, param: null })],
  }
}

const OPENING = 4

const SERVER_ERROR = {
  code: 'server_error',
  message: 'The model failed to generate a response.',
}

const itemId = (answer: Answer): string => `msg_${answer.suffix}`

function message(answer: Answer): object {
  return {
    id: itemId(answer),
    type: 'message',
    status: answer.finish === 'length' ? 'incomplete' : 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: answer.text, annotations: [], logprobs: [] }],
  }
}

function response(answer: Answer, state: 'running' | 'done' | 'failed'): JsonObject {
  const cut = answer.finish === 'length'
  const status = {
    running: 'in_progress',
    done: cut ? 'incomplete' : 'completed',
    failed: 'failed',
  }
  const { body, model, maxOutputTokens } = answer.request
  return {
    id: `resp_${answer.suffix}`,
    object: 'response',
    created_at: answer.created,
    status: status[state],
    background: false,
    error: state === 'failed' ? SERVER_ERROR : null,
    incomplete_details: state === 'done' && cut ? { reason: 'max_output_tokens' } : null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: maxOutputTokens ?? null,
    metadata: body['metadata'] ?? {},
    model,
    output: state === 'done' ? [message(answer)] : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: 'medium', summary: null },
    service_tier: state === 'running' ? 'auto' : 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: body['tools'] ?? [],
    top_p: 1,
    truncation: 'disabled',
    usage: state === 'done' ? usage(answer) : null,
    user: null,
  }
}

function usage(answer: Answer): object {
  const input = allInput(answer.usage)
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: answer.usage.cacheRead, cache_write_tokens: 0 },
    output_tokens: answer.usage.output,
    output_tokens_details: { reasoning_tokens: answer.usage.reasoning },
    total_tokens: input + answer.usage.output,
  }
}
