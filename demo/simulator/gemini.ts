/**
 * `POST /v1beta/models/{model}:generateContent` (or `/v1`), `:streamGenerateContent?alt=sse` and `:batchEmbedContents`.
 *
 * Shapes: Gemini API reference, "Generating content" (`GenerateContentResponse`, `UsageMetadata`) and "Embeddings"
 * (ai.google.dev/api), compared with the types of `@google/genai` 3.1.0. Read 2026-11-24.
 */

import { at, count, isObject, text, type JsonObject } from '../../instrumentation/core/unknown.ts'
import { BYTES_PER_TOKEN, promptParts } from './tokens.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

const GENERATE = /^\/v1(?:beta)?\/models\/([^/]+):(generateContent|streamGenerateContent)$/
const EMBED = /^\/v1(?:beta)?\/models\/([^/]+):batchEmbedContents$/

export const geminiContent: WireFormat = {
  protocol: 'generate_content',
  provider: 'gemini',
  match(path) {
    const found = GENERATE.exec(path)
    if (found === null) return undefined
    return { model: decodeURIComponent(found[1] ?? ''), stream: found[2] !== 'generateContent' }
  },
  read(body) {
    const contents = Array.isArray(body['contents']) ? body['contents'].filter(isObject) : []
    const instruction = body['systemInstruction']
    const limit = count(at(body, 'generationConfig', 'maxOutputTokens'))
    return {
      parts: promptParts(
        contents.map((content) => ({ role: content['role'], content: content['parts'] })),
        isObject(instruction) ? [partsText(instruction['parts'])] : [],
        body['tools'],
      ),
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    }
  },
  plain: (answer) => chunkOf(answer, answer.text, answer.usage.output, true),
  stream,
  // Every chunk says what was used so far.
  told: (answer, until, sent) =>
    until === 'end' ? answer.usage : { ...answer.usage, output: sent ?? 0 },
}

function stream(answer: Answer): StreamFrames {
  let said = answer.usage.reasoning
  return {
    opening: [],
    chunk(text) {
      said += text.length / BYTES_PER_TOKEN
      return frame(chunkOf(answer, text, said, false)).replaceAll('\n', '\r\n')
    },
    closing: () => [frame(chunkOf(answer, '', answer.usage.output, true)).replaceAll('\n', '\r\n')],
    failure: () => [frame({ error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } })],
  }
}

function chunkOf(answer: Answer, text: string, output: number, last: boolean): JsonObject {
  const input = allInput(answer.usage)
  const { cacheRead, reasoning } = answer.usage
  const thoughts = Math.min(reasoning, output)
  const finish = answer.finish === 'length' ? 'MAX_TOKENS' : 'STOP'
  return {
    candidates: [
      {
        content: { parts: [{ text }], role: 'model' },
        ...(last ? { finishReason: finish } : {}),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: input,
      ...(cacheRead > 0 ? { cachedContentTokenCount: cacheRead } : {}),
      candidatesTokenCount: output - thoughts,
      ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
      totalTokenCount: input + output,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
    },
    modelVersion: answer.request.model,
    responseId: answer.suffix,
  }
}

export const geminiEmbeddings: WireFormat = {
  protocol: 'batch_embed_contents',
  provider: 'gemini',
  match(path) {
    const found = EMBED.exec(path)
    return found === null ? undefined : { model: decodeURIComponent(found[1] ?? ''), stream: false }
  },
  read(body) {
    const requests = Array.isArray(body['requests']) ? body['requests'].filter(isObject) : []
    const messages = requests.map((one) => ({ content: at(one, 'content', 'parts') }))
    return { parts: promptParts(messages, [], undefined), maxOutputTokens: 0 }
  },
  plain: (answer) => ({
    embeddings: [{ values: [0.01, -0.02, 0.03] }],
    usageMetadata: { promptTokenCount: allInput(answer.usage) },
  }),
  told: (answer) => answer.usage,
}

function partsText(parts: unknown): string {
  if (!Array.isArray(parts)) return ''
  return (parts as readonly unknown[]).map((part) => text(at(part, 'text')) ?? '').join('')
}
