/** What differs between two price books at an instant. Nothing is merged. */

import { ratesAt } from '../instrumentation/pricing/rates.ts'
import type { PriceBook } from '../instrumentation/pricing/index.ts'

export interface Difference {
  readonly provider: string
  readonly model: string
  readonly rate: string
  /** USD in the units of a price file; absent where the book has no such rate. */
  readonly ours?: string
  readonly theirs?: string
}

export interface Comparison {
  /** Models of both whose rates are all the same. */
  readonly equal: number
  readonly differences: readonly Difference[]
  /** `provider/model` that only the other book has. */
  readonly missing: readonly string[]
  /** `provider/model` that only ours lists, of providers that both have. */
  readonly beyond: readonly string[]
}

/** Goes through the other book's models: a rate that ours has beyond theirs is no difference. */
export function compareBooks(ours: PriceBook, theirs: PriceBook, at: number): Comparison {
  const differences: Difference[] = []
  const missing: string[] = []
  let equal = 0
  for (const layer of theirs.layers) {
    for (const provider of layer.providers) {
      for (const model of layer.provider(provider)?.models ?? []) {
        const found = ratesAt(theirs, { provider, model, at })
        if (found === undefined) continue
        const own = ratesAt(ours, { provider, model, at }, { derived: true })
        if (own === undefined) {
          missing.push(`${provider}/${model}`)
          continue
        }
        const others = differing(provider, model, own, found)
        differences.push(...others)
        if (others.length === 0) equal += 1
      }
    }
  }
  differences.sort((a, b) => inOrder(a.provider, b.provider) || inOrder(a.model, b.model))
  return { equal, differences, missing: missing.sort(), beyond: beyondOf(ours, theirs, at) }
}

function beyondOf(ours: PriceBook, theirs: PriceBook, at: number): readonly string[] {
  const shared = new Set(theirs.layers.flatMap((layer) => layer.providers))
  const found = new Set<string>()
  for (const layer of ours.layers) {
    for (const provider of layer.providers.filter((name) => shared.has(name))) {
      for (const model of layer.provider(provider)?.models ?? []) {
        const target = { provider, model, at }
        if (ratesAt(ours, target) === undefined || ratesAt(theirs, target) !== undefined) continue
        found.add(`${provider}/${model}`)
      }
    }
  }
  return [...found].sort()
}

function inOrder(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

type RateTexts = Readonly<Record<string, string>>

/** Only rates that the other states. */
function differing(
  provider: string,
  model: string,
  own: RateTexts,
  found: RateTexts,
): readonly Difference[] {
  return Object.entries(found).flatMap(([rate, theirs]) => {
    const ours = own[rate]
    if (ours === theirs) return []
    return [{ provider, model, rate, ...(ours === undefined ? {} : { ours }), theirs }]
  })
}
