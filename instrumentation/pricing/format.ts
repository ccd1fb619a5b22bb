/**
 * The format of a price book, as people write it in YAML or JSON: `prices/*.yaml` and a user's own price file.
 * Rates are USD: per 1M tokens or characters, per 1,000 calls of a tool, requests or pages, per image, per second, minute or hour.
 */

import type { Meter } from '../core/usage.ts'

/** What a rate is called in a price file, the meter it prices, and how many billing units it is for. */
export const RATES = {
  input: { meter: 'input', per: 1_000_000n },
  cache_read: { meter: 'cacheRead', per: 1_000_000n },
  /** For every cache lifetime that the rule does not list by itself. */
  cache_write: { meter: 'cacheWrite', per: 1_000_000n },
  cache_write_5m: { meter: 'cacheWrite5m', per: 1_000_000n },
  cache_write_30m: { meter: 'cacheWrite30m', per: 1_000_000n },
  cache_write_1h: { meter: 'cacheWrite1h', per: 1_000_000n },
  cache_write_12h: { meter: 'cacheWrite12h', per: 1_000_000n },
  audio_input: { meter: 'audioInput', per: 1_000_000n },
  audio_cache_read: { meter: 'audioCacheRead', per: 1_000_000n },
  image_input: { meter: 'imageInput', per: 1_000_000n },
  image_cache_read: { meter: 'imageCacheRead', per: 1_000_000n },
  video_input: { meter: 'videoInput', per: 1_000_000n },
  output: { meter: 'output', per: 1_000_000n },
  /** Output's rate where the rule does not list it. */
  reasoning: { meter: 'reasoning', per: 1_000_000n },
  audio_output: { meter: 'audioOutput', per: 1_000_000n },
  image_output: { meter: 'imageOutput', per: 1_000_000n },
  video_output: { meter: 'videoOutput', per: 1_000_000n },
  citation: { meter: 'citations', per: 1_000_000n },
  character: { meter: 'characters', per: 1_000_000n },
  web_search: { meter: 'webSearches', per: 1_000n },
  file_search: { meter: 'fileSearches', per: 1_000n },
  x_search: { meter: 'xSearches', per: 1_000n },
  rerank_search: { meter: 'rerankSearches', per: 1_000n },
  /** A call that counts no requests is one. */
  request: { meter: 'requests', per: 1_000n },
  page: { meter: 'pages', per: 1_000n },
  image: { meter: 'images', per: 1n },
  code_session: { meter: 'codeSessions', per: 1n },
  video_second: { meter: 'videoSeconds', per: 1n },
  audio_minute: { meter: 'audioSeconds', per: 60n },
  audio_hour: { meter: 'audioSeconds', per: 3_600n },
} as const satisfies Readonly<Record<string, { meter: Meter; per: bigint }>>

export type RateKey = keyof typeof RATES
export const RATE_KEYS = Object.keys(RATES) as readonly RateKey[]

/** USD by rate, a decimal: `{ input: '2.50', output: '10' }`. */
export type RateTable = Readonly<Partial<Record<RateKey, string | number>>>

const OUTPUT_RATES: readonly RateKey[] = [
  'output',
  'reasoning',
  'audio_output',
  'image_output',
  'video_output',
]
const TOKEN_RATES = RATE_KEYS.filter((key) => RATES[key].per === 1_000_000n && key !== 'character')

/** What a multiplier may name beside a single rate. What is not billed by the token is multiplied only by name. */
export const RATE_GROUPS = {
  tokens: TOKEN_RATES,
  all_input: TOKEN_RATES.filter((key) => !OUTPUT_RATES.includes(key)),
  all_output: OUTPUT_RATES,
} as const satisfies Readonly<Record<string, readonly RateKey[]>>

export type MultiplierKey = RateKey | keyof typeof RATE_GROUPS
export const MULTIPLIER_KEYS = [
  ...Object.keys(RATE_GROUPS),
  ...RATE_KEYS,
] as readonly MultiplierKey[]

