/**
 * Which rates hold for a model, an instant and a context; remembered, so that a call's price is a few look-ups.
 * What is remembered is bounded: names and context values come from outside.
 */

import type { PriceContext } from '../core/call.ts'
import { cardOf, type CardBasis } from './card.ts'
import { contextFor, type Doubt } from './context.ts'
import type { Discount, Layer, LayerProvider } from './layer.ts'
import { keepSlice, remembered, type Memory, type Slice } from './memory.ts'
import type { Band, Selection } from './selection.ts'
import type { Ratio } from './money.ts'
import { chainOf, providerNamed, resolve, type Target } from './resolve.ts'
import type { Rates, Rule, Variant } from './rule.ts'
import { scheduleAt } from './schedule.ts'

/** Price files in layers, ready for look-ups. Immutable but for its memory of past look-ups. */
export interface PriceBook {
  /** The versions of its layers, the base first: `2026-11-23+user`. */
  readonly version: string
  /** Day of the newest list prices, epoch milliseconds; absent where their version is not a day. */
  readonly time?: number
  /** The base first. A later list replaces a model's rules, a contract wins rate by rate. */
  readonly layers: readonly Layer[]
  /** All instants at which any rate, alias or discount changes, ascending. */
  readonly changes: readonly number[]
  /** Look-ups already made. */
  readonly memory: Memory
}

const NO_CONTEXT: PriceContext = {}

export function select(
  book: PriceBook,
  provider: string,
  model: string,
  context: PriceContext | undefined,
  at: number,
): Selection {
  const { slices } = remembered(book.memory, provider, model, context ?? NO_CONTEXT)
  for (const slice of slices) {
    if (at >= slice.from && at < slice.until) return slice.selection
  }
  if (!Number.isFinite(at)) return { reason: 'out_of_range', detail: 'the call has no instant' }
  const fresh = sliceAt(book, provider, model, context ?? NO_CONTEXT, at)
  keepSlice(slices, fresh)
  return fresh.selection
}

function sliceAt(
  book: PriceBook,
  provider: string,
  model: string,
  context: PriceContext,
  at: number,
): Slice {
  const next = book.changes.findIndex((change) => change > at)
  const last = next === -1 ? book.changes.length : next
  const { selection, from, until } = selectAfresh(book, provider, model, context, at)
  return {
    from: Math.max(book.changes[last - 1] ?? -Infinity, from),
    until: Math.min(book.changes[last] ?? Infinity, until),
    selection,
  }
}

/** Always the same, whenever it is asked for. */
const forever = { from: -Infinity, until: Infinity }

function selectAfresh(
  book: PriceBook,
  provider: string,
  model: string,
  context: PriceContext,
  at: number,
): Slice {
  const target = resolve(book.layers, provider, model, at)
  if ('reason' in target) return { ...forever, selection: target }
  const stated = { ...target.implied, ...context }
  const found = rulesAt(book.layers, target, at)
  if (found.every(({ rule }) => rule === undefined)) {
    const detail = `no rate of ${target.provider}/${target.model} for ${new Date(at).toISOString()}`
    return { ...forever, selection: { reason: 'out_of_range', detail } }
  }
  const own = providerNamed(book.layers, provider)
  const names = [model.toLowerCase(), target.model]
  const basis = { book: book.version, priceId: priceId(target, found) }
  const left = discountAt(book.layers, [own, target.provider], names, at)
  const net = circumstancesOf(found, stated, at)
  const { from, until } = net
  if ('reason' in net) {
    const { reason, detail } = net
    return { from, until, selection: { reason, detail: `${detail} of ${target.model}` } }
  }
  const bands = bandsOf({ ...basis, ...net, left })
  const listed = found.filter((item) => item.list)
  const hasContract = left !== undefined || found.some(changesPrices)
  if (!hasContract || listed.every(({ rule }) => rule === undefined)) {
    return { from, until, selection: { bands } }
  }
  const list = circumstancesOf(listed, stated, at)
  if ('reason' in list) return { from, until, selection: { bands } }
  return { from, until, selection: { bands: withList(bands, bandsOf({ ...basis, ...list })) } }
}

function changesPrices({ list, provider, rule }: Found): boolean {
  return !list && (rule !== undefined || provider.rates.size > 0)
}

interface Found {
  readonly version: string
  readonly list: boolean
  readonly provider: LayerProvider
  readonly rule: Rule | undefined
}

/**
 * What each layer says of the model, the base first. Of list prices only the newest layer's rule counts: it is the
 * same list at a later date. A contract for a model that the provider has from another one lies over that one's rates.
 */
