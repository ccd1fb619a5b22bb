/** Which model of the price book a name means; `names.ts` says what may be taken off it. */

import type { CostReason } from '../core/cost.ts'
import type { Layer } from './layer.ts'
import { readName, type Implied, type ReadName } from './names.ts'
import { nearest } from './nearest.ts'

export interface Target {
  readonly provider: string
  /** In lower case. */
  readonly model: string
  /** What the name says beside the model; a call that states the same itself is believed. */
  readonly implied: Implied
}

export interface Miss {
  readonly reason: CostReason
  readonly detail: string
}

/** Providers that stand in for one another are followed this far, and so are aliases of aliases. */
const LONGEST_CHAIN = 3

/** @param at epoch milliseconds; an alias may have been moved from one model to another. */
export function resolve(
  layers: readonly Layer[],
  provider: string,
  model: string,
  at: number,
): Target | Miss {
  const own = providerNamed(layers, provider)
  const name = model.toLowerCase()
  return find(layers, own, name, at, 0) ?? missOf(layers, own, name)
}

/** The name that the book has for a provider: `google` is `gcp.gemini`. */
export function providerNamed(layers: readonly Layer[], provider: string): string {
  if (hasProvider(layers, provider)) return provider
  const name = provider.toLowerCase()
  for (const layer of layers.toReversed()) {
    const known = layer.providerNames.get(name)
    if (known !== undefined) return known
  }
  return name
}

/** Asked of the names alone: a provider's prices are read when they are needed. */
export function hasProvider(layers: readonly Layer[], provider: string): boolean {
  return layers.some((layer) => layer.providers.includes(provider))
}

/** The model that an alias names: of the same provider, or as `provider/model`. */
export function aliasTarget(
  layers: readonly Layer[],
  provider: string,
  model: string,
  at?: number,
  depth = 0,
): Target | undefined {
  const own = find(layers, provider, model, at, depth + 1)
  const slash = model.indexOf('/')
  if (own !== undefined || slash < 1) return own
  const other = providerNamed(layers, model.slice(0, slash))
  return find(layers, other, model.slice(slash + 1), at, depth + 1)
}

/** An alias of a contract, then each form of the name: as a model, then as an alias; of the provider, of those like it. */
function find(
  layers: readonly Layer[],
  provider: string,
  name: string,
  at: number | undefined,
  depth: number,
): Target | undefined {
  if (depth > LONGEST_CHAIN) return undefined
  const read = readName(provider, name, (word) => providerNamed(layers, word) === provider)
  const contracts = layers.filter((layer) => !layer.list)
  const found =
    followed(layers, contracts, provider, name, at, depth) ??
    lookedUp(layers, provider, read, at, depth)
  if (found === undefined) return undefined
  return { ...found, implied: { ...read.assumed, ...found.implied, ...read.implied } }
}

function lookedUp(
  layers: readonly Layer[],
  provider: string,
  { forms, opaque }: ReadName,
  at: number | undefined,
  depth: number,
): Target | undefined {
  if (opaque !== undefined) return undefined
  for (const own of chainOf(layers, provider)) {
    for (const form of forms) {
      if (isListed(layers, own, form)) return { provider: own, model: form, implied: {} }
      const found = followed(layers, layers, own, form, at, depth)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function followed(
  layers: readonly Layer[],
  from: readonly Layer[],
  provider: string,
  name: string,
  at: number | undefined,
  depth: number,
): Target | undefined {
  for (const layer of from.toReversed()) {
    const steps = layer.provider(provider)?.alias(name)
    const step = steps?.findLast((item) => at === undefined || (at >= item.from && at < item.until))
    if (step !== undefined) return aliasTarget(layers, provider, step.model, at, depth)
  }
  return undefined
}

function isListed(layers: readonly Layer[], provider: string, model: string): boolean {
  return layers.some((layer) => layer.provider(provider)?.rules(model) !== undefined)
}

/** A provider and those whose models stand in for its own. */
export function chainOf(layers: readonly Layer[], provider: string): readonly string[] {
  const chain = [provider]
  while (chain.length < LONGEST_CHAIN) {
    const last = chain.at(-1) ?? provider
    const like = layers.findLast((layer) => layer.provider(last)?.like !== undefined)
    const next = like?.provider(last)?.like
    if (next === undefined || chain.includes(next)) break
    chain.push(next)
  }
  return chain
}

const OPAQUE: Readonly<Partial<Record<CostReason, string>>> = {
  commitment: 'is capacity paid for beforehand',
  unresolved_profile: 'says nothing of its model',
}

function missOf(layers: readonly Layer[], provider: string, name: string): Miss {
  const read = readName(provider, name, (word) => providerNamed(layers, word) === provider)
  if (read.opaque !== undefined) {
    const why = OPAQUE[read.opaque] ?? ''
    return {
      reason: read.opaque,
      detail: `'${name}' ${why}: name it under aliases in a price file`,
    }
  }
  const known = new Set<string>()
  for (const own of chainOf(layers, provider)) {
    for (const layer of layers) {
      const listed = layer.provider(own)
      for (const model of listed?.models ?? []) known.add(model)
      for (const alias of listed?.aliases ?? []) known.add(alias)
    }
  }
  if (known.size === 0) {
    return { reason: 'unknown_model', detail: `no provider '${provider}' in the price book` }
  }
  const near = nearest(read.forms[1] ?? name, [...known])
  const hint = near.length === 0 ? '' : `; nearest: ${near.join(', ')}`
  return { reason: 'unknown_model', detail: `no model '${name}' of '${provider}'${hint}` }
}
