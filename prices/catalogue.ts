/** The data of `@pydantic/genai-prices` as a price file: what lies beneath prices/*.yaml. */

import type { ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices'
import type {
  FactSource,
  PriceBookSource,
  ProviderSource,
  RateKey,
  RateTable,
  RuleSource,
  VariantSource,
} from '../instrumentation/pricing/format.ts'

/** Version 0.1.8, published on that day, is what the lock file holds. */
const SOURCE: FactSource = {
  url: 'https://www.npmjs.com/package/@pydantic/genai-prices/v/0.1.8',
  checked: '2026-09-23',
  confidence: 'catalogue',
}

/** Their providers that have another name in the conventions. */
const NAMES: Readonly<Record<string, string>> = {
  aws: 'aws.bedrock',
  azure: 'azure.ai.openai',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  moonshotai: 'moonshot_ai',
  'x-ai': 'x_ai',
}

const RATES: Readonly<Record<string, RateKey>> = {
  input_mtok: 'input',
  output_mtok: 'output',
  output_reasoning_mtok: 'reasoning',
  output_citation_mtok: 'citation',
  cache_read_mtok: 'cache_read',
  cache_write_mtok: 'cache_write',
  cache_write_1h_mtok: 'cache_write_1h',
  input_audio_mtok: 'audio_input',
  cache_audio_read_mtok: 'audio_cache_read',
  output_audio_mtok: 'audio_output',
  input_image_mtok: 'image_input',
  cache_image_read_mtok: 'image_cache_read',
  output_image_mtok: 'image_output',
  input_video_mtok: 'video_input',
  output_video_mtok: 'video_output',
  web_searches_kcount: 'web_search',
  storage_searches_kcount: 'file_search',
  requests_kcount: 'request',
  input_document_kpages: 'page',
  audio_hours: 'audio_hour',
  input_audio_hours: 'audio_hour',
}

export interface Catalogue {
  readonly source: PriceBookSource
  /** What could not be taken over: `provider/model: why`. */
  readonly skipped: readonly string[]
  /** Price keys without a rate of ours, and how many models have them: `{ input_text_messages_kcount: 3 }`. */
  readonly omitted: Readonly<Record<string, number>>
}

/** Their providers in our format. A name is taken whole: of their matching rules only `equals` counts. */
export function catalogueOf(providers: readonly Provider[]): Catalogue {
  const skipped: string[] = []
  const named = providers
    .flatMap(apart)
    .map(({ name, provider }) => [name, providerOf(provider, skipped)] as const)
  const spellings = Object.entries(NAMES).filter(([id]) => providers.some((own) => own.id === id))
  return {
    source: {
      provider_names: Object.fromEntries(spellings),
      providers: Object.fromEntries(named),
    },
    skipped,
    omitted: omittedKeys(providers),
  }
}

interface Named {
  readonly name: string
  readonly provider: Provider
}

/** Their google is both of Google's clouds: the Gemini API has no Claude. */
function apart(provider: Provider): readonly Named[] {
  const name = NAMES[provider.id] ?? provider.id
  if (provider.id !== 'google') return [{ name, provider }]
  const isClaude = ({ id }: ModelInfo): boolean => id.startsWith('claude-')
  const others = provider.models.filter((model) => !isClaude(model))
  return [
    { name, provider: { ...provider, models: others } },
    { name: 'gcp.vertex_ai', provider: { ...provider, models: provider.models.filter(isClaude) } },
  ]
}

function omittedKeys(providers: readonly Provider[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { prices } of providers.flatMap(({ models }) => models)) {
    const stages = Array.isArray(prices) ? prices : [{ prices }]
    for (const key of new Set(stages.flatMap((stage) => Object.keys(stage.prices)))) {
      if (RATES[key] === undefined) counts[key] = (counts[key] ?? 0) + 1
    }
  }
  return counts
}

function providerOf({ id, models }: Provider, skipped: string[]): ProviderSource {
  const listed: Record<string, readonly RuleSource[]> = {}
  const aliases: Record<string, string> = {}
  for (const model of models) {
    const rules = rulesOf(model)
    if (/^(?:global|regional)\./.test(model.id)) {
      // Bedrock's two rates of one model: prices/bedrock.yaml has them, by routing.
      skipped.push(`${id}/${model.id}: routing in the name`)
      continue
    }
    if (typeof rules === 'string') {
      skipped.push(`${id}/${model.id}: ${rules}`)
      continue
    }
    listed[model.id] = rules
    for (const name of wholeNames(model)) aliases[name] ??= model.id
  }
  const known = new Set(Object.keys(listed).map((name) => name.toLowerCase()))
  const others = new Map<string, readonly [string, string]>()
  for (const [name, model] of Object.entries(aliases)) {
    const key = name.toLowerCase()
    if (!known.has(key) && !others.has(key)) others.set(key, [name, model])
  }
  return {
    sources: { catalogue: SOURCE },
    models: listed,
    aliases: Object.fromEntries(others.values()),
  }
}

function wholeNames({ match }: ModelInfo): readonly string[] {
  const clauses = 'or' in match ? match.or : [match]
  return clauses.flatMap((clause) => ('equals' in clause ? [clause.equals] : []))
}

/** The rules of a model, or why there are none. */
function rulesOf({ prices }: ModelInfo): readonly RuleSource[] | string {
  const stages = Array.isArray(prices) ? prices : [{ prices }]
  // The published data also has constraints without a type.
  if (stages.some(({ constraint }) => constraint && 'start_time' in constraint)) {
    return 'prices by the hour, whose days are not known'
  }
  const starts = stages.flatMap(({ constraint }) =>
    constraint && 'start_date' in constraint ? [constraint.start_date] : [],
  )
  if (starts.some((day, index) => day <= (starts[index - 1] ?? ''))) return 'stages out of order'
  const rules = stages.map((stage, index): RuleSource => {
    const [from, until] =
      stages.length === starts.length ? starts.slice(index) : ['', ...starts].slice(index)
    return {
      ...(from ? { from } : {}),
      ...(until === undefined ? {} : { until }),
      ...ratesOf(stage.prices),
      source: 'catalogue',
    }
  })
  if (rules.some(({ rates }) => Object.keys(rates).length > 0)) return rules
  const lists = stages.some((stage) => Object.keys(stage.prices).length > 0)
  return lists ? 'no rate of ours' : 'no price listed'
}

/** Rates at any size of prompt, and what replaces them above a size. Theirs starts above the number, ours says so. */
function ratesOf(prices: ModelPrice): Pick<RuleSource, 'rates' | 'variants'> {
  const rates: Partial<Record<RateKey, string>> = {}
  const above = new Map<number, Partial<Record<RateKey, string>>>()
  for (const [key, price] of Object.entries(prices)) {
    const name = RATES[key]
    if (name === undefined || price === undefined) continue
    rates[name] = decimalText(typeof price === 'number' ? price : price.base)
    for (const tier of typeof price === 'number' ? [] : price.tiers) {
      const table = above.get(tier.start) ?? {}
      table[name] = decimalText(tier.price)
      above.set(tier.start, table)
    }
  }
  const variants = [...above]
    .sort(([a], [b]) => a - b)
    .map(([gt, table]): VariantSource => ({
      when: { prompt_tokens: { gt } },
      rates: table satisfies RateTable,
    }))
  return variants.length === 0 ? { rates } : { rates, variants }
}

/** `0.00000002` rather than `2e-8`; what floating point appends to a price is not of the price. */
function decimalText(price: number): string {
  return price.toFixed(10).replace(/\.?0+$/, '')
}
