/** One logical LLM call: what was asked, what came back, how it ended. Plain values, no prompt text. */

import type { Attribution } from './attribution.ts'
import type { CostReason } from './cost.ts'
import type { Usage } from './usage.ts'

/**
 * `completed`: the answer arrived whole. `aborted`: the application stopped reading or gave up. `broken_off`: the
 * connection or the provider ended a running answer. `failed`: there was no usable answer.
 */
export type CallEnd = 'completed' | 'aborted' | 'broken_off' | 'failed'

/** What the price depends on beside model and usage. Values as the provider's API spells them. */
export interface PriceContext {
  /** The tier the provider answered with, not the one asked for: `default`, `flex`, `priority`, `batch`, … */
  readonly serviceTier?: string
  /** Anthropic's `speed`: `standard` or `fast`. */
  readonly speed?: string
  /** Anthropic's `inference_geo`: `us`, `global`. */
  readonly inferenceGeo?: string
  /** Data-residency or cloud region where it changes the rate: `eu`, `us`, `us-east5`. */
  readonly region?: string
  /** How a cloud routes the call: Bedrock `in_region`, `us`, `eu`, `global`; Azure `global`, `datazone`, `regional`. */
  readonly routing?: string
  /** Perplexity's `search_context_size`: `low`, `medium`, `high`. */
  readonly searchContextSize?: string
  /** Size of a generated image: `1024x1024`. */
  readonly imageSize?: string
  /** Quality of a generated image: `standard`, `hd`. */
  readonly imageQuality?: string
  /** Of generated video: `720p`. */
  readonly resolution?: string
}

/** An attempt that came before the one that ended the call. */
export interface FailedAttempt {
  /** Epoch milliseconds. */
  readonly at: number
  readonly statusCode?: number
  readonly errorType: string
}

/**
 * The size of a request's parts in characters of its JSON text: what context tokens are apportioned by. Roles and
 * lengths, never content.
 */
export interface ContextSizes {
  readonly system: number
  /** Everything before the last user message that is not system text. */
  readonly history: number
  readonly tools: number
  /** The last user message and what follows it. */
  readonly rest: number
  /** 1 + earlier assistant messages. */
  readonly turn: number
}

/** What was asked, known before anything is sent. */
export interface CallRequest {
  /** `gen_ai.operation.name`: `chat`, `embeddings`, … */
  readonly operation: string
  /** `gen_ai.provider.name`. */
  readonly provider: string
  /** `openai.api.type` where there is one: `chat_completions`, `responses`. */
  readonly apiType?: string | undefined
  /** The model asked for; unknown where the request's body can't be seen. */
  readonly model?: string | undefined
  readonly stream: boolean
  readonly maxTokens?: number | undefined
  readonly context?: ContextSizes | undefined
  /** The nth identical request within its unit, from 2. */
  readonly repeat?: number | undefined
  readonly serverAddress: string
  readonly serverPort: number
}

/** What the provider's answer said. Every field is absent until the answer has said it. */
export interface Answer {
  readonly id?: string
  readonly model?: string | undefined
  readonly finishReasons?: readonly string[]
  readonly usage?: Usage
  /** Set where `usage` is absent or only a lower bound. */
  readonly usageReason?: CostReason
  readonly context?: PriceContext
  /** Set where the answer itself reports an error: in a stream, or `response.failed`. */
  readonly errorType?: string
  /** USD as the provider billed it, decimal string, where the answer states it. */
  readonly statedCost?: string
}

export interface Call {
  readonly request: CallRequest
  readonly answer: Answer
  readonly attribution: Attribution
  /** Epoch milliseconds, as are the following. */
  readonly startedAt: number
  readonly endedAt: number
  /** When the application was handed the first byte of a streamed answer. */
  readonly firstChunkAt?: number | undefined
  readonly end: CallEnd
  /** HTTP status or error class; absent when completed or aborted. */
  readonly errorType?: string | undefined
  readonly statusCode?: number | undefined
  readonly failedAttempts: readonly FailedAttempt[]
}
