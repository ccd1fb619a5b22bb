import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventSplitter, eventData } from '../../instrumentation/wire/sse.ts'

/** Events of the given data, with the given line ends. */
function write(data: readonly string[], lineEnd: string): string {
  return data.map((one) => `event: x${lineEnd}data: ${one}${lineEnd}${lineEnd}`).join('')
}

function read(bytes: Uint8Array, cuts: readonly number[]): readonly string[] {
  const splitter = createEventSplitter()
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const pieces = [0, ...places].map((start, index) =>
    bytes.subarray(start, places[index] ?? bytes.length),
  )
  const events = pieces.flatMap((piece) => splitter.push(piece))
  return [...events, splitter.rest()].map(eventData).filter((data) => data !== '')
}

describe('the event splitter', () => {
  test('gives the same events for any cut of the bytes and any line end', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text))
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat()),
        (data, lineEnd, cuts) => {
          const bytes = new TextEncoder().encode(write(data, lineEnd))
          expect(read(bytes, cuts)).toEqual(data)
        },
      ),
    )
  })

  test('joins several data lines and ignores comments', () => {
    expect(read(new TextEncoder().encode(': ping\ndata: a\ndata:b\n\n'), [])).toEqual(['a\nb'])
  })

  test('keeps a last event without its blank line', () => {
    expect(read(new TextEncoder().encode('data: 1\n\ndata: 2'), [3])).toEqual(['1', '2'])
  })

  test('of many events in one piece gives those that tell something, whole, and keeps the unfinished one', () => {
    const text = 'data: a\n\ndata: b1\n\ndata: c\n\nevent: x\ndata: b2\n\ndata: d\n\n'
    for (const events of [text, text.replaceAll('\n', '\r\n')]) {
      const splitter = createEventSplitter()
      const bytes = new TextEncoder().encode(`${events}data: b`)
      const first = splitter.push(bytes.subarray(0, -7), /b/)
      expect(first.map(eventData).filter((data) => data.includes('b'))).toEqual(['b1', 'b2'])
      expect(splitter.push(bytes.subarray(-7), /b/)).toEqual([])
      expect(eventData(splitter.rest())).toBe('b')
    }
  })

  test('reads one event of 2 MB that arrives in pieces of 16 kB', () => {
    const text = `data: "${'x'.repeat(2_000_000)}"\n\n`
    const bytes = new TextEncoder().encode(text)
    const cuts = Array.from(
      { length: Math.floor(bytes.length / 16_384) },
      (_, index) => (index + 1) * 16_384,
    )
    expect(read(bytes, cuts)[0]?.length).toBe(2_000_002)
  })
})
