/**
 * Newline-delimited JSON: an event is a line. Bytes arrive cut anywhere; text is kept as latin1, as in `sse.ts`.
 * Source: github.com/ndjson/ndjson-spec (lines end with LF, a CR before it is white space), read November 2026.
 */

import type { EventSplitter, Framing } from './framing.ts'
import { fromLatin1, latin1 } from './sse.ts'

export const ndjson: Framing = {
  contentType: 'ndjson',
  createSplitter,
  data: (line) => fromLatin1(line).trim(),
}

/** An unfinished line larger than this is given up: it is no usage report. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

const NO_EVENTS: readonly string[] = []

function createSplitter(): EventSplitter {
  let pending = ''
  let overflowed = false
  return {
    push(bytes, telling) {
      const text = pending === '' ? latin1(bytes) : pending + latin1(bytes)
      const end = text.lastIndexOf('\n') + 1
      pending = end === 0 ? text : text.slice(end)
      if (pending.length > MAX_LINE_BYTES) {
        overflowed = true
        pending = ''
      }
      if (end === 0 || telling?.test(text) === false) return NO_EVENTS
      const lines = text.slice(0, end - 1).split('\n')
      return telling === undefined ? lines : lines.filter((line) => telling.test(line))
    },
    rest: () => pending,
    get overflowed() {
      return overflowed
    },
  }
}
