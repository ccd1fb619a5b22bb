/**
 * Which model of the price book a name means. Names are matched whole; what may be taken off them is listed here.
 * Families are never guessed: `claude-sonnet-5-5` is not `claude-sonnet-5`.
 */

import type { AliasStep, Layer } from './layer.ts'
import type { CostReason } from '../core/cost.ts'

export interface Target {
  readonly provider: string
  /** In lower case. */
  readonly model: string
}

export interface Miss {
  readonly reason: CostReason
  readonly detail: string
}

const LONGEST_COMPARED_NAME = 64

/** @param at epoch milliseconds; an alias may have been moved from one model to another. */
export function resolve(
  layers: readonly Layer[],
  provider: string,
  model: string,
  at: number,
): Target | Miss {
  const name = model.toLowerCase()
  const user = layers.slice(1)
  const named =
    followAlias(layers, user, provider, name, at) ??
    exact(layers, provider, forms(provider, name)) ??
    forms(provider, name)
      .map((form) => followAlias(layers, layers, provider, form, at))
      .find((target) => target !== undefined)
  return named ?? missOf(layers, provider, name)
}

/** The model that an alias names: of the same provider, or as `provider/model`; `undefined` where there is none. */
export function aliasTarget(
  layers: readonly Layer[],
  provider: string,
  model: string,
): Target | undefined {
  const own = exact(layers, provider, [model])
  if (own !== undefined) return own
  const slash = model.indexOf('/')
  if (slash < 1) return undefined
  return exact(layers, model.slice(0, slash), [model.slice(slash + 1)])
}

function followAlias(
  layers: readonly Layer[],
  from: readonly Layer[],
  provider: string,
  name: string,
  at: number,
): Target | undefined {
  for (const layer of from.toReversed()) {
    const step = layer.providers
      .get(provider)
      ?.aliases.get(name)
      ?.findLast((item: AliasStep) => at >= item.from && at < item.until)
    if (step !== undefined) return aliasTarget(layers, provider, step.model)
  }
  return undefined
}

function exact(
  layers: readonly Layer[],
  provider: string,
  names: readonly string[],
): Target | undefined {
  for (const model of names) {
    const known = layers.some((layer) => layer.providers.get(provider)?.models.has(model))
    if (known) return { provider, model }
  }
  return undefined
}

/** The name as it stands, without a known prefix, and each of them without its date. */
function forms(provider: string, name: string): readonly string[] {
  const prefixes = ['models/', `${provider}/`, ...(provider.startsWith('azure.') ? ['azure/'] : [])]
  const prefix = prefixes.find((item) => name.startsWith(item))
  const bare = prefix === undefined ? name : name.slice(prefix.length)
  const tuned = fineTuned(bare)
  return [...new Set([name, bare, tuned, withoutDate(bare), withoutDate(tuned)])]
}

/**
 * `ft:gpt-4o-2024-08-06:org::id` (OpenAI) and `gpt-4o-2024-08-06.ft-id` (Azure) are billed as `ft:` and the model that
 * was tuned.
 */
function fineTuned(name: string): string {
  if (name.startsWith('ft:')) return name.split(':', 2).join(':')
  const [base = name, id] = name.split('.ft-', 2)
  return id === undefined ? name : `ft:${base}`
}

const DATES = [
  /-20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  /-20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/,
  /@20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/,
]

function withoutDate(name: string): string {
  const date = DATES.find((pattern) => pattern.test(name))
  return date === undefined ? name : name.replace(date, '')
}

function missOf(layers: readonly Layer[], provider: string, name: string): Miss {
  if (/:application-inference-profile\//.test(name)) {
    return {
      reason: 'unresolved_profile',
      detail: `'${name}' says nothing of its model: name it under aliases in a price file`,
    }
  }
  const known = new Set<string>()
  for (const layer of layers) {
    const own = layer.providers.get(provider)
    for (const model of own?.models.keys() ?? []) known.add(model)
    for (const alias of own?.aliases.keys() ?? []) known.add(alias)
  }
  if (known.size === 0) {
    return { reason: 'unknown_model', detail: `no provider '${provider}' in the price book` }
  }
  const near = nearest(name, [...known])
  const hint = near.length === 0 ? '' : `; nearest: ${near.join(', ')}`
  return { reason: 'unknown_model', detail: `no model '${name}' of '${provider}'${hint}` }
}

function nearest(name: string, known: readonly string[]): readonly string[] {
  if (name.length > LONGEST_COMPARED_NAME) return []
  const limit = Math.max(2, Math.floor(name.length / 3))
  return known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Levenshtein: insertions, deletions and replacements from one to the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
