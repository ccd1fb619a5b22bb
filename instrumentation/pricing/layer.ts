/**
 * One price file, ready for look-ups. A provider or a model is read when it is first asked for: the bundled book has
 * thousands of rates, a process uses a few. `layerOf` reads everything at once, so that a mistake shows when the file
 * is loaded.
 */

import { afterPercent, elements, entries, fail, fields, inside, oneOf, word } from './check.ts'
import type { Place } from './check.ts'
import { CONTEXT_KINDS, DIMENSIONS, type ContextKind, type Dimension } from './format.ts'
import type { Ratio } from './money.ts'
import { ratesOf, rulesOf, sourceOf, spanOf, variantOf } from './rule.ts'
import type { NamedVariants, Rates, Rule, Span } from './rule.ts'

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
  /** The provider whose models stand in for those not listed. */
  readonly like: string | undefined
  readonly context: Readonly<Partial<Record<Dimension, ReadonlyMap<string, ContextKind>>>>
  readonly rates: Rates
  readonly models: readonly string[]
  readonly aliases: readonly string[]
  /** By validity, ascending; `undefined` where the model is not listed. */
  rules(model: string): readonly Rule[] | undefined
  alias(name: string): readonly AliasStep[] | undefined
  /**
   * Everything that holds for a time. Reads all there is, what nothing refers to as well.
   * @throws PriceBookError at the first mistake.
   */
  spans(): readonly Span[]
}

export interface Layer {
  readonly name: string
  readonly version: string
  /** List prices, as against those of a contract. */
  readonly list: boolean
  readonly providers: readonly string[]
  /** Other spellings of providers' names. */
  readonly providerNames: ReadonlyMap<string, string>
  readonly discounts: readonly Discount[]
  /** Instants at which a rate, alias or discount changes, epoch milliseconds. */
  readonly changes: readonly number[]
  provider(name: string): LayerProvider | undefined
}

/**
 * A price file that was checked when it was built. The values of providers are asked for when they are needed.
 * @throws PriceBookError when a provider or model is read that has a mistake.
 */
export function lazyLayer(
  parts: Pick<Layer, 'name' | 'version' | 'list' | 'providerNames' | 'discounts' | 'changes'>,
  providers: ReadonlyMap<string, () => Place>,
): Layer {
  const provider = readFrom(providers, (place) => providerOf(place()))
  return { ...parts, providers: [...providers.keys()], provider }
}

const TOP_KEYS = [
  'format',
  'version',
  'currency',
  'provider_names',
  'providers',
  'discounts',
] as const

/**
 * Checks a price file's content, all of it.
 * @throws PriceBookError at the first mistake.
 */
export function layerOf(source: unknown, name: string, list = false): Layer {
  const steps = layerSteps(source, name, list)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same in steps, one provider each, for those who must not hold up what else the process does. */
export function* layerSteps(
  source: unknown,
  name: string,
  list: boolean,
): Generator<undefined, Layer, undefined> {
  const top: Place = { book: name, path: [], value: source }
  const at = fields(top, TOP_KEYS)
  if (at.format !== undefined) oneOf(at.format, ['costspan-prices/1'])
  if (at.currency !== undefined) oneOf(at.currency, ['USD'])
  const places = at.providers === undefined ? [] : entries(at.providers)
  const discounts = at.discounts === undefined ? [] : elements(at.discounts).map(discountOf)
  const spans: Span[] = [...discounts]
  const layer = lazyLayer(
    {
      name,
      version: at.version === undefined ? 'user' : word(at.version),
      list,
      providerNames: providerNamesOf(at.provider_names),
      discounts,
      changes: [],
    },
    new Map(places.map(([provider, place]) => [provider, () => place])),
  )
  for (const name of layer.providers) {
    yield
    spans.push(...(layer.provider(name)?.spans() ?? []))
  }
  return { ...layer, changes: instantsOf(spans) }
}

function instantsOf(spans: readonly Span[]): readonly number[] {
  const instants = spans.flatMap(({ from, until }) => [from, until]).filter(Number.isFinite)
  return [...new Set(instants)].sort((a, b) => a - b)
}

function providerNamesOf(place: Place | undefined): ReadonlyMap<string, string> {
  const names = place === undefined ? [] : entries(place)
  return new Map(names.map(([name, item]) => [name.toLowerCase(), word(item)] as const))
}

function providerOf(place: Place): LayerProvider {
  const at = fields(place, ['like', 'context', 'rates', 'variants', 'sources', 'aliases', 'models'])
  const variants = placesOf(at.variants)
  const sources = placesOf(at.sources)
  const models = placesByName(at.models)
  const aliases = placesByName(at.aliases)
  const named: NamedVariants = { names: [...variants.keys()], get: readFrom(variants, variantOf) }
  const rules = readFrom(models, (item) => rulesOf(item, named, sources))
  const alias = readFrom(aliases, (item) => elements(item).map(aliasOf))
  return {
    like: at.like === undefined ? undefined : word(at.like),
    context: contextOf(at.context),
    rates: ratesOf(at.rates),
    models: [...models.keys()],
    aliases: [...aliases.keys()],
    rules,
    alias,
    spans: () => {
      for (const name of named.names) named.get(name)
      for (const source of sources.values()) sourceOf(source)
      return [
        ...[...models.keys()].flatMap((model) => rules(model) ?? []),
        ...[...aliases.keys()].flatMap((name) => alias(name) ?? []),
      ]
    },
  }
}

function placesOf(place: Place | undefined): ReadonlyMap<string, Place> {
  return new Map(place === undefined ? [] : entries(place))
}

function readFrom<P, T>(
  places: ReadonlyMap<string, P>,
  read: (place: P) => T,
): (name: string) => T | undefined {
  return remembered((name) => {
    const place = places.get(name)
    return place === undefined ? undefined : read(place)
  })
}

function placesByName(place: Place | undefined): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const [name, item] of place === undefined ? [] : entries(place)) {
    const key = name.toLowerCase()
    if (places.has(key)) fail(item, 'named twice (upper and lower case are the same)')
    places.set(key, item)
  }
  return places
}

/** What is absent is not remembered: names come from outside and are without number. */
function remembered<T>(read: (name: string) => T | undefined): (name: string) => T | undefined {
  const known = new Map<string, T>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const fresh = read(name)
    if (fresh !== undefined) known.set(name, fresh)
    return fresh
  }
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
