/**
 * A change of spend between two sets of calls, taken apart into dollars by cause. Accounting call by call, not a
 * splitting of factors: every pico-dollar of the change is in exactly one cause.
 *
 * With A before and B after, U units, and A's amounts taken times U(B)/U(A):
 * - volume: (units of B - units of A) x A's cost per unit. Everything below is B's units x a difference per unit.
 * - attempts: what everything after the first attempt cost.
 * - a component that is no call (vector database, gateway): what it cost.
 * - tools, system, history, rest, output, on first attempts: B's tokens less A's, at B's rates.
 * - cache: A's tokens at B's uncached rates, times how much less of them the cache saved.
 * - price: A's tokens at B's rates of the same model less what they cost; model: the rest of that difference.
 * - fees, media: what tools and audio, images and video cost on first attempts.
 * - remainder: what spans state without saying what it was for.
 */

import {
  classCosts,
  feesOf,
  mediaOf,
  TOKEN_CLASSES,
  uncachedRate,
  type ClassCost,
  type Densities,
  type TokenClass,
} from './call-parts.ts'
import { classEffect, classTally, type ByModel } from './class-effect.ts'
import { isRepeat, kindsOf, modelOf } from './kinds.ts'
import { divided, settled } from './pico.ts'
import { picoOf, type Side } from './spend.ts'
import { count } from './tally.ts'
import { toPico } from '../store/money.ts'
import type { CallRow } from '../row.ts'

export type CauseName =
  | 'volume'
  | 'attempts'
  | TokenClass
  | 'cache'
  | 'model'
  | 'price'
  | 'fees'
  | 'media'
  | `component:${string}`
  | 'remainder'

/** 1e-12 USD by cause; together exactly the total. Causes of nothing are absent. */
export type Amounts = ReadonlyMap<CauseName, bigint>

export interface Accounts {
  readonly amounts: Amounts
  /** B less A times `scale`. */
  readonly total: bigint
}

/** @param scale how many times A is counted, to compare periods of different length */
export function accountFor(
  before: Side,
  after: Side,
  scale: number,
  densities: Densities = {},
): Accounts {
  const scaled = scale === 1 ? before.pico : BigInt(Math.round(Number(before.pico) * scale))
  const total = after.pico - scaled
  if (before.units === 0 || after.units === 0) {
    return { amounts: settled(new Map([['volume', total]]), total, 0), total }
  }
  const units = { a: BigInt(before.units), b: BigInt(after.units) }
  const amounts = new Map<CauseName, bigint>([
    ['volume', divided(units.b * before.pico, units.a) - scaled],
  ])
  const add = (name: CauseName, pico: bigint): void => {
    amounts.set(name, (amounts.get(name) ?? 0n) + pico)
  }
  const kindOf = kindsOf(before.calls, after.calls)
  const [a, b] = [ledgerOf(before, kindOf, densities), ledgerOf(after, kindOf, densities)]
  for (const name of new Set([...a.plain.keys(), ...b.plain.keys()])) {
    const was = divided(units.b * (a.plain.get(name) ?? 0n), units.a)
    add(name, (b.plain.get(name) ?? 0n) - was)
  }
  for (const kind of new Set([...a.kinds.keys(), ...b.kinds.keys()])) {
    for (const name of TOKEN_CLASSES) {
      const nothing: ByModel = new Map()
      const [inA, inB] = [a, b].map(({ kinds }) => kinds.get(kind)?.get(name) ?? nothing)
      const effect = classEffect(inA ?? nothing, inB ?? nothing, units)
      add(name, effect.tokens)
      for (const cause of ['cache', 'model', 'price'] as const) add(cause, effect[cause])
    }
  }
  // Each amount on a span was rounded to a pico-dollar once, and so was each division here.
  const dust = 4 * (before.calls.length + after.calls.length) + 100
  return { amounts: settled(amounts, total, dust), total }
}

interface Ledger {
  /** What is compared as it is. 1e-12 USD. */
  readonly plain: Map<CauseName, bigint>
  /** Tokens by kind of call, class and model. */
  readonly kinds: Map<string, Map<TokenClass, ByModel>>
}

function ledgerOf(side: Side, kindOf: (row: CallRow) => string, densities: Densities): Ledger {
  const plain = new Map<CauseName, bigint>()
  const book = (name: CauseName, pico: bigint): void => {
    if (pico !== 0n) plain.set(name, (plain.get(name) ?? 0n) + pico)
  }
  for (const cost of side.costs) book(`component:${cost.component}`, picoOf([cost]))
  const kinds: Ledger['kinds'] = new Map()
  const rates = uncachedRates(side.calls)
  for (const row of side.calls) {
    const pico = toPico(row.usd ?? 0)
    if (isRepeat(row)) {
      book('attempts', pico)
      continue
    }
    const [fees, media] = [feesOf(row), mediaOf(row)]
    if (fees > 0) book('fees', BigInt(fees))
    if (media > 0) book('media', BigInt(media))
    const classes = classCosts(row, rates.get(modelOf(row)), densities)
    enter(kinds, kindOf(row), modelOf(row), classes)
    const paid = classes.reduce((sum, each) => sum + each.paid, fees + media)
    const left = pico - BigInt(paid)
    if (left !== 0n) book('remainder', left)
  }
  return { plain, kinds }
}

function enter(
  kinds: Ledger['kinds'],
  kind: string,
  model: string,
  costs: readonly ClassCost[],
): void {
  const classes = madeIn(kinds, kind, () => new Map<TokenClass, ByModel>())
  for (const { name, tokens, full, paid } of costs) {
    const models = madeIn(classes, name, (): ByModel => new Map())
    const total = madeIn(models, model, classTally)
    count(total.tokens, tokens)
    count(total.full, full)
    count(total.paid, paid)
  }
}

function madeIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** By model, for calls whose input was cached to the last token. */
function uncachedRates(calls: readonly CallRow[]): ReadonlyMap<string, number> {
  const rates = new Map<string, number>()
  for (const row of calls) {
    const rate = uncachedRate(row)
    if (rate !== undefined) rates.set(modelOf(row), rate)
  }
  return rates
}
