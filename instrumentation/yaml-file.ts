/** Files that people write: YAML, or JSON (which is YAML), with the line of each thing in them. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Document, LineCounter } from 'yaml'

export type Path = readonly (string | number)[]

export interface YamlFile {
  /** Not yet checked. */
  readonly value: unknown
  /** Where that is for messages: `file:line` of the nearest key above it that is in the file; `file` where none is. */
  readonly placeOf: (path: Path) => string
}

/** A file that can't be read as YAML at all. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'
  /** `file` or `file:line`. */
  readonly place: string
  /** What is wrong there, and what is allowed. */
  readonly problem: string

  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`)
    this.place = place
    this.problem = problem
  }
}

/** @throws FileProblem */
export function readYamlFile(path: string): YamlFile {
  return parseYaml(readText(path), path)
}

/**
 * @param name what messages call it
 * @throws FileProblem
 */
export function parseYaml(text: string, name: string): YamlFile {
  // The parser is loaded only where there is a file: start-up is on a budget.
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [broken] = document.errors
  if (broken !== undefined) {
    const place = `${name}:${lines.linePos(broken.pos[0]).line}`
    throw new FileProblem(place, `${sentence(broken.message)}; allowed: YAML or JSON`)
  }
  return {
    value: plain(document, name),
    placeOf: (path) => placeOf(path, name, document, lines),
  }
}

/** The parser refuses what would grow without bound: aliases of aliases. */
function plain(document: Document, name: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const why = error instanceof Error ? sentence(error.message) : String(error)
    throw new FileProblem(name, `${why}; allowed: YAML or JSON`)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new FileProblem(path, `can't be read (${code}); allowed: a YAML or JSON file`)
  }
}

function placeOf(path: Path, name: string, document: Document, lines: LineCounter): string {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset !== undefined) return `${name}:${lines.linePos(offset).line}`
  }
  return name
}

/** Of the key where there is one: a map that is a value begins on the line after it. */
function offsetOf(document: Document, path: Path): number | undefined {
  const holder: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const key = keysOf(holder).find((node) => node.value === path.at(-1))
  return startOf(key) ?? startOf(document.getIn(path, true))
}

function keysOf(holder: unknown): readonly { readonly value: unknown }[] {
  if (typeof holder !== 'object' || holder === null || !('items' in holder)) return []
  const items: readonly unknown[] = Array.isArray(holder.items) ? holder.items : []
  return items.flatMap((item) => {
    const key: unknown =
      typeof item === 'object' && item !== null && 'key' in item ? item.key : null
    return typeof key === 'object' && key !== null && 'value' in key ? [key] : []
  })
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined
}

function sentence(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[.:]$/, '')
}
