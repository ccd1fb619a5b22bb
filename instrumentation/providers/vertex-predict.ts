/**
 * Vertex AI's `predict`, as embedding models and Imagen answer it: tokens stand with each embedding, images are counted.
 * Source: Vertex AI reference, "Text embeddings API" and "Generate images"; `contentEmbeddingStatisticsFromVertex` of
 * `@google/genai` 3.1. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import { geminiModel, vertexRegion } from './gemini-shared.ts'
import type { AnswerReader, AnswerState, Protocol, RequestFacts, UsageReading } from './protocol.ts'

/** Any other model's `predict` is somebody's own. */
const PATH = /\/publishers\/google\/models\/[^/]*(?:embedding|imagen)[^/]*:predict$/

export const vertexPredict: Protocol = {
  name: 'vertex.predict',
  operation: 'embeddings',
  defaultProvider: 'gcp.vertex_ai',
  endings: ['predict'],
  claims: (path) => PATH.test(path),
  pathFacts,
  requestKeys: new Set(['instances']),
  facts: (_body, members, path) =>
    members.get('instances') === undefined ? undefined : pathFacts(path),
  answerKeys: new Set(['predictions', 'error']),
  telling: /$^/,
  createReader,
}

function pathFacts(path: string): RequestFacts {
  const named = geminiModel(path)
  return {
    ...named,
    ...vertexRegion(path),
    ...(named.model?.includes('imagen') === true ? { operation: 'image_generation' } : {}),
    stream: false,
  }
}

function createReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  return {
    body(json) {
      const error = at(json, 'error')
      if (isObject(error)) {
        state = 'broken'
        answer = { errorType: text(error['status']) ?? 'error' }
        return
      }
      const predictions = at(json, 'predictions')
      if (Array.isArray(predictions)) answer = readUsage(predictions)
      state = 'complete'
    },
    event() {
      // Predictions are not streamed.
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}

function readUsage(predictions: readonly unknown[]): UsageReading {
  const images = predictions.filter((each) => text(at(each, 'mimeType')) !== undefined).length
  if (images > 0) return { usage: compactUsage({ images }) }
  const tokens = predictions.map((each) =>
    count(at(each, 'embeddings', 'statistics', 'token_count')),
  )
  if (tokens.every((each) => each === undefined)) return {}
  const input = count(tokens.reduce<number>((sum, each) => sum + (each ?? 0), 0))
  if (input === undefined) return { usageReason: 'usage_inconsistent' }
  const all = tokens.every((each) => each !== undefined)
  return { usage: compactUsage({ input }), ...(all ? {} : { usageReason: 'usage_incomplete' }) }
}
