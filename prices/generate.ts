/**
 * `npm run generate`: lays prices/*.yaml over the catalogue, checks everything and writes prices/book.ts. With `--check`
 * it writes nothing and exits with 1 where the committed file is stale.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { waitForUpdate } from '@pydantic/genai-prices'
import { parse, YAMLParseError } from 'yaml'
import { isObject, type JsonObject } from '../instrumentation/core/unknown.ts'
import {
  buildBook,
  PriceBookError,
  type PriceBookSource,
} from '../instrumentation/pricing/index.ts'
import { layerOf } from '../instrumentation/pricing/layer.ts'
import { catalogueOf } from './catalogue.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const target = new URL('book.ts', import.meta.url)

interface PriceFile {
  readonly name: string
  readonly text: string
}

/** One price file made of the folder's and, beneath them, the catalogue; the newest version counts. */
export function mergeFiles(
  files: readonly PriceFile[],
  catalogue: PriceBookSource = {},
): PriceBookSource {
  const providers: Record<string, unknown> = { ...catalogue.providers }
  const written = new Set<string>()
  const names: Record<string, unknown> = { ...catalogue.provider_names }
  let version = ''
  for (const { name, text } of files) {
    const source = read(text, name)
    if (!isObject(source)) throw new PriceBookError(name, [], 'not a map; allowed: a price file')
    layerOf(withoutBuildKeys(source), name)
    requireFacts(source, name)
    for (const [provider, prices] of mapEntries(source['providers'])) {
      if (written.has(provider)) {
        throw new PriceBookError(name, ['providers', provider], 'is in another file already')
      }
      written.add(provider)
      providers[provider] = overCatalogue(prices, providers[provider])
    }
    Object.assign(names, source['provider_names'])
    const day = String(source['version'])
    if (day > version) version = day
  }
  const sorted = Object.entries(providers).sort(([a], [b]) => (a < b ? -1 : 1))
  const merged = {
    format: 'costspan-prices/1',
    version,
    ...(Object.keys(names).length === 0 ? {} : { provider_names: names }),
    providers: texts(Object.fromEntries(sorted)),
  } as PriceBookSource
  return merged
}

/**
 * A provider as written, and what the catalogue has beyond it: models and aliases that it does not name. With
 * `catalogue: false` the catalogue does not count.
 */
function overCatalogue(written: unknown, catalogue: unknown): unknown {
  if (!isObject(written)) return written
  const { catalogue: wanted, ...own } = written
  if (wanted === false || !isObject(catalogue)) return own
  const known = new Set(
    [...mapEntries(own['models']), ...mapEntries(own['aliases'])].map(([name]) =>
      name.toLowerCase(),
    ),
  )
  const models = mapEntries(catalogue['models']).filter(([name]) => !known.has(name.toLowerCase()))
  const left = new Set(models.map(([name]) => name))
  const aliases = mapEntries(catalogue['aliases']).filter(
    ([name, model]) => !known.has(name.toLowerCase()) && left.has(String(model)),
  )
  return {
    ...own,
    sources: { ...asMap(catalogue['sources']), ...asMap(own['sources']) },
    models: { ...Object.fromEntries(models), ...asMap(own['models']) },
    aliases: { ...Object.fromEntries(aliases), ...asMap(own['aliases']) },
  }
}

/** `catalogue` is for this file alone. */
function withoutBuildKeys(source: JsonObject): JsonObject {
  if (!isObject(source['providers'])) return source
  const providers = mapEntries(source['providers']).map(([name, prices]) => [
    name,
    isObject(prices) ? overCatalogue(prices, undefined) : prices,
  ])
  return { ...source, providers: Object.fromEntries(providers) as JsonObject }
}

function read(text: string, name: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new PriceBookError(name, [], `${error.message.split('\n')[0] ?? ''} Allowed: YAML`)
  }
}

/** What ships must say since when it holds (the file's day) and where each rate comes from. */
function requireFacts(source: JsonObject, name: string): void {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(String(source['version']))) {
    throw new PriceBookError(name, ['version'], 'missing; allowed: the day of the last change')
  }
  for (const [provider, prices] of mapEntries(source['providers'])) {
    for (const [model, rules] of mapEntries(asMap(prices)['models'])) {
      for (const rule of Array.isArray(rules) ? (rules as readonly unknown[]) : [rules]) {
        if (isObject(rule) && rule['source'] !== undefined) continue
        const path = ['providers', provider, 'models', model]
        throw new PriceBookError(name, path, `'source' is missing; allowed: where the rate is from`)
      }
    }
  }
}

function asMap(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function mapEntries(value: unknown): readonly [string, unknown][] {
  return Object.entries(asMap(value))
}

/** Rates are decimal strings in the book; only token counts stay numbers. */
function texts(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return key === 'gt' || key === 'gte' ? value : String(value)
  if (Array.isArray(value)) return value.map((item: unknown) => texts(item))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, texts(item, name)]))
}

/**
 * The text of prices/book.ts: each provider's prices as one JSON text, so that a process parses only those it uses.
 * @throws PriceBookError at the first mistake in the merged book.
 */
export function bookModule(source: PriceBookSource): string {
  const { changes } = buildBook([{ source, name: 'prices' }])
  const providers = Object.entries(source.providers ?? {})
    .map(([name, prices]) => `    ${literal(name)}: ${literal(JSON.stringify(prices))},`)
    .join('\n')
  return `// Generated by \`npm run generate\` from prices/*.yaml and @pydantic/genai-prices. Do not edit.

import type { PriceBookSource } from '../instrumentation/pricing/format.ts'

export const bundledPrices = {
  version: ${literal(source.version ?? '')},
  /** Other spellings of providers' names. */
  providerNames: ${JSON.stringify(source.provider_names ?? {})} as Readonly<Record<string, string>>,
  /** Instants at which a rate or alias changes, epoch milliseconds. */
  changes: ${JSON.stringify(changes)} as readonly number[],
  /** By provider: its prices in the format of a price file, as JSON. */
  providers: {
${providers}
  } as Readonly<Record<string, string>>,
}

/** The bundled prices as one price file; parsed anew by each call. */
export function bundledBookSource(): PriceBookSource {
  const { version, providerNames, providers } = bundledPrices
  const parsed = Object.entries(providers).map(([name, json]) => [name, JSON.parse(json) as unknown])
  return {
    format: 'costspan-prices/1',
    version,
    provider_names: providerNames,
    providers: Object.fromEntries(parsed) as NonNullable<PriceBookSource['providers']>,
  }
}
`
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** The text of prices/book.ts as the sources have it now. */
export async function currentModule(): Promise<string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  const files = names.sort().map((name) => ({
    name: `prices/${name}`,
    text: readFileSync(new URL(name, import.meta.url), 'utf8'),
  }))
  return bookModule(mergeFiles(files, catalogueOf((await waitForUpdate()) ?? []).source))
}

async function main(check: boolean): Promise<void> {
  const text = await currentModule()
  if (!check) {
    writeFileSync(target, text)
    return
  }
  if (text === committed()) return
  process.stderr.write('prices/book.ts is stale: run `npm run generate` and commit it\n')
  process.exitCode = 1
}

function committed(): string | undefined {
  try {
    return readFileSync(target, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.includes('--check'))
  } catch (error) {
    if (!(error instanceof PriceBookError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
