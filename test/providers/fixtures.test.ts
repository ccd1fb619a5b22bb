/** Every exchange of test/fixtures, through an observed `fetch`: as it is, in small pieces, cut short, with broken numbers. */

import { describe, expect, test } from 'vitest'
import {
  bytesOf,
  exchangeFixtures,
  hasSource,
  play,
  type ExchangeFixture,
  type Played,
} from '../support/exchange-fixtures.ts'

const fixtures = exchangeFixtures()
const isStream = ({ response }: ExchangeFixture): boolean =>
  /\.(?:sse|ndjson|eventstream)$/.test(response.bytes ?? '')
const streams = fixtures.filter(isStream)

function expectRecorded(fixture: ExchangeFixture, { received, call, cost }: Played): void {
  expect(bytesOf(fixture).equals(received as Buffer)).toBe(true)
  const { request = {}, answer = {}, usage, end = 'completed' } = fixture.call
  expect(call?.request).toMatchObject(request)
  expect(call?.answer).toMatchObject(answer)
  expect(call?.answer.usage).toEqual(usage ?? undefined)
  expect(call?.end).toBe(end)
  const { working: _, ...stated } = fixture.cost
  expect(cost).toMatchObject(stated)
}

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  test('says where it comes from', () => {
    expect(hasSource(fixture)).toBe(true)
  })

  test('is recorded and priced as its reference says, and the application gets its bytes', async () => {
    expectRecorded(fixture, await play(fixture))
  })

  test('with any number in its answer broken still has whole counts, and never an amount that is none', async () => {
    const text = bytesOf(fixture).toString('latin1')
    for (const { index, 0: whole, 1: key = '' } of text.matchAll(
      /("[a-zA-Z_-]+"\s*:\s*)\d+(?:\.\d+)?/g,
    )) {
      for (const broken of ['-1', '1.5', '"7"', 'null', '1e400', '9007199254740993']) {
        const bytes = `${text.slice(0, index)}${key}${broken}${text.slice(index + whole.length)}`
        const { call, cost } = await play(fixture, { bytes: Buffer.from(bytes, 'latin1') })
        for (const quantity of Object.values(call?.answer.usage ?? {})) {
          expect(Number.isSafeInteger(quantity) && quantity > 0).toBe(true)
        }
        expect(cost !== undefined && 'amount' in cost ? cost.amount : 0).toBeGreaterThanOrEqual(0)
      }
    }
  })
})

describe.each(streams.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  test.each([1, 7, 100])('is recorded the same in pieces of %i bytes', async (pieces) => {
    expectRecorded(fixture, await play(fixture, { pieces }))
  })

  test('broken off anywhere is never taken for whole, nor has more than the whole', async () => {
    const bytes = bytesOf(fixture)
    const { usage } = fixture.call
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 40)) {
      const cut = { bytes: bytes.subarray(0, length), pieces: 64, broken: true }
      const { call, cost } = await play(fixture, cut)
      for (const [meter, quantity] of Object.entries(call?.answer.usage ?? {})) {
        expect(quantity).toBeLessThanOrEqual(usage?.[meter] ?? 0)
      }
      if (cost?.kind === 'priced') expect(call?.answer.usage).toEqual(usage)
    }
  })
})
