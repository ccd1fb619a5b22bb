import { bundledBookSource, bundledPrices } from '../../prices/book.ts'
import { bookOf, type NamedSource, type PriceBook, type PriceBookSource } from './book.ts'
import { layerOf, lazyLayer, type Layer } from './layer.ts'

let base: Layer | undefined
let book: PriceBook | undefined

/** The prices that ship with the package. */
export function bundledBook(): PriceBook {
  book ??= bookOver([])
  return book
}

/** Version of the bundled prices, a day. */
export function bundledVersion(): string {
  return bundledPrices.version
}

/** The bundled prices as one price file, with their sources: for showing, not for pricing. */
export function bundledSource(): PriceBookSource {
  return bundledBookSource()
}

/**
 * The bundled prices with others laid over them; the later wins.
 * @throws PriceBookError at the first mistake in them.
 */
export function bookOver(sources: readonly NamedSource[]): PriceBook {
  const over = sources.map(({ source, name, list }) => layerOf(source, name, list))
  return bookOverLayers(over)
}

/**
 * The same with layers that were read before.
 * @throws PriceBookError where an alias in them leads nowhere.
 */
export function bookOverLayers(layers: readonly Layer[]): PriceBook {
  const bundled = bundledLayer()
  return bookOf([bundled, ...layers], [bundled])
}

/** Checked when it was made (`npm run generate`); a provider's prices are parsed when it is first asked for. */
function bundledLayer(): Layer {
  const { version, providerNames, changes, providers } = bundledPrices
  base ??= lazyLayer(
    {
      name: 'bundled',
      version,
      list: true,
      providerNames: new Map(Object.entries(providerNames)),
      discounts: [],
      changes,
    },
    new Map(
      Object.entries(providers).map(([name, json]) => [
        name,
        () => ({ book: 'bundled', path: ['providers', name], value: JSON.parse(json) as unknown }),
      ]),
    ),
  )
  return base
}
