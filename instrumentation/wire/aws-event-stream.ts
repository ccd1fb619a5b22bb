/**
 * AWS event streams, as Bedrock answers whoever calls it without the AWS client: binary messages, each with headers and
 * a payload. A message becomes the JSON that the client would hand out: `{"messageStop":{…}}`, of an invocation's chunk
 * the model's own event, of an exception `{"exception":{"type":…}}`. Checksums are the client's business.
 * Source: Amazon Transcribe developer guide, "Event stream encoding"; Smithy 2.0, "Amazon event stream". Read November
 * 2026.
 */

import type { EventSplitter, Framing } from './framing.ts'
import { parseJson } from './json.ts'
import { fromLatin1, latin1 } from './sse.ts'

export const awsEventStream: Framing = {
  contentType: 'vnd.amazon.eventstream',
  createSplitter,
  data: fromLatin1,
}

/** Lengths of the message and of its headers, their checksum; behind the payload one more. */
const PRELUDE = 12
const CHECKSUM = 4
/** A message that says to be larger is none. */
const MAX_MESSAGE_BYTES = 24 * 1024 * 1024

function createSplitter(): EventSplitter {
  let pieces: Buffer[] = []
  let size = 0
  /** Bytes without which there is nothing to read. */
  let needed = PRELUDE
  let overflowed = false
  return {
    push(bytes, telling) {
      if (overflowed) return []
      // A copy: the bytes are only lent.
      pieces.push(Buffer.from(bytes))
      size += bytes.byteLength
      if (size < needed) return []
      const all = Buffer.concat(pieces)
      const events: string[] = []
      let start = 0
      let next = messageSize(all, start)
      while (next !== undefined && next > 0 && all.length - start >= next) {
        const event = eventOf(all.subarray(start, start + next))
        if (event !== '' && (telling === undefined || telling.test(event))) events.push(event)
        start += next
        next = messageSize(all, start)
      }
      overflowed = next === undefined
      pieces = overflowed ? [] : [all.subarray(start)]
      size = all.length - start
      needed = Math.max(next ?? 0, PRELUDE)
      return events
    },
    rest: () => '',
    get overflowed() {
      return overflowed
    },
  }
}

/** Of the message that begins there, 0 where too little of it has come; `undefined` where none does. */
function messageSize(bytes: Buffer, start: number): number | undefined {
  if (bytes.length - start < PRELUDE) return 0
  const size = bytes.readUInt32BE(start)
  const headers = bytes.readUInt32BE(start + 4)
  const fits = headers + PRELUDE + CHECKSUM <= size
  return fits && size <= MAX_MESSAGE_BYTES ? size : undefined
}

/** As latin1, like the events of every splitter. */
function eventOf(message: Buffer): string {
  const bodyStart = PRELUDE + message.readUInt32BE(4)
  const headers = readHeaders(message.subarray(PRELUDE, bodyStart))
  const payload = latin1(message.subarray(bodyStart, message.length - CHECKSUM))
  const failure = headers.get(':exception-type') ?? headers.get(':error-code')
  if (failure !== undefined) return JSON.stringify({ exception: { type: failure } })
  const type = headers.get(':event-type')
  if (type !== 'chunk') return type === undefined ? '' : `{${JSON.stringify(type)}:${payload}}`
  const chunk = parseJson(payload) as { readonly bytes?: unknown } | null | undefined
  return typeof chunk?.bytes === 'string' ? latin1(Buffer.from(chunk.bytes, 'base64')) : ''
}

/** Bytes of a header's value by its type, where they are always as many; -1: two bytes say how many. */
const VALUE_BYTES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16]
const STRING = 7

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    const type = bytes[nameEnd] ?? -1
    const fixed = VALUE_BYTES[type]
    if (fixed === undefined || (fixed === -1 && nameEnd + 3 > bytes.length)) break
    const valueStart = nameEnd + (fixed === -1 ? 3 : 1)
    const valueEnd = valueStart + (fixed === -1 ? bytes.readUInt16BE(nameEnd + 1) : fixed)
    if (type === STRING) {
      headers.set(
        latin1(bytes.subarray(at + 1, nameEnd)),
        latin1(bytes.subarray(valueStart, valueEnd)),
      )
    }
    at = valueEnd
  }
  return headers
}
