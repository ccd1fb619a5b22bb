/** What must hold of every price, over the whole bundled book: models, contexts and instants are drawn from it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PriceContext } from '../../instrumentation/core/call.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { METERS, type Meter, type Usage } from '../../instrumentation/core/usage.ts'
import { bookOver, bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price, type PriceBook } from '../../instrumentation/pricing/index.ts'
import { bundledBookSource } from '../../prices/book.ts'

const providers = Object.entries(bundledBookSource().providers ?? {})
const models = providers.flatMap(([provider, { models = {} }]) =>
  Object.keys(models).map((model) => ({ provider, model })),
)
const someModel = fc.constantFrom(...models)
const counts = fc.integer({ min: 0, max: 3_000_000 })
const usages: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries(METERS.map((meter) => [meter, counts])) as Record<Meter, typeof counts>,
  { requiredKeys: [] },
)
const word = (...words: readonly string[]) => fc.constantFrom(...words)
const contexts: fc.Arbitrary<PriceContext> = fc.record(
  {
    serviceTier: word('standard', 'default', 'batch', 'flex', 'priority', 'fast', 'ultrafast'),
    speed: word('standard', 'fast'),
    inferenceGeo: word('us', 'global'),
    region: word('us', 'eu', 'global', 'us-east5'),
    searchContextSize: word('low', 'medium', 'high'),
    imageSize: word('1024x1024', '1024x1792'),
    imageQuality: word('standard', 'hd'),
  },
  { requiredKeys: [] },
)
const from = Date.parse('2024-01-01')
const instants = fc.integer({ min: from, max: Date.parse('2027-06-01') })
const cases = fc.record({
  target: someModel,
  usage: usages,
  context: contexts,
  at: instants,
})

interface Case {
  readonly target: { readonly provider: string; readonly model: string }
  readonly usage: Usage
  readonly context: PriceContext
  readonly at: number
}

function costOf({ target, usage, context, at }: Case, book: PriceBook = bundledBook()): Cost {
  const { provider, model } = target
  return price(book, { provider, models: [model], usage, context, at })
}

/** The exact amount in units of 10^-18 USD; 0 where there is none. */
function atto(cost: Cost): bigint {
  if (cost.kind === 'unpriced') return 0n
  const [whole = '', fraction = ''] = cost.exact.split('.')
  return BigInt(whole + fraction.padEnd(18, '0'))
}

const PICO = 10n ** 6n

/** The size of a prompt picks the band: what is compared keeps it. */
const OUTPUTS: readonly Meter[] = METERS.slice(
  METERS.indexOf('output'),
  METERS.indexOf('webSearches'),
)
const runs = { numRuns: 1_500 }

describe('every price', () => {
  test('is not negative, and its parts and lines add up to it', () => {
    fc.assert(
      fc.property(cases, (item) => {
        const cost = costOf(item)
        if (cost.kind === 'unpriced') return
        const ofParts = Object.values(cost.parts).reduce((sum, usd) => sum + usd, 0)
        const ofLines = cost.lines.reduce((sum, { usd }) => sum + usd, 0)
        const off = 1e-12 * Math.max(1, cost.amount)
        expect(cost.amount).toBeGreaterThanOrEqual(0)
        expect(Math.abs(ofParts - cost.amount)).toBeLessThanOrEqual(off)
        expect(Math.abs(ofLines - cost.amount)).toBeLessThanOrEqual(off)
      }),
      runs,
    )
  })

  test('is the sum of the prices of its output and of the rest, each with the prompt that it had', () => {
    fc.assert(
      fc.property(cases, (item) => {
        const prompt = Object.entries(item.usage).filter(([meter]) => !isOutput(meter))
        const output = Object.entries(item.usage).filter(([meter]) => isOutput(meter))
        const bare: Usage = Object.fromEntries(prompt)
        const doubled = Object.fromEntries(output.map(([meter, n]) => [meter, 2 * n]))
        const [once, twice, none] = [item.usage, { ...bare, ...doubled }, bare].map((usage) =>
          // A call's own fee is counted, so that it is the same in each.
          atto(costOf({ ...item, usage: { requests: 1, ...usage } })),
        )
        const off = (twice ?? 0n) - 2n * (once ?? 0n) + (none ?? 0n)
        // Amounts without a finite decimal form are rounded to the pico-dollar, each of the three.
        expect(off < 0n ? -off : off).toBeLessThanOrEqual(2n * PICO)
      }),
      runs,
    )
  })

  test('does not fall when more is used', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...METERS), counts, (item, meter, more) => {
        const usage = { ...item.usage, [meter]: (item.usage[meter] ?? 0) + more }
        expect(atto(costOf({ ...item, usage }))).toBeGreaterThanOrEqual(atto(costOf(item)))
      }),
      runs,
    )
  })

  test('of a part of the usage is not above that of the whole', () => {
    fc.assert(
      fc.property(cases, fc.subarray([...METERS]), (item, kept) => {
        const usage = Object.fromEntries(
          Object.entries(item.usage).filter(([meter]) => kept.includes(meter as Meter)),
        )
        expect(atto(costOf({ ...item, usage }))).toBeLessThanOrEqual(atto(costOf(item)))
      }),
      runs,
    )
  })

  test('is not raised by a discount, and keeps its list price', () => {
    const percent = fc.integer({ min: 0, max: 10_000 })
    fc.assert(
      fc.property(cases, percent, (item, hundredths) => {
        const off = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`
        const source = { discounts: [{ provider: item.target.provider, percent: off }] }
        const [list, net] = [costOf(item), costOf(item, bookOver([{ name: 'mine', source }]))]
        expect(net.kind).toBe(list.kind)
        if (net.kind === 'unpriced' || list.kind === 'unpriced') return
        expect(atto(net)).toBeLessThanOrEqual(atto(list))
        expect(net.list).toMatchObject({ amount: list.amount, exact: list.exact })
      }),
      { numRuns: 300 },
    )
  })

  test('is the same at every instant between two changes of the book', () => {
    const { changes } = bundledBook()
    const scheduled = (provider: string): boolean =>
      JSON.stringify(bundledBookSource().providers?.[provider]).includes('"schedule"')
    const steady = models.filter(({ provider }) => !scheduled(provider))
    const edges = [from, ...changes.filter((change) => change > from), Date.parse('2027-06-01')]
    const interval = fc.nat({ max: edges.length - 2 })
    const within = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(cases, fc.constantFrom(...steady), interval, within, (item, target, n, share) => {
        const [start = 0, end = 0] = edges.slice(n)
        const first = costOf({ ...item, target, at: start })
        const at = Math.min(Math.floor(start + (end - start) * share), end - 1)
        const later = costOf({ ...item, target, at })
        // The detail of what is out of range names the instant.
        expect({ ...later, detail: '' }).toEqual({ ...first, detail: '' })
      }),
      runs,
    )
  })
})

function isOutput(meter: string): boolean {
  return OUTPUTS.includes(meter as Meter)
}
