/** Every framing, for any bytes cut anywhere. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { event, exception } from '../../demo/simulator/event-stream.ts'
import { awsEventStream } from '../../instrumentation/wire/aws-event-stream.ts'
import type { Framing } from '../../instrumentation/wire/framing.ts'
import { ndjson } from '../../instrumentation/wire/ndjson.ts'
import { serverSentEvents } from '../../instrumentation/wire/sse.ts'

type Said = Readonly<Record<string, unknown>>
type Write = (events: readonly Said[]) => Uint8Array

const chunk = (said: Said): Uint8Array =>
  event('chunk', { bytes: Buffer.from(JSON.stringify(said)).toString('base64') })

const framings: readonly (readonly [string, Framing, Write])[] = [
  [
    'server-sent events',
    serverSentEvents,
    (all) => Buffer.from(all.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')),
  ],
  [
    'newline-delimited JSON',
    ndjson,
    (all) => Buffer.from(all.map((one) => `${JSON.stringify(one)}\n`).join('')),
  ],
  ['AWS event streams', awsEventStream, (all) => Buffer.concat(all.map(chunk))],
]

function read(
  framing: Framing,
  bytes: Uint8Array,
  cuts: readonly number[],
  telling?: RegExp,
): readonly string[] {
  const splitter = framing.createSplitter()
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  const pieces = [0, ...places].map((start, index) =>
    bytes.slice(start, places[index] ?? bytes.length),
  )
  const events = pieces.flatMap((piece) => splitter.push(piece, telling))
  return [...events, splitter.rest()].map((one) => framing.data(one)).filter((one) => one !== '')
}

describe.each(framings)('%s', (_, framing, write) => {
  const said = fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }), done: fc.boolean() }))

  test('say the same however their bytes are cut', () => {
    fc.assert(
      fc.property(said, fc.array(fc.nat()), (events, cuts) => {
        const texts = read(framing, write(events), cuts)
        expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(events)
      }),
    )
  })

  test('with a search for what tells something keep every event that does', () => {
    fc.assert(
      fc.property(said, fc.array(fc.nat()), (events, cuts) => {
        const found = read(framing, write(events), cuts, /"done":true/)
          .map((text) => JSON.parse(text) as { readonly done: boolean })
          .filter(({ done }) => done)
        expect(found).toEqual(events.filter(({ done }) => done))
      }),
    )
  })

  test('of any bytes at all are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, cuts) => {
        expect(() => read(framing, bytes, cuts)).not.toThrow()
      }),
    )
  })

  test('broken in one byte are read without an error', () => {
    const bytes = write([
      { text: 'a', done: false },
      { text: 'b', done: true },
    ])
    for (let place = 0; place < bytes.length; place += 1) {
      const broken = Uint8Array.from(bytes)
      broken[place] = (broken[place] ?? 0) ^ 0xff
      expect(() => read(framing, broken, [place])).not.toThrow()
    }
  })
})

describe('AWS event streams', () => {
  test('name an event of Converse by its type, and an exception by its own', () => {
    const bytes = Buffer.concat([
      event('messageStop', { stopReason: 'end_turn' }),
      exception('throttlingException', 'slow down'),
    ])
    expect(read(awsEventStream, bytes, [])).toEqual([
      '{"messageStop":{"stopReason":"end_turn"}}',
      '{"exception":{"type":"throttlingException"}}',
    ])
  })

  test('that claim to be larger than 24 MB are given up, and what follows stays unread', () => {
    const splitter = awsEventStream.createSplitter()
    const absurd = Buffer.alloc(16)
    absurd.writeUInt32BE(0x7fffffff)
    expect(splitter.push(absurd)).toEqual([])
    expect(splitter.overflowed).toBe(true)
    expect(splitter.push(event('messageStop', {}))).toEqual([])
  })
})

test('a line that never ends is given up at 16 MB', () => {
  const splitter = ndjson.createSplitter()
  splitter.push(Buffer.alloc(17 * 1024 * 1024, 0x20))
  expect(splitter.overflowed).toBe(true)
  expect(splitter.rest()).toBe('')
})
