import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromInclusive } from '../../instrumentation/core/inclusive-usage.ts'
import { compactUsage, tokenTotals } from '../../instrumentation/core/usage.ts'

describe('inclusive counts', () => {
  test('come apart into buckets that hold each token once', () => {
    expect(
      fromInclusive({
        input: 2000,
        audioInput: 1500,
        cacheRead: 1000,
        audioCacheRead: 1000,
        output: 500,
        audioOutput: 400,
        webSearches: 3,
      }),
    ).toEqual({
      usage: {
        input: 500,
        audioInput: 500,
        audioCacheRead: 1000,
        output: 100,
        audioOutput: 400,
        webSearches: 3,
      },
    })
  })

  test('take the lifetimes of cache writes as parts of all cache writes', () => {
    expect(fromInclusive({ input: 100, cacheWrite: 60, cacheWrite1h: 20 })).toEqual({
      usage: { input: 40, cacheWrite: 40, cacheWrite1h: 20 },
    })
    expect(fromInclusive({ input: 100, cacheWrite5m: 40, cacheWrite1h: 20 })).toEqual({
      usage: { input: 40, cacheWrite5m: 40, cacheWrite1h: 20 },
    })
  })

  test.each([
    [{ input: 10, cacheRead: 11 }, 'cacheRead 11 is above input 10'],
    [
      { input: 10, cacheRead: 6, cacheWrite: 5 },
      'cacheRead 6 + cacheWrite 5 = 11 is above input 10',
    ],
    [{ cacheRead: 1 }, 'cacheRead 1 without input, of which it is a part'],
    [{ output: 5, reasoning: 6 }, 'reasoning 6 is above output 5'],
    [
      { input: 9, cacheWrite: 1, cacheWrite1h: 2 },
      'the sum of cache writes by lifetime 2 is above cacheWrite 1',
    ],
    [{ input: 9, cacheRead: 9, audioCacheRead: 1 }, 'audioCacheRead 1 is above audioInput 0'],
    [{ input: -1 }, 'input -1 is not a whole number of at least 0'],
    [{ output: 1.5 }, 'output 1.5 is not a whole number of at least 0'],
    [{ input: NaN }, 'input NaN is not a whole number of at least 0'],
  ])('that contradict each other have no usage: %j', (counts, problem) => {
    expect(fromInclusive(counts)).toEqual({ problem })
  })

  test('of any usage give that usage back', () => {
    const part = fc.integer({ min: 0, max: 1e9 })
    const usage = fc.record({
      input: part,
      cacheRead: part,
      cacheWrite: part,
      cacheWrite5m: part,
      cacheWrite1h: part,
      audioInput: part,
      audioCacheRead: part,
      imageInput: part,
      output: part,
      reasoning: part,
      audioOutput: part,
      imageOutput: part,
    })
    fc.assert(
      fc.property(usage, (given) => {
        const { audioCacheRead, cacheWrite5m, cacheWrite1h } = given
        const counts = { ...tokenTotals(given), audioCacheRead, cacheWrite5m, cacheWrite1h }
        expect(fromInclusive(counts)).toEqual({ usage: compactUsage(given) })
      }),
    )
  })
})
