/**
 * Which rates hold for a model, an instant and a context; remembered, so that a call's price is a few look-ups.
 * What is remembered is bounded: names and context values come from outside.
 */

import type { PriceContext } from '../core/call.ts'
import type { CostReason } from '../core/cost.ts'
import { cardOf, type RateCard } from './card.ts'
import { contextFor, type Circumstances } from './context.ts'
import type { Discount, Layer, LayerProvider } from './layer.ts'
import type { Ratio } from './money.ts'
import { resolve, type Target } from './resolve.ts'
import type { Rule, Variant } from './rule.ts'

const MODELS_REMEMBERED = 2_000
const CONTEXTS_REMEMBERED = 32

/** Price files in layers, ready for look-ups. Immutable but for its memory of past look-ups. */
export interface PriceBook {
  /** The versions of its layers, the base first: `2026-11-23+user`. */
  readonly version: string
  /** Day of the base layer, epoch milliseconds; absent where its version is not a day. */
  readonly time?: number
  /** The base first; a later layer wins rate by rate. */
  readonly layers: readonly Layer[]
  /** All instants at which any rate, alias or discount changes, ascending. */
  readonly changes: readonly number[]
  /** Look-ups already made. */
  readonly memory: Memory
}

/** The rates for each size of prompt, the smallest first; or why there are none. */
export type Selection =
  { readonly bands: readonly Band[] } | { readonly reason: CostReason; readonly detail: string }

interface Band {
  /** Tokens of all input from which it holds. */
  readonly minPrompt: number
  readonly card: RateCard
}

/** What was found for a span of time in which nothing changes. */
interface Slice {
  readonly from: number
  readonly until: number
  readonly selection: Selection
}

interface Remembered {
  readonly context: Circumstances
  readonly slices: Slice[]
}

/** By provider and model. */
type Memory = Map<string, Map<string, Remembered[]>>

export function select(
  book: PriceBook,
  provider: string,
  model: string,
  context: PriceContext | undefined,
  at: number,
): Selection {
  const { slices } = remembered(book, provider, model, context)
  for (const slice of slices) {
    if (at >= slice.from && at < slice.until) return slice.selection
  }
  if (!Number.isFinite(at)) return { reason: 'out_of_range', detail: 'the call has no instant' }
  const next = book.changes.findIndex((change) => change > at)
  const last = next === -1 ? book.changes.length : next
  const slice = {
    from: book.changes[last - 1] ?? -Infinity,
    until: book.changes[last] ?? Infinity,
    selection: selectAfresh(book, provider, model, context ?? {}, at),
  }
  slices.unshift(slice)
  return slice.selection
}

function remembered(
  book: PriceBook,
  provider: string,
  model: string,
  context: PriceContext | undefined,
): Remembered {
  let models = book.memory.get(provider)
  if (models === undefined) {
    if (book.memory.size >= CONTEXTS_REMEMBERED) book.memory.clear()
    models = new Map<string, Remembered[]>()
    book.memory.set(provider, models)
  }
  let known = models.get(model)
  if (known === undefined) {
    if (models.size >= MODELS_REMEMBERED) models.clear()
    known = []
    models.set(model, known)
  }
  for (const item of known) {
    if (
      item.context.serviceTier === context?.serviceTier &&
      item.context.speed === context?.speed &&
      item.context.inferenceGeo === context?.inferenceGeo &&
      item.context.region === context?.region
    ) {
      return item
    }
  }
  if (known.length >= CONTEXTS_REMEMBERED) known.length = 0
  const fresh = { context: { ...context }, slices: [] }
  known.push(fresh)
  return fresh
}

function selectAfresh(
  book: PriceBook,
  provider: string,
  model: string,
  context: PriceContext,
  at: number,
): Selection {
  const target = resolve(book.layers, provider, model, at)
  if ('reason' in target) return target
  const found = rulesAt(book, target, at)
  const newest = found.findLast(({ rule }) => rule !== undefined)
  if (newest === undefined) {
    return {
      reason: 'out_of_range',
      detail: `no rate of ${target.provider}/${target.model} for ${new Date(at).toISOString()}`,
    }
  }
  const variants = found.flatMap(({ rule }) => rule?.variants ?? [])
  const tables = found.map(({ provider: own }) => own.context)
  const circumstances = contextFor(context, variants, tables)
  if ('reason' in circumstances) {
    return { ...circumstances, detail: `${circumstances.detail} of ${target.model}` }
  }
  const basis = {
    rates: [...found.map((own) => own.provider.rates), ...found.map((own) => own.rule?.rates)],
    priceId: priceId(target, found),
    book: book.version,
    left: discountAt(book, provider, [model.toLowerCase(), target.model], at),
    doubt: circumstances.doubt,
  }
  return { bands: bandsOf(basis, circumstances.variants) }
}

interface Found {
  readonly version: string
  readonly provider: LayerProvider
  readonly rule: Rule | undefined
}

/** What each layer says of the model, the base first. */
function rulesAt(book: PriceBook, target: Target, at: number): readonly Found[] {
  return book.layers.flatMap((layer) => {
    const provider = layer.providers.get(target.provider)
    if (provider === undefined) return []
    const rules = provider.models.get(target.model) ?? []
    const rule = rules.find((item) => at >= item.from && at < item.until)
    return [{ version: layer.version, provider, rule }]
  })
}

/** `openai/o3@2025-06-10+user`: the base's rate, its first day where it has one, and the layers that changed it. */
function priceId(target: Target, found: readonly Found[]): string {
  const [base, ...over] = found.filter(({ rule }) => rule !== undefined)
  const since = base?.rule?.label === undefined ? '' : `@${base.rule.label}`
  const layers = over.map(({ version }) => `+${version}`).join('')
  return `${target.provider}/${target.model}${since}${layers}`
}

function discountAt(
  book: PriceBook,
  provider: string,
  models: readonly string[],
  at: number,
): Ratio | undefined {
  const matching = book.layers
    .flatMap((layer) => layer.discounts)
    .filter((item) => at >= item.from && at < item.until)
    .filter((item) => item.provider === undefined || item.provider === provider)
    .filter((item) => item.model === undefined || models.includes(item.model))
  const weight = (item: Discount): number =>
    (item.model === undefined ? 0 : 2) + (item.provider === undefined ? 0 : 1)
  const most = Math.max(...matching.map(weight))
  return matching.findLast((item) => weight(item) === most)?.left
}

function bandsOf(
  basis: Omit<Parameters<typeof cardOf>[0], 'variants'>,
  variants: readonly Variant[],
): readonly Band[] {
  const starts = new Set([0, ...variants.map((variant) => variant.minPrompt)])
  return [...starts]
    .sort((a, b) => a - b)
    .map((minPrompt) => ({
      minPrompt,
      card: cardOf({
        ...basis,
        variants: variants.filter((variant) => variant.minPrompt <= minPrompt),
      }),
    }))
}
