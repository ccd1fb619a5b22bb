/** The price book in use: bundled, over it what was refreshed, over it the user's file, over it what code says. */

import { bookOverLayers, bundledBook, bundledVersion } from './pricing/bundled.ts'
import type { PriceBook } from './pricing/book.ts'
import type { Layer } from './pricing/layer.ts'

export interface Prices {
  /** The book as it is now; a new one replaces it in one step. */
  readonly book: () => PriceBook
  /** Version of the list prices in use, a day. */
  readonly version: () => string
  /** @throws PriceBookError where an alias in it leads nowhere; the book then stays as it was. */
  readonly use: (layer: Layer, as: 'refreshed' | 'file' | 'code') => void
}

const ORDER = ['refreshed', 'file', 'code'] as const

export function createPrices(): Prices {
  const layers: Partial<Record<(typeof ORDER)[number], Layer>> = {}
  let book: PriceBook | undefined
  return {
    book: () => book ?? bundledBook(),
    version: () => layers.refreshed?.version ?? bundledVersion(),
    use(layer, as) {
      const next = { ...layers, [as]: layer }
      book = bookOverLayers(ORDER.flatMap((name) => next[name] ?? []))
      layers[as] = layer
    },
  }
}