function rulesAt(layers: readonly Layer[], target: Target, at: number): readonly Found[] {
  const found: Found[] = []
  for (const name of chainOf(layers, target.provider)) {
    const own = layers.flatMap((layer) => foundIn(layer, name, target.model, at))
    const newest = own.findLast(({ list, rule }) => list && rule !== undefined)
    const current = own.map((item) =>
      item.list && item !== newest ? { ...item, rule: undefined } : item,
    )
    found.unshift(...current)
    if (newest !== undefined) break
  }
  return found
}

function foundIn(layer: Layer, name: string, model: string, at: number): readonly Found[] {
  const provider = layer.provider(name)
  if (provider === undefined) return []
  const rule = provider.rules(model)?.find((item) => at >= item.from && at < item.until)
  return [{ version: layer.version, list: layer.list, provider, rule }]
}

interface Circumstanced {
  readonly rates: readonly (Rates | undefined)[]
  readonly variants: readonly Variant[]
  readonly doubt: Doubt | undefined
}

interface Window {
  /** Within it no schedule begins or ends. */
  readonly from: number
  readonly until: number
}

function circumstancesOf(
  found: readonly Found[],
  context: PriceContext,
  at: number,
): Window & (Circumstanced | Doubt) {
  // A contract's rule that speaks of variants replaces those of the list.
  const named = found.findLast(({ rule }) => rule?.variants !== undefined)?.rule?.variants ?? []
  let { from, until }: Window = forever
  const timely = named.filter(({ schedule }) => {
    if (schedule === undefined) return true
    const state = scheduleAt(schedule, at)
    from = Math.max(from, state.from)
    until = Math.min(until, state.until)
    return state.holds
  })
  const chosen = contextFor(
    context,
    timely,
    found.map(({ provider }) => provider.context),
  )
  if ('reason' in chosen) return { ...chosen, from, until }
  const rates = [...found.map(({ provider }) => provider.rates), ...found.map(ratesOfRule)]
  return { rates, ...chosen, from, until }
}

function ratesOfRule({ rule }: Found): Rates | undefined {
  return rule?.rates
}

/** `openai/o3@2025-06-10+user`: the base's rate, its first day where it has one, and the layers that changed it. */
function priceId(target: Target, found: readonly Found[]): string {
  const [base, ...over] = found.filter(({ rule }) => rule !== undefined)
  const since = base?.rule?.label === undefined ? '' : `@${base.rule.label}`
  const layers = over.map(({ version }) => `+${version}`).join('')
  return `${target.provider}/${target.model}${since}${layers}`
}

function discountAt(
  layers: readonly Layer[],
  providers: readonly string[],
  models: readonly string[],
  at: number,
): Ratio | undefined {
  const matching = layers
    .flatMap((layer) => layer.discounts)
    .filter((item) => at >= item.from && at < item.until)
    .filter((item) => matches(item.provider && providerNamed(layers, item.provider), providers))
    .filter((item) => matches(item.model, models))
  const weight = (item: Discount): number =>
    (item.model === undefined ? 0 : 2) + (item.provider === undefined ? 0 : 1)
  const most = Math.max(...matching.map(weight))
  return matching.findLast((item) => weight(item) === most)?.left
}

function matches(wanted: string | undefined, names: readonly string[]): boolean {
  return wanted === undefined || names.includes(wanted)
}

function bandsOf(basis: Omit<CardBasis, 'left'> & { left?: Ratio | undefined }): readonly Band[] {
  const { variants, left } = basis
  const starts = new Set([0, ...variants.map((variant) => variant.minPrompt)])
  return [...starts]
    .sort((a, b) => a - b)
    .map((minPrompt) => ({
      minPrompt,
      card: cardOf({
        ...basis,
        left,
        variants: variants.filter((variant) => variant.minPrompt <= minPrompt),
      }),
    }))
}

/** The bands of either, each with the cards that hold in it. */
function withList(net: readonly Band[], list: readonly Band[]): readonly Band[] {
  const starts = new Set([...net, ...list].map(({ minPrompt }) => minPrompt))
  return [...starts]
    .sort((a, b) => a - b)
    .flatMap((minPrompt) => {
      const own = net.findLast((band) => band.minPrompt <= minPrompt)
      const listed = list.findLast((band) => band.minPrompt <= minPrompt)
      if (own === undefined || listed === undefined) return []
      return [{ minPrompt, card: own.card, list: listed.card }]
    })
}
