import { bundledBookSource } from '../../prices/book.ts'
import { buildBook, type NamedSource, type PriceBook } from './book.ts'

let book: PriceBook | undefined

/** The prices that ship with the package, built at the first use. */
export function bundledBook(): PriceBook {
  book ??= bookOver([])
  return book
}

/**
 * The bundled prices with others laid over them; the later wins, rate by rate.
 * @throws PriceBookError at the first mistake in them.
 */
export function bookOver(sources: readonly NamedSource[]): PriceBook {
  return buildBook([{ source: bundledBookSource(), name: 'bundled' }, ...sources])
}
