import { TieredPrices, waitForUpdate, type Provider } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import { compareBooks } from '../../cli/compare-books.ts'
import { buildBook, price } from '../../instrumentation/pricing/index.ts'
import type { RuleSource } from '../../instrumentation/pricing/format.ts'
import { ratesAt } from '../../instrumentation/pricing/rates.ts'
import { catalogueOf } from '../../prices/catalogue.ts'

const providers = (await waitForUpdate()) ?? []
const { source, skipped, omitted } = catalogueOf(providers)

function provider(models: Provider['models']): Provider {
  return { id: 'acme', name: 'Acme', api_pattern: 'acme', models }
}

describe('the catalogue', () => {
  test('is taken over whole, or a model is listed with the reason why not', () => {
    const count = providers.reduce((sum, { models }) => sum + models.length, 0)
    const taken = Object.values(source.providers ?? {}).reduce(
      (sum, { models = {} }) => sum + Object.keys(models).length,
      0,
    )
    expect(count).toBeGreaterThan(1_600)
    expect(taken + skipped.length).toBe(count)
    expect(skipped.every((line) => /^[^:]+.*: \w/.test(line))).toBe(true)
    expect([providers.length, count, skipped.length]).toEqual([43, 1_694, 210])
    const reasons = skipped.map((line) => line.slice(line.lastIndexOf(': ') + 2))
    const times = (reason: string): number => reasons.filter((own) => own === reason).length
    expect(times('routing in the name')).toBe(43)
    expect(times('prices by the hour, whose days are not known')).toBe(4)
    expect(times('no price listed')).toBe(163)
    expect(omitted).toEqual({ input_annotated_document_kpages: 5, input_text_messages_kcount: 3 })
    expect(source.providers).toHaveProperty(['gcp.gemini', 'models', 'gemini-2.5-pro'])
    expect(source.provider_names).toMatchObject({ google: 'gcp.gemini', 'x-ai': 'x_ai' })
  })

  test('is a price book without mistakes', () => {
    const book = buildBook([{ name: 'catalogue', source }])
    const target = { provider: 'google', model: 'gemini-2.5-pro', at: Date.parse('2026-06-01') }
    expect(ratesAt(book, target)).toMatchObject({ input: '1.25', output: '10' })
  })

  test('starts a tier above its number, dates stages, and writes small rates without exponent', () => {
    const own = catalogueOf([
      provider([
        {
          id: 'm',
          match: { or: [{ equals: 'm-1' }, { equals: 'M' }, { starts_with: 'm' }] },
          prices: [
            {
              prices: {
                input_mtok: new TieredPrices({ base: 1e-7, tiers: [{ start: 9, price: 2 }] }),
              },
            },
            {
              constraint: { type: 'start_date', start_date: '2026-01-01' },
              prices: { input_mtok: 3 },
            },
          ],
        },
        { id: 'free', match: { equals: 'free' }, prices: {} },
      ]),
    ])
    expect(own.source.providers?.['acme']).toMatchObject({
      models: {
        m: [
          {
            until: '2026-01-01',
            rates: { input: '0.0000001' },
            variants: [{ when: { prompt_tokens: { gt: 9 } }, rates: { input: '2' } }],
            source: 'catalogue',
          },
          { from: '2026-01-01', rates: { input: '3' } },
        ],
      },
      aliases: { 'm-1': 'm' },
    })
    expect(own.skipped).toEqual(['acme/free: no price listed'])
    const book = buildBook([{ name: 'own', source: own.source }])
    const usd = (input: number, at: string): unknown =>
      price(book, { provider: 'acme', models: ['M-1'], usage: { input }, at: Date.parse(at) })
    expect(usd(9, '2025-12-31')).toMatchObject({ exact: '0.0000000000009' })
    expect(usd(10, '2025-12-31')).toMatchObject({ exact: '0.00002' })
    expect(usd(10, '2026-01-01')).toMatchObject({ exact: '0.00003' })
  })
})

describe('comparing books', () => {
  const book = (models: Readonly<Record<string, RuleSource>>) =>
    buildBook([{ name: 'b', source: { version: '2026-01-01', providers: { acme: { models } } } }])

  test('lists rates that differ, and models that only the other has', () => {
    const ours = book({ a: { rates: { input: 1, output: 2 } }, b: { rates: { input: 1 } } })
    const theirs = book({
      a: { rates: { input: 1, output: 3, cache_read: 0.5 } },
      b: { rates: { input: 1 } },
      c: { rates: { input: 1 } },
    })
    expect(compareBooks(ours, theirs, 1.8e12)).toEqual({
      equal: 1,
      differences: [
        { provider: 'acme', model: 'a', rate: 'cache_read', theirs: '0.5' },
        { provider: 'acme', model: 'a', rate: 'output', ours: '2', theirs: '3' },
      ],
      missing: ['acme/c'],
      beyond: [],
    })
    expect(compareBooks(theirs, ours, 1.8e12).beyond).toEqual(['acme/c'])
  })
})
