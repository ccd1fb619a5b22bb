/**
 * `POST /model/{modelId}/converse` and `/converse-stream`.
 *
 * Shapes: Amazon Bedrock API reference, "Converse", "ConverseStream", "TokenUsage", compared with the types of
 * `@aws-sdk/client-bedrock-runtime` 3.1164.0. Read 2026-11-24.
 */

import { at, count, isObject, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { event, exception } from './event-stream.ts'
import { contentText, promptParts } from './tokens.ts'
import { allInput, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

const PATH = /^\/model\/([^/]+)\/converse(-stream)?$/

export const bedrockConverse: WireFormat = {
  protocol: 'converse',
  provider: 'bedrock',
  match(path) {
    const found = PATH.exec(path)
    if (found === null) return undefined
    return { model: decodeURIComponent(found[1] ?? ''), stream: found[2] !== undefined }
  },
  streamType: 'application/vnd.amazon.eventstream',
  read(body) {
    const messages = Array.isArray(body['messages']) ? body['messages'].filter(isObject) : []
    const system = body['system'] === undefined ? [] : [contentText(body['system'])]
    const limit = count(at(body, 'inferenceConfig', 'maxTokens'))
    return {
      parts: promptParts(messages, system, at(body, 'toolConfig', 'tools')),
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) => ({
    output: { message: { role: 'assistant', content: [{ text: answer.text }] } },
    stopReason: stopReason(answer),
    usage: tokenUsage(answer),
    metrics: { latencyMs: 1 },
  }),
  stream,
  // Usage stands in the last event.
  told: (answer, until) => (!answer.request.stream || until === 'end' ? answer.usage : undefined),
}

function stream(answer: Answer): StreamFrames {
  return {
    opening: [event('messageStart', { role: 'assistant' })],
    chunk: (text) => event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }),
    closing: () => [
      event('contentBlockStop', { contentBlockIndex: 0 }),
      event('messageStop', { stopReason: stopReason(answer) }),
      event('metadata', { usage: tokenUsage(answer), metrics: { latencyMs: 1 } }),
    ],
    failure: () => [exception('modelStreamErrorException', 'The model stopped answering.')],
  }
}

const stopReason = (answer: Answer): string =>
  answer.finish === 'length' ? 'max_tokens' : 'end_turn'

/** `inputTokens` excludes what was read from and written to the cache. */
function tokenUsage(answer: Answer): JsonObject {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = answer.usage
  const written = cacheWrite5m + cacheWrite1h
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: allInput(answer.usage) + output,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: written,
    ...(written === 0
      ? {}
      : {
          cacheDetails: [
            { ttl: '5m', inputTokens: cacheWrite5m },
            { ttl: '1h', inputTokens: cacheWrite1h },
          ],
        }),
  }
}
