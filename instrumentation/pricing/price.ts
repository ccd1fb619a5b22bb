import type { PriceContext } from '../core/call.ts'
import {
  COST_PARTS,
  type Cost,
  type CostLine,
  type CostPart,
  type CostReason,
  type ListAmount,
} from '../core/cost.ts'
import { inputTokens, type Meter, type Usage } from '../core/usage.ts'
import type { PriceBook } from './book.ts'
import type { RateCard } from './card.ts'
import type { Doubt } from './context.ts'
import {
  add,
  decimal,
  decimalsOf,
  multiply,
  settled,
  subtract,
  toText,
  toUnits,
  toUsd,
  type Units,
} from './money.ts'
import { select } from './select.ts'
import type { Band, Selection } from './selection.ts'

export interface PriceRequest {
  /** `gen_ai.provider.name`. */
  readonly provider: string
  /** Model names to try in order: what the provider answered with first, then what was asked for. */
  readonly models: readonly string[]
  readonly usage?: Usage | undefined
  /** Set where `usage` is absent or only a lower bound. */
  readonly usageReason?: CostReason | undefined
  readonly context?: PriceContext | undefined
  /** The instant that selects the rate, epoch milliseconds. */
  readonly at: number
  /** USD as the provider billed it, a decimal string; it wins over any book. */
  readonly statedCost?: string | undefined
}

/** What a call cost, or the reason why that can't be said. Exact; never throws. */
export function price(book: PriceBook, request: PriceRequest): Cost {
  if (request.statedCost !== undefined) {
    const stated = statedCost(book, request.statedCost)
    if (stated !== undefined) return stated
  }
  const { usage } = request
  if (usage === undefined) {
    return { kind: 'unpriced', reason: request.usageReason ?? 'usage_missing' }
  }
  const selection = selectFirst(book, request)
  if (!('bands' in selection)) {
    return { kind: 'unpriced', reason: selection.reason, detail: selection.detail }
  }
  return bill(bandFor(selection.bands, usage), usage, request.usageReason)
}

/** The first model that the book knows decides; if none is known, the first one's miss is the reason. */
function selectFirst(book: PriceBook, request: PriceRequest): Selection {
  let miss: Selection | undefined
  for (const model of request.models) {
    const selection = select(book, request.provider, model, request.context, request.at)
    if ('bands' in selection || selection.reason !== 'unknown_model') return selection
    miss ??= selection
  }
  return miss ?? { reason: 'model_missing', detail: 'neither answer nor request names a model' }
}

function bandFor(bands: readonly Band[], usage: Usage): Band {
  const first = bands[0]
  if (first === undefined) throw new Error('a selection has at least one band')
  if (bands.length === 1) return first
  const prompt = inputTokens(usage)
  return bands.findLast((band) => band !== first && prompt >= band.minPrompt) ?? first
}

interface Sums {
  readonly lines: CostLine[]
  /** In units, by part; several lines may share a part. */
  readonly parts: Partial<Record<CostPart, Units>>
  total: Units
  /** Cached input at the full rate less what was paid. */
  saved: Units | undefined
  doubts: Doubt[] | undefined
}

function bill({ card, list }: Band, usage: Usage, usageReason: CostReason | undefined): Cost {
  const sums: Sums = { lines: [], parts: {}, total: 0, saved: undefined, doubts: undefined }
  // Only what was used is looked at: a bill has few lines and a card many rates.
  for (const key in usage) {
    const meter = key as Meter
    const quantity = usage[meter]
    if (quantity !== undefined && quantity !== 0) addLine(sums, card, meter, quantity)
  }
  // A call that counts no requests is one.
  if (card.rates.requests !== undefined && usage.requests === undefined) {
    addLine(sums, card, 'requests', 1)
  }
  if (sums.lines.length === 0 && sums.doubts?.[0] !== undefined) {
    // Nothing of what was used has a rate: that is not $0.
    return { kind: 'unpriced', ...sums.doubts[0] }
  }
  if (card.doubt !== undefined) sums.doubts = [card.doubt, ...(sums.doubts ?? [])]
  const priced = amountOf(sums, card, list === undefined ? undefined : listAmount(sums, list))
  const reason = usageReason ?? sums.doubts?.[0]?.reason
  if (reason === undefined) return priced
  const detail = sums.doubts?.map((doubt) => doubt.detail).join('; ')
  return { ...priced, kind: 'partial', reason, ...(detail === undefined ? {} : { detail }) }
}

