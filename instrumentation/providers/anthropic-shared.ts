/**
 * Anthropic's answers. `input_tokens` excludes cached and cache-writing tokens; the counts of `message_delta` are
 * cumulative, so they replace and never add.
 * Source: Anthropic API reference, "Create a Message" and "Streaming messages", read November 2026.
 */

import type { Answer, PriceContext } from '../core/call.ts'
import { at, count, isObject, text, type JsonObject } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import { parseRange } from '../wire/json-scan.ts'
import { pairsAttribution } from './attribution-shared.ts'
import { contextSizes } from './context-sizes.ts'
import type {
  AnswerReader,
  AnswerState,
  BodyMembers,
  RequestFacts,
  UsageReading,
} from './protocol.ts'

export const MESSAGES_KEYS: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'messages',
  'system',
  'tools',
  'max_tokens',
  'metadata',
])

/** Of a request for a message, but its model. */
export function messagesFacts(body: string, members: BodyMembers): RequestFacts | undefined {
  const messages = members.get('messages')
  const maxTokens = count(parseRange(body, members.get('max_tokens')))
  // `max_tokens` is required; a chat service of one's own that posts to …/messages rarely has it.
  if (messages === undefined || maxTokens === undefined) return undefined
  return {
    stream: parseRange(body, members.get('stream')) === true,
    maxTokens,
    context: contextSizes(body, {
      messages,
      system: members.get('system'),
      tools: members.get('tools'),
    }),
    attribution: pairsAttribution(body, members.get('metadata')),
  }
}

export const MESSAGE_KEYS: ReadonlySet<string> = new Set([
  'id',
  'model',
  'usage',
  'stop_reason',
  'type',
  'error',
])

export const MESSAGE_TELLING = /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/

/** Of a plain message and of the events of a stream, on Anthropic's own API and wherever else it is spoken. */
export function createAnthropicReader(): AnswerReader {
  let answer: Answer = {}
  let usage: JsonObject = {}
  let state: AnswerState = 'open'
  let counted = false
  const takeUsage = (more: unknown, final: boolean): void => {
    if (!isObject(more)) return
    const said = Object.entries(more).filter(([, value]) => value !== null)
    usage = { ...usage, ...Object.fromEntries(said) }
    counted ||= final
    const context = { ...answer.context, ...priceContext(usage) }
    answer = { ...answer, context }
  }
  const takeMessage = (message: unknown, final: boolean): void => {
    const id = text(at(message, 'id'))
    const model = text(at(message, 'model'))
    answer = { ...answer, ...(id ? { id } : {}), ...(model ? { model } : {}) }
    takeUsage(at(message, 'usage'), final)
    takeStop(at(message, 'stop_reason'))
  }
  const takeStop = (reason: unknown): void => {
    const stop = text(reason)
    if (stop !== undefined) answer = { ...answer, finishReasons: [stop] }
  }
  const fail = (error: unknown): void => {
    state = 'broken'
    answer = { ...answer, errorType: text(at(error, 'type')) ?? 'error' }
  }
  return {
    body(json) {
      if (at(json, 'type') === 'error') return fail(at(json, 'error'))
      takeMessage(json, true)
      state = 'complete'
    },
    event(json) {
      const type = at(json, 'type')
      if (type === 'message_start') takeMessage(at(json, 'message'), false)
      else if (type === 'message_stop') state = state === 'broken' ? state : 'complete'
      else if (type === 'error') fail(at(json, 'error'))
      else if (type === 'message_delta') {
        takeStop(at(json, 'delta', 'stop_reason'))
        takeUsage(at(json, 'usage'), true)
      }
    },
    get state() {
      return state
    },
    answer: () => ({ ...answer, ...readUsage(usage, counted) }),
  }
}

/** `counted`: the final output count was seen; before it `message_start` holds only a placeholder. */
function readUsage(usage: JsonObject, counted: boolean): UsageReading {
  if (Object.keys(usage).length === 0) return {}
  const input = count(usage['input_tokens'])
  const output = counted ? count(usage['output_tokens']) : 0
  if (input === undefined || output === undefined) return { usageReason: 'usage_inconsistent' }
  const written = count(usage['cache_creation_input_tokens']) ?? 0
  const fiveMinutes = count(at(usage, 'cache_creation', 'ephemeral_5m_input_tokens')) ?? 0
  const oneHour = count(at(usage, 'cache_creation', 'ephemeral_1h_input_tokens')) ?? 0
  const thinking = count(at(usage, 'output_tokens_details', 'thinking_tokens')) ?? 0
  const reasoning = counted && thinking <= output ? thinking : 0
  return {
    usage: compactUsage({
      input,
      cacheRead: count(usage['cache_read_input_tokens']),
      cacheWrite: Math.max(0, written - fiveMinutes - oneHour),
      cacheWrite5m: fiveMinutes,
      cacheWrite1h: oneHour,
      output: output - reasoning,
      reasoning,
      webSearches: count(at(usage, 'server_tool_use', 'web_search_requests')),
    }),
    ...(counted ? {} : { usageReason: 'usage_incomplete' as const }),
  }
}

function priceContext(usage: JsonObject): PriceContext {
  const serviceTier = text(usage['service_tier'])
  const speed = text(usage['speed'])
  const inferenceGeo = text(usage['inference_geo'])
  return {
    ...(serviceTier ? { serviceTier } : {}),
    ...(speed ? { speed } : {}),
    ...(inferenceGeo ? { inferenceGeo } : {}),
  }
}
