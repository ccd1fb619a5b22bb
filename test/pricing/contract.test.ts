/** List prices, and what a contract makes of them. */

import { describe, expect, test } from 'vitest'
import { bookOf } from '../../instrumentation/pricing/book.ts'
import { layerOf } from '../../instrumentation/pricing/layer.ts'
import { buildBook, price, type PriceBookSource } from '../../instrumentation/pricing/index.ts'
import { costOf, list, M } from './acme-list.ts'

describe('list prices', () => {
  test('are not stated where no contract changes them', () => {
    expect(costOf([], { input: M })).not.toHaveProperty('list')
    const other = { providers: { other: {} }, discounts: [{ model: 'x', percent: 5 }] }
    expect(costOf([{ source: other }], { input: M })).not.toHaveProperty('list')
  })

  test('stand beside what a discount leaves, with their parts', () => {
    const source = { discounts: [{ provider: 'acme', percent: '12.5' }] }
    expect(costOf([{ source }], { input: M, output: M, webSearches: 100 })).toMatchObject({
      kind: 'priced',
      exact: '21.875',
      parts: { input: 3.5, output: 17.5, tools: 0.875 },
      list: { exact: '25', amount: 25, parts: { input: 4, output: 20, tools: 1 } },
      priceId: 'acme/m',
    })
  })

  test('are those of the band that the prompt is in, where the contract has another or none', () => {
    const flat = { providers: { acme: { models: { m: { rates: { input: 3 }, variants: [] } } } } }
    expect(costOf([{ source: flat }], { input: M + 1 })).toMatchObject({
      exact: '3.000003',
      list: { exact: '8.000008' },
    })
    const long = {
      providers: {
        acme: {
          models: {
            m: {
              rates: { input: 3 },
              variants: [{ when: { prompt_tokens: { gte: 10 } }, multiply: { input: 3 } }],
            },
          },
        },
      },
    }
    expect(costOf([{ source: long }], { input: 9 })).toMatchObject({
      exact: '0.000027',
      list: { exact: '0.000036' },
    })
    expect(costOf([{ source: long }], { input: 10 })).toMatchObject({
      exact: '0.00009',
      list: { exact: '0.00004' },
    })
  })

  test('are absent for what only the contract has', () => {
    const source: PriceBookSource = {
      providers: { acme: { models: { mine: { rates: { input: 7 } } } } },
    }
    const cost = costOf([{ source }], { input: M }, {}, ['acme', 'mine'])
    expect(cost).toMatchObject({ exact: '7', priceId: 'acme/mine' })
    expect(cost).not.toHaveProperty('list')
    const extra: PriceBookSource = {
      providers: { acme: { models: { m: { rates: { audio_input: 9 } } } } },
    }
    expect(costOf([{ source: extra }], { audioInput: M })).not.toHaveProperty('list')
    expect(costOf([{ source: extra }], { input: M })).toMatchObject({ list: { exact: '4' } })
  })
})