function addLine(sums: Sums, card: RateCard, meter: Meter, quantity: number): void {
  if (!Number.isSafeInteger(quantity) || quantity < 0) {
    doubt(sums, 'usage_inconsistent', `${meter} is not a count`)
    return
  }
  const rate = card.rates[meter]
  if (rate === undefined) {
    doubt(sums, 'rate_missing', `no rate for ${meter}`)
    return
  }
  const { part, units } = rate
  if (meter === 'cacheWrite' && card.lifetimesDiffer) {
    doubt(sums, 'cache_lifetime_unknown', 'cache writes of unknown lifetime at the lowest rate')
  }
  const paid = multiply(units, quantity)
  sums.total = add(sums.total, paid)
  sums.parts[part] = add(sums.parts[part] ?? 0, paid)
  sums.lines.push({ meter, part, quantity, rate: rate.text, usd: usdOf(paid, card) })
  if (meter !== 'cacheRead' && meter !== 'audioCacheRead') return
  const full = meter === 'cacheRead' ? card.rates.input : card.rates.audioInput
  if (full === undefined) return
  sums.saved = add(sums.saved ?? 0, subtract(multiply(full.units, quantity), paid))
}

function doubt(sums: Sums, reason: CostReason, detail: string): void {
  sums.doubts ??= []
  sums.doubts.push({ reason, detail })
}

type Priced = Extract<Cost, { kind: 'priced' }>

/** Written as one literal: spreading it together cost a quarter of the time of a bill (measured, Node 24). */
function amountOf(sums: Sums, card: RateCard, list: ListAmount | undefined): Priced {
  const priced: { -readonly [K in keyof Priced]: Priced[K] } = {
    kind: 'priced',
    amount: usdOf(sums.total, card),
    exact: toText(settled(sums.total, card.divisor), card.decimals),
    currency: 'USD',
    source: 'local',
    parts: partsOf(sums.parts, card),
    lines: sums.lines,
    priceId: card.priceId,
    book: card.book,
  }
  if (list !== undefined) priced.list = list
  if (sums.saved !== undefined) priced.cacheSavings = usdOf(sums.saved, card)
  return priced
}

function usdOf(units: Units, { decimals, divisor }: RateCard): number {
  return toUsd(settled(units, divisor), decimals)
}

function partsOf(sums: Sums['parts'], card: RateCard): Priced['parts'] {
  const parts: Partial<Record<CostPart, number>> = {}
  for (const part of COST_PARTS) {
    const units = sums[part]
    if (units !== undefined && units !== 0) parts[part] = usdOf(units, card)
  }
  return parts
}

/** The same quantities at list prices; `undefined` where the list lacks a rate. */
function listAmount(sums: Sums, list: RateCard): ListAmount | undefined {
  const parts: Partial<Record<CostPart, Units>> = {}
  let total: Units = 0
  for (const { meter, quantity } of sums.lines) {
    const rate = list.rates[meter]
    if (rate === undefined) return undefined
    const units = multiply(rate.units, quantity)
    total = add(total, units)
    parts[rate.part] = add(parts[rate.part] ?? 0, units)
  }
  return {
    amount: usdOf(total, list),
    exact: toText(settled(total, list.divisor), list.decimals),
    parts: partsOf(parts, list),
  }
}

/** The provider's own amount, or `undefined` where what it stated is not one. */
function statedCost(book: PriceBook, text: string): Cost | undefined {
  const stated = decimal(text)
  if (stated === undefined) return undefined
  const decimals = decimalsOf(stated)
  const units = toUnits(stated, decimals)
  const amount = toUsd(units, decimals)
  return {
    kind: 'priced',
    amount,
    exact: toText(units, decimals),
    currency: 'USD',
    source: 'provider',
    parts: amount === 0 ? {} : { other: amount },
    lines: [],
    priceId: 'stated',
    book: book.version,
  }
}
