/** One price file, checked and made ready for look-ups. */

import {
  afterPercent,
  elements,
  entries,
  fail,
  fields,
  inside,
  oneOf,
  word,
  type Place,
} from './check.ts'
import { CONTEXT_KINDS, DIMENSIONS, type ContextKind, type Dimension } from './format.ts'
import type { Ratio } from './money.ts'
import {
  ratesOf,
  rulesOf,
  sourceOf,
  spanOf,
  variantOf,
  type Rates,
  type Rule,
  type Span,
  type Variant,
} from './rule.ts'

export interface AliasStep extends Span {
  readonly model: string
}

export interface Discount extends Span {
  readonly provider: string | undefined
  readonly model: string | undefined
  /** What is left of the price. */
  readonly left: Ratio
}

/** Names of models and aliases are in lower case. */
export interface LayerProvider {
  readonly context: Readonly<Partial<Record<Dimension, ReadonlyMap<string, ContextKind>>>>
  readonly rates: Rates
  readonly models: ReadonlyMap<string, readonly Rule[]>
  readonly aliases: ReadonlyMap<string, readonly AliasStep[]>
}

export interface Layer {
  readonly name: string
  readonly version: string
  readonly providers: ReadonlyMap<string, LayerProvider>
  readonly discounts: readonly Discount[]
}

/**
 * Checks a price file's content.
 * @throws PriceBookError at the first mistake.
 */
export function layerOf(source: unknown, name: string): Layer {
  const top: Place = { book: name, path: [], value: source }
  const at = fields(top, ['format', 'version', 'providers', 'discounts'])
  if (at.format !== undefined) oneOf(at.format, ['costspan-prices/1'])
  const providers = new Map<string, LayerProvider>()
  if (at.providers !== undefined) {
    for (const [provider, place] of entries(at.providers))
      providers.set(provider, providerOf(place))
  }
  return {
    name,
    version: at.version === undefined ? 'user' : word(at.version),
    providers,
    discounts: at.discounts === undefined ? [] : elements(at.discounts).map(discountOf),
  }
}

function providerOf(place: Place): LayerProvider {
  const at = fields(place, ['context', 'rates', 'variants', 'sources', 'aliases', 'models'])
  const named = new Map<string, Variant>()
  if (at.variants !== undefined) {
    for (const [name, item] of entries(at.variants)) named.set(name, variantOf(item))
  }
  const sources = new Set<string>()
  if (at.sources !== undefined) {
    for (const [name, item] of entries(at.sources)) {
      sourceOf(item)
      sources.add(name)
    }
  }
  const models = new Map<string, readonly Rule[]>()
  if (at.models !== undefined) {
    for (const [name, item] of entries(at.models)) {
      unique(models, name, item)
      models.set(name.toLowerCase(), rulesOf(item, named, sources))
    }
  }
  const aliases = new Map<string, readonly AliasStep[]>()
  if (at.aliases !== undefined) {
    for (const [name, item] of entries(at.aliases)) {
      unique(aliases, name, item)
      aliases.set(name.toLowerCase(), elements(item).map(aliasOf))
    }
  }
  return { context: contextOf(at.context), rates: ratesOf(at.rates), models, aliases }
}

function unique(known: ReadonlyMap<string, unknown>, name: string, place: Place): void {
  if (known.has(name.toLowerCase())) fail(place, `named twice (upper and lower case are the same)`)
}

function contextOf(place: Place | undefined): LayerProvider['context'] {
  const result: Partial<Record<Dimension, ReadonlyMap<string, ContextKind>>> = {}
  if (place === undefined) return result
  const at = fields(place, DIMENSIONS)
  for (const dimension of DIMENSIONS) {
    const table = at[dimension]
    if (table === undefined) continue
    result[dimension] = new Map(
      entries(table).map(([value, kind]) => [value, oneOf(kind, CONTEXT_KINDS)] as const),
    )
  }
  return result
}

function aliasOf(place: Place): AliasStep {
  if (typeof place.value === 'string') {
    return { model: word(place).toLowerCase(), from: -Infinity, until: Infinity }
  }
  const at = fields(place, ['model', 'from', 'until'])
  return {
    model: word(at.model ?? inside(place, 'model', undefined)).toLowerCase(),
    ...spanOf(place, at.from, at.until),
  }
}

function discountOf(place: Place): Discount {
  const at = fields(place, ['provider', 'model', 'percent', 'from', 'until'])
  return {
    provider: at.provider === undefined ? undefined : word(at.provider),
    model: at.model === undefined ? undefined : word(at.model).toLowerCase(),
    left: afterPercent(at.percent ?? inside(place, 'percent', undefined)),
    ...spanOf(place, at.from, at.until),
  }
}
