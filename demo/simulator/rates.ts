/**
 * What the simulator charges: its own table, typed by hand, so that a fault in costspan's price book can't hide in it.
 * USD per million tokens. A model that is not here is not rated: the ledger then has tokens and no dollars.
 */

export interface Rate {
  readonly input: string
  readonly output: string
  /** USD per 1,000 searches. */
  readonly search?: string
  readonly cacheRead?: string
  readonly cacheWrite5m?: string
  readonly cacheWrite1h?: string
  /** Above this many input tokens another rate holds, which this table does not know. */
  readonly longAbove?: number
}

/** By model. */
export type RateTable = Readonly<Record<string, Rate>>

/**
 * Sources, read on 2026-11-23:
 * OpenAI: developers.openai.com/api/docs/pricing and developers.openai.com/api/docs/models/<id>.
 * Anthropic: platform.claude.com/docs/en/about-claude/pricing (cache read 0.1, write 1.25 for five minutes and 2 for an
 * hour, each times the input rate) and platform.claude.com/docs/en/models/sonnet-5/overview.
 */
const RATES: RateTable = {
  'gpt-5.4': { input: '2.50', cacheRead: '0.25', output: '15.00', longAbove: 272_000 },
  'gpt-5-mini': { input: '0.25', cacheRead: '0.025', output: '2.00' },
  'gpt-4o-mini': { input: '0.15', cacheRead: '0.075', output: '0.60' },
  'text-embedding-3-small': { input: '0.02', output: '0' },
  'claude-sonnet-5': {
    input: '2.00',
    cacheRead: '0.20',
    cacheWrite5m: '2.50',
    cacheWrite1h: '4.00',
    output: '10.00',
  },
  'claude-haiku-4-5': {
    input: '1.00',
    cacheRead: '0.10',
    cacheWrite5m: '1.25',
    cacheWrite1h: '2.00',
    output: '5.00',
  },
  // ai.google.dev/gemini-api/docs/pricing, as public catalogues repeat it (2026-09-23).
  'gemini-2.5-flash': { input: '0.30', cacheRead: '0.03', output: '2.50' },
  'gemini-embedding-001': { input: '0.15', output: '0' },
  // Bedrock, a model of one region: 1.1 times Anthropic's rates (docs.aws.amazon.com, global cross-region inference).
  'anthropic.claude-sonnet-5-v1:0': {
    input: '2.20',
    cacheRead: '0.22',
    cacheWrite5m: '2.75',
    cacheWrite1h: '4.40',
    output: '11.00',
  },
  // aws.amazon.com/bedrock/pricing, as public catalogues repeat it (2026-09-23).
  'amazon.nova-lite-v1:0': { input: '0.06', cacheRead: '0.015', output: '0.24' },
  // docs.cohere.com and cohere.com/pricing, mistral.ai/pricing, groq.com/pricing, as public catalogues repeat them (2026-09-23).
  'command-a-03-2025': { input: '2.50', output: '10.00' },
  'embed-v4.0': { input: '0.12', output: '0' },
  'mistral-large-2512': { input: '0.50', output: '1.50' },
  'mistral-embed': { input: '0.10', output: '0' },
  'llama-3.3-70b-versatile': { input: '0.59', output: '0.79' },
  // "$2 per 1,000 queries": what prices/cohere.yaml names, read 2025-12-31.
  'rerank-v4.0-pro': { input: '0', output: '0', search: '2.00' },
}

/** Tokens as billed. `input` is what is left of the input after the cache. */
export interface BilledUsage {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  /** Reasoning included. */
  readonly output: number
  readonly searches?: number
}

/** 1e-12 USD. A rate in USD per million tokens with up to six decimals is a whole number of these per token. */
export const PICO_PER_USD = 1_000_000_000_000n

/** @param own goes before the table */
export function rateOf(model: string, own: RateTable = {}): Rate | undefined {
  if (Object.hasOwn(own, model)) return own[model]
  return Object.hasOwn(RATES, model) ? RATES[model] : undefined
}

/** Exact; `undefined` where there is no rate for something that was used. */
export function picoUsd(rate: Rate, usage: BilledUsage): bigint | undefined {
  const total = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h
  if (rate.longAbove !== undefined && total > rate.longAbove) return undefined
  const lines: readonly (readonly [number, string | undefined])[] = [
    [usage.input, rate.input],
    [usage.cacheRead, rate.cacheRead],
    [usage.cacheWrite5m, rate.cacheWrite5m],
    [usage.cacheWrite1h, rate.cacheWrite1h],
    [usage.output, rate.output],
  ]
  let sum = 0n
  for (const [tokens, perMillion] of lines) {
    if (tokens === 0) continue
    if (perMillion === undefined) return undefined
    sum += BigInt(tokens) * picoPerToken(perMillion)
  }
  if (usage.searches !== undefined) {
    if (rate.search === undefined) return undefined
    // A rate per thousand is a thousand times that per million.
    sum += BigInt(usage.searches) * picoPerToken(rate.search) * 1_000n
  }
  return sum
}

function picoPerToken(perMillion: string): bigint {
  const [whole = '0', decimals = ''] = perMillion.split('.')
  return BigInt(whole + decimals.padEnd(6, '0'))
}

/** `0.0123`, all its digits and no more. */
export function usdText(pico: bigint): string {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(13, '0')
  const decimals = digits.slice(-12).replace(/0+$/, '')
  const whole = digits.slice(0, -12)
  return `${pico < 0n ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`
}
