/** One call as the local store keeps it and every report reads it: read off a span's attributes, never off its text. */

import type { CallEnd } from '../instrumentation/core/call.ts'
import type { PriceContext } from '../instrumentation/core/call.ts'
import type { CostPart } from '../instrumentation/core/cost.ts'
import type { Usage } from '../instrumentation/core/usage.ts'

/** Input tokens apportioned by byte share of the request's parts: an estimate. */
export interface ContextTokens {
  readonly system: number
  readonly history: number
  readonly tools: number
  readonly rest: number
}

export interface CallRow {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly service: string
  readonly environment?: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly operation: string
  readonly provider: string
  readonly requestModel?: string
  readonly responseModel?: string
  /** Absent on spans of emitters that do not say. */
  readonly end?: CallEnd
  readonly errorType?: string
  readonly stream?: boolean
  /** HTTP attempts of this logical call, 1 where nothing was resent. */
  readonly attempts: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly cacheReadTokens?: number
  readonly cacheWriteTokens?: number
  readonly reasoningTokens?: number
  /** What is billed, in disjoint buckets: for another price than the one it had. Absent where it does not add up. */
  readonly usage?: Usage
  readonly priceContext?: PriceContext
  readonly status: 'priced' | 'partial' | 'unpriced' | 'covered'
  /** A `CostReason` where not priced. */
  readonly reason?: string
  /** `sdk`, `collector`, `gateway`: who priced it before it came here. `local`: priced on arrival. */
  readonly pricedBy?: string
  /** USD; absent when unpriced or covered. */
  readonly usd?: number
  readonly parts: Readonly<Partial<Record<CostPart, number>>>
  readonly feature?: string
  readonly team?: string
  readonly customer?: string
  readonly costCenter?: string
  readonly user?: string
  readonly session?: string
  readonly conversation?: string
  readonly promptName?: string
  readonly promptVersion?: string
  readonly unitType?: string
  readonly unitId?: string
  readonly tags: Readonly<Record<string, string>>
  /** 1 + earlier assistant messages in the request. */
  readonly turn?: number
  readonly context?: ContextTokens
  /** The nth identical request within the unit, from 2. */
  readonly repeat?: number
  /** `none`, `retry`, `repeat`, `aborted`, `failed`, `truncated`. */
  readonly waste?: string
}
