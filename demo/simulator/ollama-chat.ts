/**
 * `POST /api/chat`, which streams lines of JSON unless told otherwise.
 *
 * Shapes: github.com/ollama/ollama, docs/api.md, "Generate a chat completion", compared with the types of `ollama` 0.6.4.
 * Read 2026-11-26.
 */

import { at, count, isObject, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { promptParts } from './tokens.ts'
import { allInput, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const ollamaChat: WireFormat = {
  protocol: 'ollama_chat',
  provider: 'ollama',
  match: (path) => (path === '/api/chat' ? {} : undefined),
  streamsUnasked: true,
  streamType: 'application/x-ndjson',
  read(body) {
    const messages = Array.isArray(body['messages']) ? body['messages'].filter(isObject) : []
    const limit = count(at(body, 'options', 'num_predict'))
    return {
      parts: promptParts(messages, [], body['tools']),
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) => last(answer, answer.text),
  stream,
  told: (answer, until) => (!answer.request.stream || until === 'end' ? answer.usage : undefined),
}

function stream(answer: Answer): StreamFrames {
  return {
    opening: [],
    chunk: (text) => line({ ...head(answer, text), done: false }),
    closing: () => [line(last(answer, ''))],
    failure: () => [line({ error: 'an error was encountered while running the model' })],
  }
}

const line = (said: JsonObject): string => `${JSON.stringify(said)}\n`

function head(answer: Answer, content: string): JsonObject {
  return {
    model: answer.request.model,
    created_at: new Date(answer.created * 1000).toISOString(),
    message: { role: 'assistant', content },
  }
}

function last(answer: Answer, content: string): JsonObject {
  return {
    ...head(answer, content),
    done: true,
    done_reason: answer.finish,
    // Nanoseconds; of no account here.
    total_duration: 1,
    load_duration: 1,
    prompt_eval_count: allInput(answer.usage),
    prompt_eval_duration: 1,
    eval_count: answer.usage.output,
    eval_duration: 1,
  }
}
