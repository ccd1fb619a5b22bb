/** A trace of production calls: CSV with the columns `TIMESTAMP,ContextTokens,GeneratedTokens`. */

import { readFileSync } from 'node:fs'

export interface TracedCall {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Says in one line which file and line, and what is wrong with it. */
export class TraceProblem extends Error {
  override readonly name = 'TraceProblem'
}

const COLUMNS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const
/** Far above any context window; a larger number is a mistake in the file. */
const MOST_TOKENS = 2_000_000

/**
 * The first `most` calls, or all where there are fewer. Lines end in LF or CRLF; the last may lack its end.
 * @throws TraceProblem
 */
export function readTrace(file: string, most: number): readonly TracedCall[] {
  const lines = textOf(file)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  const header = lines[0]?.split(',').map((name) => name.trim()) ?? []
  const missing = COLUMNS.filter((name) => !header.includes(name))
  if (missing.length > 0) {
    throw new TraceProblem(
      `${file}:1: no column ${missing.join(', ')}; the first line must be ${COLUMNS.join(',')}`,
    )
  }
  const places = { input: header.indexOf(COLUMNS[1]), output: header.indexOf(COLUMNS[2]) }
  const calls: TracedCall[] = []
  for (const [index, line] of lines.entries()) {
    if (calls.length === most) break
    if (index === 0 || (line === '' && index === lines.length - 1)) continue
    calls.push(readLine(line, `${file}:${index + 1}`, header.length, places))
  }
  if (calls.length === 0) throw new TraceProblem(`${file}: no calls, only the line of columns`)
  return calls
}

function readLine(
  line: string,
  where: string,
  columns: number,
  places: { readonly input: number; readonly output: number },
): TracedCall {
  const cells = line.split(',')
  if (cells.length !== columns) {
    throw new TraceProblem(`${where}: ${cells.length} columns; must be ${columns}`)
  }
  const tokens = (place: number, name: string): number => {
    const cell = cells[place]?.trim() ?? ''
    const number = /^\d+$/.test(cell) ? Number(cell) : NaN
    if (number >= 1 && number <= MOST_TOKENS) return number
    throw new TraceProblem(
      `${where}: ${name} '${cell}' must be a whole number from 1 to ${MOST_TOKENS}`,
    )
  }
  return {
    inputTokens: tokens(places.input, COLUMNS[1]),
    outputTokens: tokens(places.output, COLUMNS[2]),
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const why =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a directory' : String(code)
    throw new TraceProblem(`${file}: can't be read (${why})`)
  }
}