describe('a contract', () => {
  test('has the variants of the list for its own rates, unless it speaks of variants', () => {
    const rates = { providers: { acme: { models: { m: { rates: { input: 3 } } } } } }
    const batch = { serviceTier: 'batch' }
    expect(costOf([{ source: rates }], { input: M }, batch)).toMatchObject({
      exact: '1.5',
      list: { exact: '2' },
      priceId: 'acme/m+user',
    })
    const none = { providers: { acme: { models: { m: { rates: {}, variants: [] } } } } }
    expect(costOf([{ source: none }], { input: M }, batch)).toMatchObject({
      kind: 'unpriced',
      reason: 'tier_unknown',
    })
  })

  test('for a model that the provider has from another lies over that one’s rates', () => {
    const source = { providers: { twin: { models: { m: { rates: { input: 3 } } } } } }
    expect(costOf([{ source }], { input: M, webSearches: 100 }, {}, ['twin', 'm'])).toMatchObject({
      kind: 'priced',
      exact: '4',
      list: { exact: '5' },
    })
    expect(costOf([{ source }], { output: M }, {}, ['twin', 'm'])).toMatchObject({ exact: '20' })
    expect(costOf([{ source }], { input: M })).toMatchObject({ exact: '4' })
  })

  test('changes the fees of a provider for all of its models', () => {
    const source = { providers: { acme: { rates: { web_search: 8 } } } }
    expect(costOf([{ source }], { webSearches: 1_000 })).toMatchObject({
      exact: '8',
      list: { exact: '10' },
    })
  })

  test('gives its discount to a provider under each of its names', () => {
    const source = { discounts: [{ provider: 'acme_ai', percent: 50 }] }
    expect(costOf([{ source }], { input: M })).toMatchObject({ exact: '2' })
    expect(costOf([{ source }], { input: M }, {}, ['ACME_AI', 'm'])).toMatchObject({ exact: '2' })
    // What is billed by the twin is the twin's to discount, or that of whose price it is.
    expect(costOf([{ source }], { input: M }, {}, ['twin', 'm'])).toMatchObject({ exact: '2' })
    const twins = { discounts: [{ provider: 'twin', percent: 25 }] }
    expect(costOf([{ source: twins }], { input: M }, {}, ['twin', 'm'])).toMatchObject({
      exact: '3',
    })
    expect(costOf([{ source: twins }], { input: M })).toMatchObject({ exact: '4' })
  })
})

describe('a newer list', () => {
  const newer: PriceBookSource = {
    version: '2026-05-01',
    providers: {
      acme: { models: { m: { from: '2026-05-01', rates: { input: 5 }, variants: ['batch'] } } },
    },
  }
  const withVariants: PriceBookSource = {
    ...newer,
    providers: {
      acme: { ...newer.providers?.['acme'], variants: list.providers?.['acme']?.variants ?? {} },
    },
  }
  const refreshed = { source: withVariants, list: true }

  test('replaces the rules of a model as a whole, so that nothing is applied twice', () => {
    expect(costOf([refreshed], { input: M }, { serviceTier: 'batch' })).toMatchObject({
      exact: '2.5',
      priceId: 'acme/m@2026-05-01',
    })
    expect(costOf([refreshed], { input: M })).not.toHaveProperty('list')
    expect(costOf([refreshed], { output: M })).toMatchObject({ reason: 'rate_missing' })
  })

  test('leaves what it does not name, and what was before it', () => {
    expect(costOf([refreshed], { input: M }, { region: 'us' }, ['acme', 'r'])).toMatchObject({
      exact: '10',
    })
    const book = buildBook([
      { name: 'list', source: list },
      { name: 'new', source: withVariants, list: true },
    ])
    const at = Date.parse('2026-04-30T23:59:59.999Z')
    const past = price(book, { provider: 'acme', models: ['m'], usage: { input: M }, at })
    expect(past).toMatchObject({ exact: '4', priceId: 'acme/m' })
    expect([book.version, book.time]).toEqual(['2026-01-01+2026-05-01', Date.parse('2026-05-01')])
  })

  test('is the list beside a contract', () => {
    const source = { discounts: [{ percent: 10 }] }
    expect(costOf([refreshed, { source }], { input: M })).toMatchObject({
      exact: '4.5',
      list: { exact: '5' },
    })
  })
})

describe('layers that were read before', () => {
  test('make the same book', () => {
    const [base, user] = [
      layerOf(list, 'list', true),
      layerOf({ discounts: [{ percent: 50 }] }, 'u'),
    ]
    const book = bookOf([base, user], [base])
    const cost = price(book, { provider: 'acme', models: ['m'], usage: { input: M }, at: 1.8e12 })
    expect(cost).toMatchObject({ exact: '2', list: { exact: '4' } })
    expect(book.version).toBe('2026-01-01+user')
  })
})
