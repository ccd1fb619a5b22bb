/** Builds a price book: price files in layers, checked. */

import { PriceBookError } from './check.ts'
import type { PriceBookSource } from './format.ts'
import { layerOf, type Layer } from './layer.ts'
import { aliasTarget, hasProvider } from './resolve.ts'
import type { PriceBook } from './select.ts'

export { PriceBookError } from './check.ts'
export type { PriceBookSource } from './format.ts'
export type { PriceBook } from './select.ts'

export interface NamedSource {
  readonly source: PriceBookSource
  /** For messages: the file's path, or `bundled`. */
  readonly name: string
  /** List prices, not those of a contract. Default: only the first source's are. */
  readonly list?: boolean
}

/**
 * Layers price files, the base first. Where two hold list prices, a model's rules in the later replace those in the
 * earlier. What a contract names wins rate by rate; what it doesn't name stays.
 * @throws PriceBookError at the first mistake: file, place, what is wrong and what is allowed.
 */
export function buildBook(sources: readonly NamedSource[]): PriceBook {
  return bookOf(
    sources.map(({ source, name, list }, index) => layerOf(source, name, list ?? index === 0)),
  )
}

/**
 * A book of layers that were checked each by itself.
 * @param checked layers whose aliases are known to have their models
 * @throws PriceBookError where an alias of another layer leads nowhere.
 */
export function bookOf(layers: readonly Layer[], checked: readonly Layer[] = []): PriceBook {
  for (const layer of layers) if (!checked.includes(layer)) checkAliases(layers, layer)
  const newest = layers.findLast((layer) => layer.list)
  const day = Date.parse(newest?.version ?? '')
  const changes = new Set(layers.flatMap((layer) => layer.changes))
  return {
    version: layers.map((layer) => layer.version).join('+'),
    ...(Number.isFinite(day) ? { time: day } : {}),
    layers,
    changes: [...changes].sort((a, b) => a - b),
    memory: new Map(),
  }
}

function checkAliases(layers: readonly Layer[], layer: Layer): void {
  for (const name of layer.providers) {
    const provider = layer.provider(name)
    for (const alias of provider?.aliases ?? []) {
      const lost = provider
        ?.alias(alias)
        ?.find((step) => aliasTarget(layers, name, step.model) === undefined)
      if (lost === undefined) continue
      throw new PriceBookError(
        layer.name,
        ['providers', name, 'aliases', alias],
        `no model '${lost.model}' in the price book; allowed: a model of '${name}', or provider/model`,
      )
    }
    const like = provider?.like
    if (like === undefined || hasProvider(layers, like)) continue
    throw new PriceBookError(
      layer.name,
      ['providers', name, 'like'],
      `no provider '${like}' in the price book; allowed: a provider that is in it`,
    )
  }
}
