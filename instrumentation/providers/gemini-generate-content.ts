/**
 * Gemini's generateContent, on the Gemini API and on Vertex AI. Model and streaming stand in the path.
 * `promptTokenCount` contains cached tokens; `candidatesTokenCount` contains neither thoughts nor the results of tools
 * that were put into the prompt (`toolUsePromptTokenCount`). In a stream every chunk carries the counts so far.
 * Source: Gemini API reference, "Generating content", `UsageMetadata`; Vertex AI reference, `GenerateContentResponse`.
 * Read November 2026.
 */

import type { Answer, PriceContext } from '../core/call.ts'
import { fromInclusive } from '../core/inclusive-usage.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { pairsAttribution } from './attribution-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import { geminiModel, vertexRegion } from './gemini-shared.ts'
import type { AnswerReader, AnswerState, Protocol, UsageReading } from './protocol.ts'

export const geminiGenerateContent: Protocol = {
  name: 'gemini.generate_content',
  operation: 'generate_content',
  defaultProvider: 'gcp.gemini',
  endings: ['generateContent', 'streamGenerateContent'],
  claims: (path) => path.endsWith(':generateContent') || path.endsWith(':streamGenerateContent'),
  pathFacts: (path) => ({
    ...geminiModel(path),
    ...vertexRegion(path),
    stream: path.endsWith(':streamGenerateContent'),
  }),
  requestKeys: new Set([
    'contents',
    'systemInstruction',
    'system_instruction',
    'tools',
    'generationConfig',
    'generation_config',
    'labels',
  ]),
  messages: messagesIn('contents'),
  facts(body, members, path) {
    const messages = members.get('contents')
    if (messages === undefined) return undefined
    const config = members.get('generationConfig') ?? members.get('generation_config')
    const maxTokens = count(at(parseRange(body, config), 'maxOutputTokens'))
    return {
      ...geminiModel(path),
      ...vertexRegion(path),
      stream: path.endsWith(':streamGenerateContent'),
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      context: contextSizes(body, {
        messages,
        system: members.get('systemInstruction') ?? members.get('system_instruction'),
        tools: members.get('tools'),
      }),
      attribution: pairsAttribution(body, members.get('labels')),
    }
  },
  answerKeys: new Set(['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'error']),
  telling: /"usageMetadata"|"finishReason"|"error"\s*:/,
  createReader,
}

function createReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const take = (said: unknown): void => {
    // Without `alt=sse` a stream is one JSON array of the same chunks.
    if (Array.isArray(said)) {
      said.forEach(take)
      return
    }
    if (!isObject(said)) return
    if (isObject(said['error'])) {
      state = 'broken'
      answer = { ...answer, errorType: errorType(said['error']) }
      return
    }
    answer = { ...answer, ...identity(said), ...readUsage(said) }
    const reasons = finishReasons(said)
    if (reasons.length > 0) answer = { ...answer, finishReasons: reasons }
  }
  return {
    body(json) {
      take(json)
      if (state === 'open') state = 'complete'
    },
    event: take,
    // A chunk with a finish reason is the last one as a rule, not always: only the stream's end completes it.
    get state() {
      return state
    },
    answer() {
      // Counts of a stream that has not said how it finished are counts so far.
      const unfinished = answer.usage !== undefined && answer.finishReasons === undefined
      if (!unfinished || state === 'complete') return answer
      return { ...answer, usageReason: answer.usageReason ?? 'usage_incomplete' }
    },
  }
}

function identity(json: JsonObject): Answer {
  const id = text(json['responseId'])
  const model = text(json['modelVersion'])
  const context = priceContext(json['usageMetadata'])
  return {
    ...(id !== undefined ? { id } : {}),
    ...(model !== undefined ? { model } : {}),
    ...(context !== undefined ? { context } : {}),
  }
}

function finishReasons(json: JsonObject): readonly string[] {
  if (!Array.isArray(json['candidates'])) {
    const blocked = text(at(json, 'promptFeedback', 'blockReason'))
    return blocked === undefined ? [] : [blocked]
  }
  return (json['candidates'] as readonly unknown[]).flatMap((candidate) => {
    const reason = text(at(candidate, 'finishReason'))
    return reason === undefined ? [] : [reason.toLowerCase()]
  })
}

/** Vertex AI's way of billing the call, as the tier's name in the price list. */
const TIERS: Readonly<Record<string, string>> = {
  ON_DEMAND: 'standard',
  ON_DEMAND_PRIORITY: 'priority',
  ON_DEMAND_FLEX: 'flex',
}

function priceContext(usage: unknown): PriceContext | undefined {
  const traffic = text(at(usage, 'trafficType'))
  if (traffic === undefined) return undefined
  return { serviceTier: TIERS[traffic] ?? traffic.toLowerCase() }
}

function readUsage(json: JsonObject): UsageReading {
  const usage = json['usageMetadata']
  if (!isObject(usage)) return {}
  const number = (name: string): number => count(usage[name]) ?? 0
  const result = fromInclusive({
    input: number('promptTokenCount') + number('toolUsePromptTokenCount'),
    cacheRead: number('cachedContentTokenCount'),
    audioInput: modality(usage['promptTokensDetails'], 'AUDIO'),
    audioCacheRead: modality(usage['cacheTokensDetails'], 'AUDIO'),
    imageInput: modality(usage['promptTokensDetails'], 'IMAGE'),
    imageCacheRead: modality(usage['cacheTokensDetails'], 'IMAGE'),
    videoInput: modality(usage['promptTokensDetails'], 'VIDEO'),
    output: number('candidatesTokenCount') + number('thoughtsTokenCount'),
    reasoning: number('thoughtsTokenCount'),
    audioOutput: modality(usage['candidatesTokensDetails'], 'AUDIO'),
    imageOutput: modality(usage['candidatesTokensDetails'], 'IMAGE'),
    webSearches: groundedQueries(json['candidates']),
  })
  return 'problem' in result ? { usageReason: 'usage_inconsistent' } : result
}

/** Tokens of one modality in a list of `{modality, tokenCount}`. */
function modality(details: unknown, name: string): number | undefined {
  if (!Array.isArray(details)) return undefined
  return (details as readonly unknown[])
    .filter((entry) => at(entry, 'modality') === name)
    .reduce<number>((sum, entry) => sum + (count(at(entry, 'tokenCount')) ?? 0), 0)
}

/** Google bills grounding by the search query from Gemini 3 on; each query the model made is listed. */
function groundedQueries(candidates: unknown): number | undefined {
  if (!Array.isArray(candidates)) return undefined
  return (candidates as readonly unknown[]).reduce<number>((sum, candidate) => {
    const queries = at(candidate, 'groundingMetadata', 'webSearchQueries')
    return sum + (Array.isArray(queries) ? queries.length : 0)
  }, 0)
}

/** `error.type` of Google's error object: its canonical status (`RESOURCE_EXHAUSTED`), else its code. */
function errorType(error: JsonObject): string {
  return text(error['status']) ?? String(count(error['code']) ?? 'error')
}
