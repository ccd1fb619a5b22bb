/**
 * Server-sent events, as far as an observer needs them: where an event ends and what its data says. Bytes arrive cut
 * anywhere; text is kept as latin1 (one character a byte, nothing lost) and only decoded for the events of interest.
 * Source: WHATWG HTML, "Server-sent events", 9.2.6 (line ends CR, LF, CRLF; `data:` lines joined by LF).
 */

import type { EventSplitter, Framing } from './framing.ts'

/** An unfinished event larger than this is given up: it is no usage report. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024

const NO_EVENTS: readonly string[] = []

export function createEventSplitter(): EventSplitter {
  let pending = ''
  let overflowed = false
  return {
    push(bytes, telling) {
      const text = pending === '' ? latin1(bytes) : pending + latin1(bytes)
      // Bytes are whole events as a rule: then there is nothing to take apart.
      if (telling !== undefined && text.endsWith('\n\n')) {
        const found = text.search(telling)
        if (found === -1 || !text.includes('\r')) {
          pending = ''
          return found === -1 ? NO_EVENTS : tellingEvents(text, telling, found)
        }
      }
      // The blank line may straddle the chunks, so search again from a little before the seam.
      const events: string[] = []
      let start = 0
      let end = eventEnd(text, Math.max(0, pending.length - 3))
      while (end !== -1) {
        events.push(text.slice(start, end))
        start = end
        end = eventEnd(text, end)
      }
      pending = start === 0 ? text : text.slice(start)
      if (pending.length > MAX_EVENT_BYTES) {
        overflowed = true
        pending = ''
      }
      return events
    },
    rest: () => pending,
    get overflowed() {
      return overflowed
    },
  }
}

/** Of whole events, each ended by LF LF, those that match; `found` is where the first one does. */
function tellingEvents(text: string, telling: RegExp, found: number): readonly string[] {
  const events: string[] = []
  let rest = text
  for (let match = found; match !== -1; match = rest.search(telling)) {
    const before = rest.lastIndexOf('\n\n', match)
    const end = rest.indexOf('\n\n', match) + 2
    events.push(rest.slice(before === -1 ? 0 : before + 2, end))
    rest = rest.slice(end)
  }
  return events
}

/** The position after the first blank line at or after `from`, or -1. */
function eventEnd(text: string, from: number): number {
  const lf = text.indexOf('\n\n', from)
  if (text.indexOf('\r', from) === -1) return lf === -1 ? -1 : lf + 2
  let best = lf === -1 ? -1 : lf + 2
  for (const mark of ['\r\n\r\n', '\r\r', '\n\r\n']) {
    const found = text.indexOf(mark, from)
    if (found !== -1 && (best === -1 || found + mark.length < best)) best = found + mark.length
  }
  return best
}

/** The joined `data:` lines of an event (latin1 text as from the splitter) as proper text; empty where it has none. */
export function eventData(event: string): string {
  const lines: string[] = []
  for (const line of event.split(/\r\n|\r|\n/)) {
    if (line.startsWith('data:')) lines.push(line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5))
  }
  return fromLatin1(lines.join('\n'))
}

export const serverSentEvents: Framing = {
  contentType: 'event-stream',
  createSplitter: createEventSplitter,
  data: eventData,
}

/** Node's own method behind `toString('latin1')`, which takes any bytes: no Buffer is made for every chunk. */
const { latin1Slice } = Buffer.prototype as unknown as {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string
}

export function latin1(bytes: Uint8Array): string {
  return latin1Slice.call(bytes, 0, bytes.byteLength)
}

/** Text that was kept as latin1, decoded as the UTF-8 it is. */
export function fromLatin1(text: string): string {
  // Pure ASCII is the same in UTF-8: the usual case costs one scan.
  // eslint-disable-next-line no-control-regex -- the range is the point
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'latin1').toString('utf8')
}
