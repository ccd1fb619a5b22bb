/** Price files as they are written, for showing them: rules with their sources, which a book for look-ups leaves out. */

import type { PriceBookSource } from '../instrumentation/pricing/index.ts'
import type { FactSource, ProviderSource, RuleSource } from '../instrumentation/pricing/format.ts'

export interface ShownRule {
  readonly file: string
  readonly rule: RuleSource
  readonly source: FactSource | undefined
}

export interface NamedPrices {
  readonly name: string
  readonly source: PriceBookSource
}

/** The rules of a model, by file and then as written. */
export function rulesOfModel(
  files: readonly NamedPrices[],
  provider: string,
  model: string,
): readonly ShownRule[] {
  return files.flatMap(({ name, source }) => {
    const own = source.providers?.[provider]
    const found = Object.entries(own?.models ?? {}).find(([id]) => id.toLowerCase() === model)
    if (own === undefined || found === undefined) return []
    return listOf(found[1]).map((rule) => ({ file: name, rule, source: factOf(own, rule) }))
  })
}

/** Other names of a model. */
export function aliasesOfModel(
  files: readonly NamedPrices[],
  provider: string,
  model: string,
): readonly string[] {
  return files.flatMap(({ source }) =>
    Object.entries(source.providers?.[provider]?.aliases ?? {})
      .filter(([, target]) =>
        (typeof target === 'string' ? [target] : target.map((step) => step.model)).some(
          (name) => name.toLowerCase() === model,
        ),
      )
      .map(([alias]) => alias),
  )
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

function factOf(provider: ProviderSource, rule: RuleSource): FactSource | undefined {
  return typeof rule.source === 'string' ? provider.sources?.[rule.source] : rule.source
}
