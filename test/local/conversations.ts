/** Conversations as calls of the store, for tables of what was explained. */

import type { CallRow } from '../../local/row.ts'

export interface Shape {
  readonly system?: number
  readonly tools?: number
  readonly history?: number
  readonly rest?: number
  readonly output?: number
  /** Identical requests, the first included. */
  readonly attempts?: number
  readonly model?: string
  /** USD per million tokens, in and out. */
  readonly rates?: readonly [number, number]
  /** Part of the input read from the cache at a tenth. */
  readonly cached?: number
  readonly version?: string
  readonly context?: boolean
}

/** gpt-5.4: $2.5 in and $15 out per million tokens. */
const RATES = [2.5, 15] as const
export const T0 = Date.UTC(2026, 10, 24, 14, 0, 0)
export const CHEAP: Shape = { system: 3_500, rest: 500, output: 1_000 }

let spans = 0

/** The calls of one conversation. */
export function conversation(
  at: number,
  shape: Shape,
  feature = 'support-bot',
): readonly CallRow[] {
  const { system = 0, tools = 0, history = 0, rest = 0, output = 0, cached = 0 } = shape
  const [rateIn, rateOut] = shape.rates ?? RATES
  const input = system + tools + history + rest
  const parts = {
    input: ((input - cached) * rateIn) / 1e6,
    ...(cached > 0 ? { cache_read: (cached * rateIn) / 1e7 } : {}),
    output: (output * rateOut) / 1e6,
  }
  const unitId = `c${at}-${feature}`
  return Array.from({ length: shape.attempts ?? 1 }, (_, attempt) => ({
    traceId: 'f'.repeat(32),
    spanId: String(++spans).padStart(16, '0'),
    service: 'test',
    startedAt: at + attempt,
    endedAt: at + attempt + 1,
    operation: 'chat',
    provider: 'openai',
    requestModel: shape.model ?? 'gpt-5.4',
    attempts: 1,
    inputTokens: input,
    outputTokens: output,
    ...(cached > 0 ? { cacheReadTokens: cached } : {}),
    status: 'priced' as const,
    usd: parts.input + (parts.cache_read ?? 0) + parts.output,
    parts,
    feature,
    unitType: 'conversation',
    unitId,
    promptName: 'support-triage',
    promptVersion: shape.version ?? 'v1',
    tags: {},
    ...(shape.context === false ? {} : { context: { system, history, tools, rest } }),
    ...(attempt > 0 ? { repeat: attempt + 1, waste: 'repeat' } : {}),
  }))
}

/** Conversations one second apart. */
export function run(
  count: number,
  from: number,
  shape: (index: number) => Shape,
): readonly CallRow[] {
  return Array.from({ length: count }, (_, index) =>
    conversation(T0 + (from + index) * 1_000, shape(index)),
  ).flat()
}

/** Deterministic noise, uniform in [0, 1). */
export function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}
