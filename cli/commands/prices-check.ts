/** `costspan prices check`: the price book beside another catalogue. Nothing is merged. */

import { readFileSync } from 'node:fs'
import type { Provider } from '@pydantic/genai-prices'
import { isObject } from '../../instrumentation/core/unknown.ts'
import { readPriceFile } from '../../instrumentation/prices-file.ts'
import type { RuleSource } from '../../instrumentation/pricing/format.ts'
import { buildBook, PriceBookError, type PriceBook } from '../../instrumentation/pricing/index.ts'
import { resolve } from '../../instrumentation/pricing/resolve.ts'
import { catalogueOf } from '../../prices/catalogue.ts'
import { Failure } from '../command.ts'
import { compareBooks, type Difference } from '../compare-books.ts'
import { rulesOfModel, type NamedPrices } from '../prices-source.ts'
import type { SourcedComparison, SourcedDifference } from '../prices-text.ts'

/**
 * What differs from a file, or without one from the installed catalogue, and where our rates are from.
 * @throws Failure where the other prices can't be used.
 */
export async function compared(
  ours: PriceBook,
  files: readonly NamedPrices[],
  { against, at }: { readonly against?: string | undefined; readonly at: number },
): Promise<{ readonly theirs: string; readonly found: SourcedComparison }> {
  const other = against === undefined ? await installed() : fromFile(against)
  const found = compareBooks(ours, usable(other), at)
  const differences = found.differences.map((item) => sourced(item, ours, files, at))
  return { theirs: other.name, found: { ...found, differences } }
}

function sourced(
  item: Difference,
  ours: PriceBook,
  files: readonly NamedPrices[],
  at: number,
): SourcedDifference {
  const target = resolve(ours.layers, item.provider, item.model, at)
  if ('reason' in target) return item
  const rules = rulesOfModel(files, target.provider, target.model)
  const source = rules.findLast(({ rule }) => holds(rule, at))?.source
  return source === undefined
    ? item
    : { ...item, confidence: source.confidence, source: source.url }
}

function holds({ from, until }: RuleSource, at: number): boolean {
  return (
    (from === undefined || Date.parse(from) <= at) &&
    (until === undefined || at < Date.parse(until))
  )
}

function usable(other: NamedPrices): PriceBook {
  return orFailure(() => buildBook([other]))
}

/** A price file, or the data of genai-prices: a list of providers. */
function fromFile(path: string): NamedPrices {
  const providers = path.endsWith('.json') ? providersIn(path) : undefined
  if (providers === undefined) return { name: path, source: orFailure(() => readPriceFile(path)) }
  return { name: path, source: catalogueOf(providers).source }
}

function providersIn(path: string): readonly Provider[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Whoever reads it as a price file says what is wrong, and where.
    return undefined
  }
  if (!Array.isArray(value)) return undefined
  const wrong = value.findIndex((item) => !isProvider(item))
  if (wrong === -1) return value as readonly Provider[]
  throw new Failure(
    `costspan prices check: ${path}: item ${wrong} is no provider; allowed: a price file, or a data.json of genai-prices`,
  )
}

function isProvider(value: unknown): boolean {
  if (!isObject(value) || typeof value['id'] !== 'string') return false
  const models: unknown = value['models']
  return Array.isArray(models) && models.every(isModel)
}

/** As far as the catalogue reads a model. */
function isModel(value: unknown): boolean {
  if (!isObject(value) || typeof value['id'] !== 'string' || !isObject(value['match'])) return false
  const prices: unknown = value['prices']
  if (!Array.isArray(prices)) return isPrice(prices)
  return prices.every((stage: unknown) => isObject(stage) && isPrice(stage['prices']))
}

function isPrice(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isAmount)
}

function isAmount(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (!isObject(value) || typeof value['base'] !== 'number') return false
  const tiers: unknown = value['tiers']
  return Array.isArray(tiers) && tiers.every(isTier)
}

function isTier(value: unknown): boolean {
  return isObject(value) && typeof value['start'] === 'number' && typeof value['price'] === 'number'
}

async function installed(): Promise<NamedPrices> {
  const name = '@pydantic/genai-prices'
  const { waitForUpdate } = await import('@pydantic/genai-prices').catch((error: unknown) => {
    if (!isObject(error) || error['code'] !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Failure(
      `costspan prices check: ${name} is not installed; npm install it, or name a price file or a data.json of genai-prices with --against`,
    )
  })
  return { name, source: catalogueOf((await waitForUpdate()) ?? []).source }
}

function orFailure<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof PriceBookError) {
      throw new Failure(`costspan prices check: ${error.message}`)
    }
    throw error
  }
}
