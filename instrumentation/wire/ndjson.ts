/**
 * Newline-delimited JSON: an event is a line. Bytes arrive cut anywhere; text is kept as latin1, as in `sse.ts`.
 * Source: github.com/ndjson/ndjson-spec (lines end with LF, a CR before it is white space), read November 2026.
 */

import type { EventSplitter, Framing } from './framing.ts'
import { createUnfinished, fromLatin1, latin1 } from './sse.ts'

export const ndjson: Framing = {
  contentType: 'ndjson',
  createSplitter,
  data: (line) => fromLatin1(line).trim(),
}

const NO_EVENTS: readonly string[] = []

function createSplitter(): EventSplitter {
  const unfinished = createUnfinished()
  return {
    push(bytes, telling) {
      const piece = latin1(bytes)
      const end = piece.lastIndexOf('\n') + 1
      if (end === 0) {
        unfinished.keep(piece)
        return NO_EVENTS
      }
      const text = unfinished.take() + piece.slice(0, end - 1)
      unfinished.keep(piece.slice(end))
      if (telling?.test(text) === false) return NO_EVENTS
      const lines = text.split('\n')
      return telling === undefined ? lines : lines.filter((line) => telling.test(line))
    },
    rest: () => unfinished.text(),
    get overflowed() {
      return unfinished.overflowed
    },
  }
}