/** What a rate may depend on beside model, instant and prompt size; values as the provider's API spells them. */
export const DIMENSIONS = [
  'tier',
  'speed',
  'inference_geo',
  'region',
  'routing',
  'search_context_size',
  'image_size',
  'image_quality',
  'resolution',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

/**
 * What a value means where no variant of the model names it. `standard`: the same rates. `premium`: never below the
 * standard rates, which are then a lower bound. `discount`: perhaps below them, so nothing can be said.
 * `commitment`: paid for by other means than per token.
 */
export const CONTEXT_KINDS = ['standard', 'premium', 'discount', 'commitment'] as const
export type ContextKind = (typeof CONTEXT_KINDS)[number]

/** Hours of the week, in local time. */
export interface ScheduleSource {
  /** An IANA name: `Asia/Shanghai`, `UTC`. */
  readonly time_zone: string
  /** `mon` to `sun`. Default: every day. */
  readonly days?: string | readonly string[]
  /** Half-open: `09:00-12:00`. What crosses midnight is two of them: `22:00-24:00` and `00:00-06:00`. */
  readonly hours: string | readonly string[]
  /** Local days on which it does not hold: public holidays. */
  readonly except?: string | readonly string[]
}

/**
 * Holds where every named dimension has one of its values, the prompt is of the size and the hour is in the schedule.
 * A value is as the provider spells it; `standard` also holds where nothing is stated, `'*'` is any stated value,
 * `'!global'` any stated value but that.
 */
export interface WhenSource extends Readonly<
  Partial<Record<Dimension, string | readonly string[]>>
> {
  /** All input tokens of the request, cached ones included. */
  readonly prompt_tokens?: { readonly gt: number } | { readonly gte: number }
  readonly schedule?: ScheduleSource
}

/** A change of rates under a condition. Variants apply one after another, in their order. */
export interface VariantSource {
  readonly when: WhenSource
  /** Replaces the rates it names. */
  readonly rates?: RateTable
  /** Then multiplies, `1.1` or `3/2`, by rate or group of rates. */
  readonly multiply?: Readonly<Partial<Record<MultiplierKey, string | number>>>
}

/** Where a rate comes from. */
export interface FactSource {
  readonly url: string
  /** Day it was last compared, `YYYY-MM-DD`. */
  readonly checked: string
  /** `vendor`: the vendor's page. `secondary`: someone quoting it. `catalogue`: public price catalogues. */
  readonly confidence: 'vendor' | 'secondary' | 'catalogue'
}

/** The rates of a model in a half-open span of time. */
export interface RuleSource {
  /** An instant; a day means its start, UTC. Default: always. */
  readonly from?: string
  /** The first instant at which it no longer holds. Default: still holds. */
  readonly until?: string
  readonly rates: RateTable
  /** Variants, or names of the provider's. */
  readonly variants?: readonly (string | VariantSource)[]
  /** A source, or the name of one of the provider's. */
  readonly source?: string | FactSource
  readonly note?: string
}

export interface AliasSource {
  /** A model of this provider, or `provider/model`. */
  readonly model: string
  readonly from?: string
  readonly until?: string
}

export interface ProviderSource {
  /** A provider whose models stand in for those not listed here, with its rates, variants and context. */
  readonly like?: string
  /** What values mean that no variant names; `'*'`: every other value. */
  readonly context?: Readonly<Partial<Record<Dimension, Readonly<Record<string, ContextKind>>>>>
  /** Rates that every model of the provider has, such as fees of tools. */
  readonly rates?: RateTable
  readonly variants?: Readonly<Record<string, VariantSource>>
  readonly sources?: Readonly<Record<string, FactSource>>
  /** Other names of models: deployments, inference profiles, moving names such as `…-latest`. */
  readonly aliases?: Readonly<Record<string, string | readonly AliasSource[]>>
  readonly models?: Readonly<Record<string, RuleSource | readonly RuleSource[]>>
}

/** Off every rate of what it matches. The most specific that matches applies, alone; among equals the last. */
export interface DiscountSource {
  readonly provider?: string
  readonly model?: string
  /** `12.5` means 12.5 % less. */
  readonly percent: string | number
  readonly from?: string
  readonly until?: string
}

export interface PriceBookSource {
  readonly format?: 'costspan-prices/1'
  /** The only one there is so far. */
  readonly currency?: 'USD'
  /** Appears on spans as `costspan.price.book`. Default `user`. */
  readonly version?: string
  /** Other spellings of a provider's name: `{ google: gcp.gemini }`. */
  readonly provider_names?: Readonly<Record<string, string>>
  /** By `gen_ai.provider.name`. */
  readonly providers?: Readonly<Record<string, ProviderSource>>
  readonly discounts?: readonly DiscountSource[]
}
