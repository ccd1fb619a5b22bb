/**
 * `POST /model/{modelId}/invoke` and `/invoke-with-response-stream`, with the bodies of Anthropic's and Amazon's models.
 *
 * Shapes: Amazon Bedrock user guide, "Anthropic Claude Messages API" and "Complete request schema" of Amazon Nova; API
 * reference, "InvokeModelWithResponseStream". Read 2026-11-24.
 */

import { at, count, isObject, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { event, exception } from './event-stream.ts'
import { contentText, promptParts } from './tokens.ts'
import type { Answer, StreamFrames, WireFormat } from './wire-format.ts'

const PATH = /^\/model\/([^/]+)\/invoke(-with-response-stream)?$/

const isNova = (model: string): boolean => model.includes('amazon.nova')

export const bedrockInvoke: WireFormat = {
  protocol: 'invoke',
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
    const limit = count(body['max_tokens']) ?? count(at(body, 'inferenceConfig', 'maxTokens'))
    return {
      parts: promptParts(messages, system, body['tools']),
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) =>
    isNova(answer.request.model) ? novaPlain(answer) : anthropicMessages.plain(answer),
  stream: (answer) => (isNova(answer.request.model) ? novaStream(answer) : anthropicStream(answer)),
  told(answer, until) {
    const format = isNova(answer.request.model) ? bedrockConverse : anthropicMessages
    return format.told(answer, until)
  },
}

/** A chunk holds the model's own event, in base64. */
function chunk(said: unknown): Uint8Array {
  return event('chunk', { bytes: Buffer.from(JSON.stringify(said)).toString('base64') })
}

function metrics({ usage }: Answer): JsonObject {
  return {
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: usage.input,
      outputTokenCount: usage.output,
      invocationLatency: 1,
      firstByteLatency: 1,
      cacheReadInputTokenCount: usage.cacheRead,
      cacheWriteInputTokenCount: usage.cacheWrite5m + usage.cacheWrite1h,
    },
  }
}

function failure(): readonly Uint8Array[] {
  return [exception('modelStreamErrorException', 'The model stopped answering.')]
}

/** The events of Anthropic's own API, without its pings; the last one carries the metrics. */
function anthropicStream(answer: Answer): StreamFrames {
  const own = anthropicMessages.stream?.(answer)
  const events = (frames: readonly (string | Uint8Array)[] | undefined): readonly JsonObject[] =>
    (frames ?? []).flatMap((frame) => {
      const data = /^data: (.*)$/m.exec(String(frame))?.[1]
      const said: unknown = data === undefined ? undefined : JSON.parse(data)
      return isObject(said) && said['type'] !== 'ping' ? [said] : []
    })
  return {
    opening: events(own?.opening).map(chunk),
    chunk: (text, index) => chunk(events([own?.chunk(text, index) ?? ''])[0]),
    closing: (chunks) =>
      events(own?.closing(chunks)).map((said) =>
        chunk(said['type'] === 'message_stop' ? { ...said, ...metrics(answer) } : said),
      ),
    failure,
  }
}

function novaUsage({ usage }: Answer): JsonObject {
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    totalTokens: usage.input + usage.output,
    cacheReadInputTokenCount: usage.cacheRead,
    cacheWriteInputTokenCount: usage.cacheWrite5m + usage.cacheWrite1h,
  }
}

const novaStop = (answer: Answer): string =>
  answer.finish === 'length' ? 'max_tokens' : 'end_turn'

const novaPlain = (answer: Answer): JsonObject => ({
  output: { message: { role: 'assistant', content: [{ text: answer.text }] } },
  stopReason: novaStop(answer),
  usage: novaUsage(answer),
})

function novaStream(answer: Answer): StreamFrames {
  return {
    opening: [chunk({ messageStart: { role: 'assistant' } })],
    chunk: (text) => chunk({ contentBlockDelta: { delta: { text }, contentBlockIndex: 0 } }),
    closing: () => [
      chunk({ contentBlockStop: { contentBlockIndex: 0 } }),
      chunk({ messageStop: { stopReason: novaStop(answer) } }),
      chunk({
        metadata: { usage: novaUsage(answer), metrics: {}, trace: {} },
        ...metrics(answer),
      }),
    ],
    failure,
  }
}
