/** Builds a price book: price files in layers, checked. */

import { PriceBookError } from './check.ts'
import type { PriceBookSource } from './format.ts'
import { layerOf, type Layer } from './layer.ts'
import { aliasTarget } from './resolve.ts'
import type { PriceBook } from './select.ts'

export { PriceBookError } from './check.ts'
export type { PriceBookSource } from './format.ts'
export type { PriceBook } from './select.ts'

export interface NamedSource {
  readonly source: PriceBookSource
  /** For messages: the file's path, or `bundled`. */
  readonly name: string
}

/**
 * Layers price files, the base first: what a later one names wins, rate by rate; what it doesn't name stays.
 * @throws PriceBookError at the first mistake: file, place, what is wrong and what is allowed.
 */
export function buildBook(sources: readonly NamedSource[]): PriceBook {
  const layers = sources.map(({ source, name }) => layerOf(source, name))
  checkAliases(layers)
  const day = Date.parse(layers[0]?.version ?? '')
  return {
    version: layers.map((layer) => layer.version).join('+'),
    ...(Number.isFinite(day) ? { time: day } : {}),
    layers,
    changes: changesOf(layers),
    memory: new Map(),
  }
}

function changesOf(layers: readonly Layer[]): readonly number[] {
  const instants = new Set<number>()
  const note = (span: { readonly from: number; readonly until: number }): void => {
    instants.add(span.from).add(span.until)
  }
  for (const layer of layers) {
    layer.discounts.forEach(note)
    for (const provider of layer.providers.values()) {
      for (const rules of provider.models.values()) rules.forEach(note)
      for (const steps of provider.aliases.values()) steps.forEach(note)
    }
  }
  return [...instants].filter(Number.isFinite).sort((a, b) => a - b)
}

function checkAliases(layers: readonly Layer[]): void {
  for (const layer of layers) {
    for (const [provider, { aliases }] of layer.providers) {
      for (const [alias, steps] of aliases) {
        const lost = steps.find((step) => aliasTarget(layers, provider, step.model) === undefined)
        if (lost === undefined) continue
        throw new PriceBookError(
          layer.name,
          ['providers', provider, 'aliases', alias],
          `no model '${lost.model}' in the price book; allowed: a model of '${provider}', or provider/model`,
        )
      }
    }
  }
}
