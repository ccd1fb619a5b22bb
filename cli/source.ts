/** Where a command's figures are from: a running `costspan local`, or its database file, which answers alike. */

import { at, isObject, text } from '../instrumentation/core/unknown.ts'
import { bundledBook } from '../instrumentation/pricing/bundled.ts'
import { price as priceOf } from '../instrumentation/pricing/index.ts'
import { api } from '../local/api.ts'
import { changes } from '../local/changes.ts'
import { LocalProblem } from '../local/problem.ts'
import { BadRequest } from '../local/query.ts'
import type { Price } from '../local/reports/cache-misses.ts'
import { openStore } from '../local/store.ts'
import { Failure, Misuse } from './command.ts'
import { bookFor } from './price-book.ts'

const DEFAULT_URL = 'http://127.0.0.1:4318'

/** For the help of commands whose options stand in a column of that width. */
export const sourceHelp = (width = 12): string =>
  [
    ['--db FILE', 'read this database of costspan local'],
    ['--url URL', `ask this running costspan local; default ${DEFAULT_URL}`],
  ]
    .map(([option = '', text = '']) => `${option.padEnd(width)}  ${text}`)
    .join('\n  ')

export const SOURCE_OPTIONS = { db: { type: 'string' }, url: { type: 'string' } } as const

/**
 * The answer to a path of the API.
 * @throws Failure where there is none.
 */
export type Ask = <Answer>(path: string, query: URLSearchParams) => Promise<Answer>

/** @throws Misuse */
export function sourceOf(
  command: string,
  values: { readonly db?: string | undefined; readonly url?: string | undefined },
): Ask {
  const { db, url } = values
  if (db !== undefined && url !== undefined) {
    throw new Misuse(`costspan ${command}: --db and --url exclude each other`)
  }
  if (db !== undefined) {
    return async <Answer>(path: string, query: URLSearchParams) =>
      (await fromFile(command, db, path, query)) as Answer
  }
  const base = baseUrl(url ?? DEFAULT_URL)
  return async <Answer>(path: string, query: URLSearchParams) =>
    (await fromUrl(command, base, path, query)) as Answer
}

/** @throws Misuse */
function baseUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Misuse(`--url ${given}: must be a URL such as ${DEFAULT_URL}`)
  }
  return url
}

/** Questions that price what could have been. */
const PRICED = ['/api/waste']

async function fromFile(
  command: string,
  path: string,
  question: string,
  query: URLSearchParams,
): Promise<unknown> {
  const book = PRICED.includes(question) ? await bookFor(command, []) : undefined
  try {
    const store = openStore({ path, readOnly: true })
    try {
      const price: Price = (request) => priceOf(book ?? bundledBook(), request)
      return api({ store, changes: changes(store), price })(question, query)
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof BadRequest) throw new Misuse(`costspan ${command}: ${error.message}`)
    if (error instanceof LocalProblem) throw new Failure(`costspan ${command}: ${error.message}`)
    throw error
  }
}

async function fromUrl(
  command: string,
  base: URL,
  path: string,
  query: URLSearchParams,
): Promise<unknown> {
  const url = new URL(path, base)
  url.search = query.toString()
  let response: Response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  } catch {
    throw new Failure(
      `costspan ${command}: nothing answers at ${base.origin}; start costspan local, or name a file with --db`,
    )
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && isObject(body)) return body
  const said = text(at(body, 'error')) ?? `HTTP ${response.status}`
  if (response.status === 400) throw new Misuse(`costspan ${command}: ${said}`)
  throw new Failure(
    said.endsWith('there is nothing here')
      ? `costspan ${command}: ${base.origin} does not know ${path}: a costspan local of another version`
      : `costspan ${command}: ${base.origin} is no costspan local: ${said}`,
  )
}
