/** The rates of a model as a price file would state them: for lists and comparisons, not for a call's path. */

import type { PriceContext } from '../core/call.ts'
import { RATE_KEYS, RATES, type RateKey } from './format.ts'
import { decimal, decimalsOf, times, toText, toUnits } from './money.ts'
import { select, type PriceBook } from './select.ts'

/**
 * USD in the units of a price file, by rate; `undefined` where the book has none for the model at that instant.
 * @param derived whether those are in it too that follow by rule from what the book states
 */
export function ratesAt(
  book: PriceBook,
  target: { readonly provider: string; readonly model: string; readonly at: number },
  { context = {}, derived = false }: { context?: PriceContext; derived?: boolean } = {},
): Readonly<Partial<Record<RateKey, string>>> | undefined {
  const { provider, model, at } = target
  const selection = select(book, provider, model, context, at)
  const card = 'bands' in selection ? selection.bands[0]?.card : undefined
  if (card === undefined) return undefined
  const rates: Partial<Record<RateKey, string>> = {}
  for (const key of RATE_KEYS) {
    const { meter, per } = RATES[key]
    const each = decimal(card.rates[meter]?.text ?? '')
    if (each === undefined || !(derived || card.listed.has(meter))) continue
    const whole = times(each, { n: per, d: 1n })
    const decimals = decimalsOf(whole)
    rates[key] = toText(toUnits(whole, decimals), decimals)
  }
  return rates
}
