import { describe, expect, test } from 'vitest'
import { buildBook, reprice } from '../../instrumentation/pricing/index.ts'
import { ratesAt } from '../../instrumentation/pricing/rates.ts'

const M = 1_000_000

describe('re-pricing', () => {
  const list = {
    version: '2026-01-01',
    providers: { acme: { models: { a: { rates: { input: 1 } }, b: { rates: { input: 3 } } } } },
  }
  const book = buildBook([{ name: 'list', source: list }])
  const call = { provider: 'acme', models: ['a'], usage: { input: M }, at: 1.8e12 }

  test('without a change is the price', () => {
    expect(reprice(call, book, {})).toMatchObject({ kind: 'priced', exact: '1' })
  })

  test('of a call whose usage is not known says so', () => {
    const { usage: _, ...unknown } = call
    expect(reprice(unknown, book, { models: new Map([['a', { model: 'b' }]]) })).toMatchObject({
      kind: 'unpriced',
      reason: 'usage_missing',
    })
  })

  test('replaces a model by any of the names that the call has', () => {
    const models = new Map([['alias', { model: 'b' }]])
    expect(reprice({ ...call, models: ['a', 'alias'] }, book, { models })).toMatchObject({
      exact: '3',
    })
    expect(reprice(call, book, { models })).toMatchObject({ exact: '1' })
  })

  test('keeps tier and region at the same provider, and drops them at another', () => {
    const tiers = {
      version: '2026-01-01',
      providers: {
        acme: {
          models: {
            a: { rates: { input: 1 } },
            b: {
              rates: { input: 3 },
              variants: [{ when: { tier: 'batch' }, multiply: { input: '1/2' } }],
            },
          },
        },
        other: {
          models: {
            b: {
              rates: { input: 5 },
              variants: [{ when: { tier: 'batch' }, multiply: { input: '1/5' } }],
            },
          },
        },
      },
    }
    const own = buildBook([{ name: 'list', source: tiers }])
    const past = { ...call, context: { serviceTier: 'batch' } }
    const to = (target: { provider?: string; model: string }) =>
      reprice(past, own, { models: new Map([['a', target]]) })
    expect(to({ model: 'b' })).toMatchObject({ exact: '1.5' })
    expect(to({ provider: 'acme', model: 'b' })).toMatchObject({ exact: '1.5' })
    expect(to({ provider: 'other', model: 'b' })).toMatchObject({ exact: '5' })
  })

  test('takes the rates of another day where one is named', () => {
    const dated = {
      version: '2026-01-01',
      providers: {
        acme: {
          models: {
            a: [
              { until: '2026-06-01', rates: { input: 4 } },
              { from: '2026-06-01', rates: { input: 2 } },
            ],
          },
        },
      },
    }
    const own = buildBook([{ name: 'list', source: dated }])
    expect(reprice(call, own, {})).toMatchObject({ exact: '2' })
    expect(reprice(call, own, { at: Date.parse('2026-05-31') })).toMatchObject({ exact: '4' })
  })
})

describe('the rates of a model', () => {
  const book = buildBook([
    {
      name: 'list',
      source: {
        providers: {
          acme: {
            rates: { web_search: 10 },
            models: {
              m: {
                from: '2026-01-01',
                rates: { input: '2.50', cache_write_5m: 3, image: '0.04', audio_hour: '0.111' },
                variants: [{ when: { tier: 'batch' }, multiply: { input: '1/2' } }],
              },
            },
          },
        },
      },
    },
  ])
  const target = { provider: 'acme', model: 'm', at: 1.8e12 }

  test('are in the units of a price file, those of the provider included', () => {
    expect(ratesAt(book, target)).toMatchObject({
      input: '2.5',
      web_search: '10',
      image: '0.04',
      cache_write_5m: '3',
    })
    expect(ratesAt(book, target)).not.toHaveProperty('cache_write')
    expect(ratesAt(book, target, { derived: true })).toMatchObject({ cache_write: '3' })
    expect(ratesAt(book, target)).not.toHaveProperty('output')
    expect(ratesAt(book, target, { context: { serviceTier: 'batch' } })).toMatchObject({
      input: '1.25',
    })
  })

  test('are none where the model is not known, or not yet', () => {
    expect(ratesAt(book, { ...target, model: 'x' })).toBeUndefined()
    expect(ratesAt(book, { ...target, at: Date.parse('2025-12-31') })).toBeUndefined()
  })
})
