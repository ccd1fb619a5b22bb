/** The load of `npm run bench:load`, as much of it as a test may take: what is over must leave nothing behind. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSink, type Sink } from '../run.ts'
import { CHUNKS } from './chunks.ts'
import { day, slopeOf } from './day.ts'
import { streams, WAVES } from './streams.ts'

let sink: Sink
beforeAll(async () => {
  sink = await startSink()
})
afterAll(() => sink.stop())

const NOTHING = { CallSpan: 0, Response: 0, AbortSignal: 0 }

test('1,000 streams at once, three times: each is recorded, and nothing is left of them', async () => {
  const { figures, delivered } = await streams(1_000, 'streams', sink)
  const { before, after } = figures
  expect(figures.chunks).toBe(WAVES * 1_000 * CHUNKS.length)
  expect(delivered?.spans).toBe(WAVES * 1_000)
  expect(after.objects).toMatchObject(NOTHING)
  expect(after.objects['ReadableStream']).toBe(before.objects['ReadableStream'])
  expect(after.listeners).toBe(before.listeners)
  expect(figures.onSignals).toBe(0)
  // An open call is some 5 kB, an empty object with its place in a Set some 100 bytes.
  expect(figures.leftBytes).toBeLessThan(100)
}, 300_000)

describe('12,000 calls with names that never end', () => {
  test('leave nothing open, and the heap does not grow with them', async () => {
    // What failed by an abort may be resent for 10 s, which is longer than this test should take. The first export of
    // metrics leaves 5 MB, once: it is to come before the first reading, however fast the machine is.
    const names = { without: 'aborted', newOneIn: 2 }
    const load = { calls: 12_000, each: 2_000, metricIntervalMs: 1_000, ...names }
    const { figures, delivered } = await day(load, 'day', sink)
    expect(figures.held.length).toBe(6)
    for (const { objects } of figures.held) expect(objects).toEqual({ CallSpan: 0, Response: 0 })
    expect(new Set(figures.held.map(({ listeners }) => listeners)).size).toBe(1)
    expect(delivered?.spans).toBe(12_000)
    // By the third reading every set but that of digests is full (docs/load.md). What would be kept of a call, its
    // attribution alone, is more than this.
    expect(slopeOf(figures.held.slice(2)).bytes).toBeLessThan(500)
  }, 300_000)
})

test('the slope of 4 readings that grow by 2 bytes a call is 2, without noise; with a bump it has some', () => {
  const held = (heap: readonly number[]) =>
    heap.map((bytes, index) => ({ done: index * 10, heap: bytes, objects: {}, listeners: 0 }))
  expect(slopeOf(held([100, 120, 140, 160]))).toEqual({ bytes: 2, noise: 0 })
  const bumped = slopeOf(held([100, 160, 120, 160]))
  expect(bumped.bytes).toBeCloseTo(1.4)
  expect(bumped.noise).toBeCloseTo(1.31, 2)
})
