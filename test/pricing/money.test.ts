import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { TOKEN_METERS, type TokenMeter, type Usage } from '../../instrumentation/core/usage.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { buildBook, price } from '../../instrumentation/pricing/index.ts'
import {
  add,
  decimal,
  decimalsOf,
  multiply,
  ratio,
  toText,
  toUnits,
  toUsd,
} from '../../instrumentation/pricing/money.ts'

describe('a decimal', () => {
  test.each(['', '.5', '5.', '1e3', '-1', '0x1', '1,5', ' 1', 'Infinity', '1_000'])(
    'is not "%s"',
    (text) => {
      expect(decimal(text)).toBeUndefined()
    },
  )

  test('comes out as it went in, without trailing zeros', () => {
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,11})(\.\d{0,11}[1-9])?$/)
    fc.assert(
      fc.property(digits, (text) => {
        const value = decimal(text)
        if (value === undefined) return false
        const decimals = decimalsOf(value)
        return toText(toUnits(value, decimals), decimals) === text
      }),
    )
  })

  test('may be written as a fraction where it multiplies', () => {
    expect(ratio('3/2')).toEqual({ n: 3n, d: 2n })
    expect(['3/0', '1/-2', '/2', '3/'].map(ratio)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('exact arithmetic', () => {
  test('agrees with integers of any size, and never loses a digit', () => {
    const rate = fc.bigInt({ min: 0n, max: 10n ** 14n })
    const quantity = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(rate, quantity, rate, quantity, (rateA, a, rateB, b) => {
        const sum = add(multiply(Number(rateA), a), multiply(Number(rateB), b))
        return BigInt(sum) === rateA * BigInt(a) + rateB * BigInt(b)
      }),
    )
  })

  test('ends in the double nearest to the exact amount', () => {
    const units = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(fc.property(units, (value) => toUsd(value, 12) === Number(toText(value, 12))))
    expect(toText(8_999_999_999_999_999, 12)).toBe('8999.999999999999')
  })

  test('does not drift: a million calls of $0.0025 are $2,500', () => {
    let sum: number | bigint = 0
    for (let i = 0; i < 1_000_000; i += 1) sum = add(sum, 2_500_000_000)
    expect(toText(sum, 12)).toBe('2500')
  })

  test('keeps a rate finer than a pico-dollar', () => {
    const source = {
      providers: { acme: { models: { m: { rates: { input: '0.0000001234' } } } } },
    }
    const book = buildBook([{ source, name: 'test' }])
    const cost = price(book, { provider: 'acme', models: ['m'], usage: { input: 3 }, at: 0 })
    expect(cost).toMatchObject({ exact: '0.0000000000003702' })
  })
})

/** One model without prompt-size bands and with a rate for each of these meters. */
const METERS = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
] as const
const counts = fc.integer({ min: 0, max: 2_000_000_000 })
const usages: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries(METERS.map((meter) => [meter, counts])) as Record<TokenMeter, typeof counts>,
  { requiredKeys: [] },
)

function priced(usage: Usage): Extract<Cost, { kind: 'priced' }> {
  const request = { provider: 'anthropic', models: ['claude-opus-5'], usage, at: 1.8e12 }
  const cost = price(bundledBook(), request)
  if (cost.kind !== 'priced') throw new Error(cost.reason)
  return cost
}

/** The amount in pico-USD. */
function pico(usage: Usage): bigint {
  const [whole = '', fraction = ''] = priced(usage).exact.split('.')
  return BigInt(whole + fraction.padEnd(12, '0'))
}

describe('a price', () => {
  test('of two usages together is the sum of both, to the last digit', () => {
    fc.assert(
      fc.property(usages, usages, (a, b) => {
        const both = Object.fromEntries(
          METERS.map((meter) => [meter, (a[meter] ?? 0) + (b[meter] ?? 0)]),
        )
        return pico(both) === pico(a) + pico(b)
      }),
    )
  })

  test('is never negative, and never falls when more is used', () => {
    fc.assert(
      fc.property(usages, fc.constantFrom(...METERS), counts, (usage, meter, more) => {
        const cost = pico(usage)
        return cost >= 0n && pico({ ...usage, [meter]: (usage[meter] ?? 0) + more }) >= cost
      }),
    )
  })

  test('has parts and lines that add up to it', () => {
    fc.assert(
      fc.property(usages, (usage) => {
        const { amount, parts, lines } = priced(usage)
        const ofParts = Object.values(parts).reduce((sum, part) => sum + part, 0)
        const ofLines = lines.reduce((sum, line) => sum + line.usd, 0)
        const off = 1e-12 * Math.max(1, amount)
        return Math.abs(ofParts - amount) <= off && Math.abs(ofLines - amount) <= off
      }),
    )
  })

  test('never throws, whatever a usage, a context or a name says', () => {
    const anything = fc.record(
      Object.fromEntries(TOKEN_METERS.map((meter) => [meter, fc.double()])) as Record<
        TokenMeter,
        fc.Arbitrary<number>
      >,
      { requiredKeys: [] },
    )
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('gpt-4o', 'fast', 'batch', '__proto__', 'us'),
    )
    const context = fc.record(
      { serviceTier: word, speed: word, inferenceGeo: word, region: word },
      { requiredKeys: [] },
    )
    const provider = fc.oneof(word, fc.constantFrom('openai', 'anthropic'))
    fc.assert(
      fc.property(
        provider,
        fc.array(word),
        anything,
        context,
        fc.double(),
        (name, models, usage, around, at) => {
          const cost = price(bundledBook(), { provider: name, models, usage, context: around, at })
          return cost.kind === 'unpriced' || (cost.amount >= 0 && Number.isFinite(cost.amount))
        },
      ),
    )
  })
})
