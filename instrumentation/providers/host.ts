/**
 * What a host of OpenAI's forms is: a value in `hosts.ts`. A new one is a file of few lines, its fixtures and one line
 * there.
 */

import type { PriceContext } from '../core/call.ts'
import type { JsonObject } from '../core/unknown.ts'

export interface Host {
  /** Names of servers; what begins with `.` or `-` is the end of their names. */
  readonly names: readonly string[]
  /** `gen_ai.provider.name`. */
  readonly provider: string
  /** How the names of the protocols begin that it is known for. Default: all. */
  readonly protocols?: string
  /**
   * Known to accept `stream_options.include_usage`, from the provider's own API reference: in chat completions, or in
   * completions as well. Who does not know it may refuse the request.
   */
  readonly takesStreamUsage: 'nowhere' | 'chat' | 'everywhere'
  /** Where an answer, or a stream's chunk, has a usage object that is not its `usage`. */
  usageIn?(json: JsonObject): unknown
  /** What a usage object says that OpenAI's does not, or says otherwise. */
  usage?(usage: JsonObject): HostUsage
}

export interface HostUsage {
  /** Cached tokens, where they stand elsewhere. */
  readonly cacheRead?: number | undefined
  /** Reasoning tokens stand beside the output tokens and not in them. */
  readonly reasoningApart?: boolean
  readonly webSearches?: number | undefined
  readonly citations?: number | undefined
  readonly context?: PriceContext | undefined
  /** USD that this call was billed, as a decimal. */
  readonly statedCost?: string | undefined
}

/** The longest fraction that a price may have. */
const DECIMALS = 15

const NUMBER = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

/** An amount as a JSON number, or as a header's text, to a decimal; `undefined` where it is none. */
export function dollars(value: unknown): string | undefined {
  const amount = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value
  if (typeof amount !== 'number' || !Number.isFinite(amount) || amount < 0) return undefined
  const text = String(amount)
  // Of what is finer or has an exponent (`1e-7`, or a sum's `0.30000000000000004`) nothing that counts is lost.
  return /^\d{1,15}(?:\.\d{1,15})?$/.test(text) ? text : amount.toFixed(DECIMALS)
}
