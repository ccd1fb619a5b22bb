/**
 * Finds members of a JSON object in its text without building the object: a prompt of 100 kB is skipped string by
 * string with native search instead of being parsed a second time. It trusts the text to be JSON; on anything else
 * it finds less, it never throws and never loops.
 */

import { parseJson } from './json.ts'

/** A value's place in the text: `[start, end)`. */
export interface TextRange {
  readonly start: number
  readonly end: number
  /** Of an array of records that was looked into on the way: what was found there. */
  readonly records?: readonly RecordRange[] | undefined
}

/** The place of an array's element, and those of the two of its members that were asked for, where it has them. */
export interface RecordRange extends TextRange {
  readonly first?: TextRange | undefined
  readonly second?: TextRange | undefined
}

/** Which member holds records, and which two of their members are wanted. */
export interface WantedRecords {
  readonly key: string
  readonly members: readonly [string, string]
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

/**
 * The wanted members of the object that begins at `from`; the last of equal keys wins, as in `JSON.parse`. Where `records`
 * are wanted they are found on the way: a conversation is most of a request, and walking it twice takes twice the time.
 */
export function scanMembers(
  source: string,
  wanted: ReadonlySet<string>,
  from = 0,
  records?: WantedRecords,
): ReadonlyMap<string, TextRange> {
  const found = new Map<string, TextRange>()
  let inside: RecordRange[] | undefined
  const endOf = (key: string, start: number): number => {
    inside = undefined
    if (key !== records?.key || source.charCodeAt(start) !== OPEN_BRACKET) {
      return skipValue(source, start)
    }
    inside = []
    const end = walkRecords(source, start, records.members, inside)
    if (end !== -1) return end
    inside = undefined
    return skipValue(source, start)
  }
  const visit = (key: string, start: number, end: number): void => {
    if (wanted.has(key))
      found.set(key, inside === undefined ? { start, end } : { start, end, records: inside })
  }
  walkMembers(source, skipSpace(source, from), visit, endOf)
  return found
}

/** Whether the text is an object from its beginning to its end: then nothing that follows can be part of it. */
export function isWholeObject(source: string): boolean {
  const end = walkMembers(source, skipSpace(source, 0), () => undefined)
  return end !== -1 && skipSpace(source, end) === source.length
}

/** Shows each member of the object that begins at `from`; returns the position after it, -1 where it does not close. */
function walkMembers(
  source: string,
  from: number,
  visit: (key: string, start: number, end: number) => void,
  endOf?: (key: string, start: number) => number,
): number {
  if (source.charCodeAt(from) !== OPEN_BRACE) return -1
  let position = skipSpace(source, from + 1)
  while (source.charCodeAt(position) === QUOTE) {
    const keyEnd = skipString(source, position)
    const key = source.slice(position + 1, keyEnd - 1)
    position = skipSpace(source, keyEnd)
    if (source.charCodeAt(position) !== COLON) return -1
    const start = skipSpace(source, position + 1)
    const end = endOf === undefined ? skipValue(source, start) : endOf(key, start)
    if (end === start) return -1
    visit(key, start, end)
    position = skipSpace(source, end)
    if (source.charCodeAt(position) !== COMMA) break
    position = skipSpace(source, position + 1)
  }
  return source.charCodeAt(position) === CLOSE_BRACE ? position + 1 : -1
}

/** The elements of the array at `range`, with two members each: as they were found on the way, else in one pass now. */
export function scanRecords(
  source: string,
  range: TextRange,
  members: readonly [string, string],
): readonly RecordRange[] {
  if (range.records !== undefined) return range.records
  const found: RecordRange[] = []
  if (source.charCodeAt(range.start) === OPEN_BRACKET)
    walkRecords(source, range.start, members, found)
  return found
}

/** Finds the elements of the array that begins at `from`; returns the position after it, -1 where it does not close. */
function walkRecords(
  source: string,
  from: number,
  [firstKey, secondKey]: readonly [string, string],
  found: RecordRange[],
): number {
  let first: TextRange | undefined
  let second: TextRange | undefined
  const visit = (key: string, start: number, end: number): void => {
    if (key === firstKey) first = { start, end }
    else if (key === secondKey) second = { start, end }
  }
  let position = skipSpace(source, from + 1)
  while (position < source.length && source.charCodeAt(position) !== CLOSE_BRACKET) {
    first = second = undefined
    const closed = walkMembers(source, position, visit)
    const end = closed === -1 ? skipValue(source, position) : closed
    if (end === position) return -1
    found.push({ start: position, end, first, second })
    position = skipSpace(source, end)
    if (source.charCodeAt(position) !== COMMA) break
    position = skipSpace(source, position + 1)
  }
  return source.charCodeAt(position) === CLOSE_BRACKET ? position + 1 : -1
}

/** The parsed value at a range, or `undefined` where the text there is not JSON. */
export function parseRange(source: string, range: TextRange | undefined): unknown {
  if (range === undefined) return undefined
  const text = source.slice(range.start, range.end)
  // Most are plain words, which need no parser: to start one costs more than all the rest. A longer one would be a view
  // on the whole prompt, and keep it in memory as long as itself.
  if (text.length <= LONGEST_COPY && isClosed(text) && !text.includes('\\')) {
    return text.slice(1, -1)
  }
  if (text === 'true') return true
  return text === 'false' ? false : parseJson(text)
}

/** V8 copies slices of up to 12 characters, and makes longer ones views; two are the quotes. */
const LONGEST_COPY = 14

function isClosed(text: string): boolean {
  const last = text.length - 1
  return last > 0 && text.charCodeAt(0) === QUOTE && text.charCodeAt(last) === QUOTE
}

function skipSpace(source: string, from: number): number {
  let position = from
  for (;;) {
    const code = source.charCodeAt(position)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return position
    position += 1
  }
}

/** The position after the string that begins at `from`; the end of the text where it never closes. */
function skipString(source: string, from: number): number {
  let close = source.indexOf('"', from + 1)
  while (close !== -1) {
    let backslashes = 0
    while (source.charCodeAt(close - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return close + 1
    close = source.indexOf('"', close + 1)
  }
  return source.length
}

/** The position after the value that begins at `from`; `from` itself where none does. */
function skipValue(source: string, from: number): number {
  const code = source.charCodeAt(from)
  if (code === QUOTE) return skipString(source, from)
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return skipNested(source, from)
  let position = from
  while (position < source.length && !endsPrimitive(source.charCodeAt(position))) position += 1
  return position
}

function endsPrimitive(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20
}

function skipNested(source: string, from: number): number {
  let depth = 0
  let position = from
  while (position < source.length) {
    const code = source.charCodeAt(position)
    if (code === QUOTE) {
      position = skipString(source, position)
      continue
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1
    position += 1
    if (depth === 0) return position
  }
  return source.length
}
