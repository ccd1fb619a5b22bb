/** The models that `costspan whatif` is asked about: whose they are, and whether there are such. */

import { price, type PriceBook } from '../instrumentation/pricing/index.ts'
import { hasProvider, providerNamed, resolve } from '../instrumentation/pricing/resolve.ts'
import { whole } from '../local/page/amounts.ts'
import { Failure, Misuse } from './command.ts'
import type { Counted, Swap, SwapFinder } from './whatif.ts'

const MOST_NAMED = 8

/** `provider/model` where the first word is a provider of the book. */
export function providerOf(
  text: string,
  book: PriceBook,
): { provider: string; model: string } | undefined {
  const slash = text.indexOf('/')
  const provider = slash < 1 ? '' : providerNamed(book.layers, text.slice(0, slash))
  return hasProvider(book.layers, provider) ? { provider, model: text.slice(slash + 1) } : undefined
}

/** Those who make models that others sell too. */
const MAKERS = ['openai', 'anthropic', 'gcp.gemini']

/** @throws Misuse where several sell a model of that name and none of them is known to make it */
export function sellerOf(model: string, book: PriceBook): string {
  const names = sellers(model, book)
  const maker = MAKERS.find((name) => names.includes(name))
  if (maker !== undefined || names.length < 2) return maker ?? names[0] ?? 'openai'
  throw new Misuse(`--model ${model}=…: sold by ${names.join(', ')}; name one with --provider`)
}

/** Providers whose own list has a model of that name. */
function sellers(model: string, book: PriceBook): readonly string[] {
  const names = new Set(book.layers.flatMap((layer) => layer.providers))
  return [...names].filter((name) => {
    const target = resolve(book.layers, name, model, Date.now())
    return 'model' in target && target.provider === name
  })
}

/** A swap that no call is of, or that none could be priced by, is a mistake. @throws Misuse, Failure */
export function checkSwap(
  swap: Swap,
  calls: readonly Counted[],
  swapOf: SwapFinder,
  book: PriceBook,
  at: number | undefined,
): void {
  const { from, provider, model } = swap
  const met = calls.filter(({ call }) => swapOf(call) === swap)
  if (met.length === 0) {
    const there = [...new Set(calls.map(({ call }) => call.models.at(-1) ?? 'a model not named'))]
    const more = there.length > MOST_NAMED ? ', …' : ''
    throw new Failure(
      `costspan whatif: none of the ${whole(calls.length)} calls is of ${from}; they are of ${there.slice(0, MOST_NAMED).join(', ')}${more}`,
    )
  }
  const asked = new Set(met.map(({ call }) => provider ?? call.provider))
  const costs = [...asked].map((name) =>
    price(book, { provider: name, models: [model], usage: {}, at: at ?? Date.now() }),
  )
  const [first] = costs
  if (first?.kind !== 'unpriced' || costs.some((cost) => cost.kind !== 'unpriced')) return
  const others = provider === undefined ? sellers(model, book) : []
  const hint =
    others.length === 0
      ? 'a model, or provider/model'
      : others
          .slice(0, MOST_NAMED)
          .map((name) => `${from}=${name}/${model}`)
          .join(', ')
  throw new Misuse(`--model ${from}=${model}: ${first.detail ?? first.reason}. Allowed: ${hint}`)
}
