/** What a request asked, and what a scenario makes of it: length of the answer, cached tokens, faults. */

import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../../instrumentation/core/unknown.ts'

export type Protocol =
  | 'chat_completions'
  | 'responses'
  | 'embeddings'
  | 'messages'
  | 'generate_content'
  | 'batch_embed_contents'
  | 'converse'
  | 'invoke'
  | 'completions'
  | 'cohere_chat'
  | 'cohere_embed'
  | 'cohere_rerank'
  | 'ollama_chat'
  | 'ollama_embed'

export type Provider =
  'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'cohere' | 'ollama' | 'mistral' | 'groq'

/** Tokens of the request by part; together they are the input tokens. */
export interface PromptParts {
  readonly system: number
  /** Everything before the last message that is not a system message. */
  readonly history: number
  readonly tools: number
  /** The last message. */
  readonly rest: number
}

export interface SimulatorRequest {
  /** 1 for the first request that arrived. */
  readonly id: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly protocol: Protocol
  readonly provider: Provider
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: JsonObject
  /** The body as it arrived. */
  readonly raw: string
  readonly model: string
  readonly stream: boolean
  /** 1 + `x-stainless-retry-count`, or AWS's `amz-sdk-request`; 1 where the client does not say. */
  readonly attempt: number
  /** The nth request with this path and body since the simulator started, from 1. */
  readonly repeat: number
  /** The first request with this path and body. */
  readonly same: number
  readonly parts: PromptParts
  readonly inputTokens: number
  /** What is billed by the search and not by the token. */
  readonly searches?: number
  /** `max_tokens` and its like. */
  readonly maxOutputTokens?: number
}

export type Fault =
  /** An error answer instead of the real one; nothing is billed. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly retryAfterMs?: number
      /** Seconds. */
      readonly retryAfter?: number
    }
  /** An error inside the stream, after so many chunks of text. `failed`: as `response.failed` (Responses only). */
  | { readonly kind: 'error_event'; readonly after: number; readonly failed?: boolean }
  /** The connection is reset after so many chunks of text; before the headers where not streamed. */
  | { readonly kind: 'reset'; readonly after: number }

/** All optional: a plan of `{}` is an ordinary answer. */
export interface Plan {
  /** Default: `max_tokens` and its like, else 64. */
  readonly outputTokens?: number
  /** Part of the output. Default 0. */
  readonly reasoningTokens?: number
  /** Parts of the input. Default 0. */
  readonly cacheReadTokens?: number
  readonly cacheWrite5mTokens?: number
  readonly cacheWrite1hTokens?: number
  /** How the answer begins; filled up with prose to `outputTokens`. */
  readonly text?: string
  /** Default `stop`; `length` is an answer cut at its limit. */
  readonly finish?: 'stop' | 'length'
  /** Milliseconds before the first byte. Default 0. */
  readonly delayMs?: number
  /** Milliseconds between chunks. Default 0. */
  readonly chunkDelayMs?: number
  /** Default 16. */
  readonly tokensPerChunk?: number
  readonly fault?: Fault
  /** What the request is for: kept in the ledger, which knows nothing of attribution. */
  readonly unit?: string
}

export type Scenario = (request: SimulatorRequest) => Plan | undefined

/**
 * Reads `x-sim-fault`, e.g. `status=429; retry-after-ms=20; times=1`, `error-event; after=3`, `failed; after=3`,
 * `reset; after=2`, `delay=500`, `chunk-delay=2`. `times` says for how many requests with the same header and body the fault holds;
 * without it, for all. `id=…` tells otherwise equal requests apart.
 * @throws Error naming the word that is not understood.
 */
export function planOfHeader(header: string, seen: number): Plan {
  const words = new Map<string, string>()
  for (const part of header.split(';')) {
    const [name = '', value = ''] = part.split('=', 2).map((word) => word.trim())
    if (!HEADER_WORDS.includes(name)) throw new Error(`x-sim-fault: no word '${name}'`)
    words.set(name, value)
  }
  const number = (name: string): number | undefined =>
    words.has(name) ? Number(words.get(name)) : undefined
  if (seen > (number('times') ?? Infinity)) return {}
  const after = number('after') ?? 0
  const delayMs = number('delay')
  const chunkDelayMs = number('chunk-delay')
  const fault = faultOf(words, number, after)
  return {
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(chunkDelayMs === undefined ? {} : { chunkDelayMs }),
    ...(fault === undefined ? {} : { fault }),
  }
}

const HEADER_WORDS = [
  'status',
  'retry-after-ms',
  'retry-after',
  'error-event',
  'failed',
  'reset',
  'after',
  'delay',
  'chunk-delay',
  'times',
  'id',
]

function faultOf(
  words: ReadonlyMap<string, string>,
  number: (name: string) => number | undefined,
  after: number,
): Fault | undefined {
  if (words.has('reset')) return { kind: 'reset', after }
  if (words.has('error-event')) return { kind: 'error_event', after }
  if (words.has('failed')) return { kind: 'error_event', after, failed: true }
  const status = number('status')
  if (status === undefined) return undefined
  const retryAfterMs = number('retry-after-ms')
  const retryAfter = number('retry-after')
  return {
    kind: 'status',
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  }
}
