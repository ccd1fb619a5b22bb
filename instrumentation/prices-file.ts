/** A user's own price file, YAML or JSON: private models, deployments, negotiated rates, discounts. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Document, LineCounter } from 'yaml'
import { bookOverLayers } from './pricing/bundled.ts'
import { PriceBookError, type PriceBook, type PriceBookSource } from './pricing/book.ts'
import { layerOf, type Layer } from './pricing/layer.ts'

/**
 * Reads and checks a price file.
 * @throws PriceBookError in one line: file, line where there is one, what is wrong, what is allowed.
 */
export function readPriceFile(path: string): PriceBookSource {
  return parsePriceFile(readText(path), path)
}

/**
 * The bundled prices with the files' laid over them, in their order.
 * @throws PriceBookError as `readPriceFile`.
 */
export function bookWithFiles(paths: readonly string[]): PriceBook {
  return bookOverLayers(paths.map(priceFileLayer))
}

/**
 * Checks the text of a price file; `name` is what messages call it.
 * @throws PriceBookError as `readPriceFile`.
 */
export function parsePriceFile(text: string, name: string): PriceBookSource {
  return parsedFile(text, name).source
}

/**
 * The file as a layer over the bundled prices.
 * @throws PriceBookError as `readPriceFile`.
 */
export function priceFileLayer(path: string): Layer {
  return parsedFile(readText(path), path).layer
}

function parsedFile(text: string, name: string): { source: PriceBookSource; layer: Layer } {
  const { value, document, lines } = parseText(text, name)
  try {
    return { source: value ?? {}, layer: layerOf(value ?? undefined, name) }
  } catch (error) {
    if (!(error instanceof PriceBookError)) throw error
    throw located(error, document, lines)
  }
}

/**
 * YAML or JSON, not yet checked.
 * @throws PriceBookError naming file and line where it is neither.
 */
export function parseText(
  text: string,
  name: string,
): { readonly value: unknown; readonly document: Document; readonly lines: LineCounter } {
  // The parser is loaded only where there is a file: start-up is on a budget.
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [broken] = document.errors
  if (broken !== undefined) {
    const place = `${name}:${lines.linePos(broken.pos[0]).line}`
    throw new PriceBookError(place, [], `${sentence(broken.message)}; allowed: YAML or JSON`)
  }
  return { value: plain(document, name), document, lines }
}

/** The parser refuses what would grow without bound: aliases of aliases. */
function plain(document: Document, name: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const why = error instanceof Error ? sentence(error.message) : String(error)
    throw new PriceBookError(name, [], `${why}; allowed: YAML or JSON`)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new PriceBookError(path, [], `can't be read (${code}); allowed: a YAML or JSON file`)
  }
}

/** The same error with the line of the nearest key that is in the file. */
function located(error: PriceBookError, document: Document, lines: LineCounter): PriceBookError {
  for (let length = error.path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, error.path.slice(0, length))
    if (offset === undefined) continue
    return new PriceBookError(
      `${error.book}:${lines.linePos(offset).line}`,
      error.path,
      error.problem,
    )
  }
  return error
}

function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const node: unknown = document.getIn(path, true)
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined
}

function sentence(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[.:]$/, '')
}
