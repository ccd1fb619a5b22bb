import { waitForUpdate } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import type { Meter } from '../../instrumentation/core/usage.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { PriceBookError, price } from '../../instrumentation/pricing/index.ts'
import { bundledBookSource } from '../../prices/book.ts'
import { bookModule, mergeFiles } from '../../prices/generate.ts'

/** Catalogue rates by ours; per 1M tokens. */
const RATES: Readonly<Record<string, Meter>> = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWrite1h',
  input_audio_mtok: 'audioInput',
  output_audio_mtok: 'audioOutput',
  cache_audio_read_mtok: 'audioCacheRead',
  input_image_mtok: 'imageInput',
  output_image_mtok: 'imageOutput',
}

/** Listed under OpenAI in the catalogue, not sold by OpenAI under that name. */
const NOT_SOLD = [
  'ft:gpt-3.5-turbo-',
  'gpt-4o:extended',
  'gpt-5-image',
  'gpt-5-image-mini',
  'gpt-5.4-image-2',
  'gpt-oss-120b',
  'gpt-oss-20b',
  'gpt-oss-safeguard-20b',
]

/** Where the vendor says otherwise: prices/openai.yaml has the pages. */
const MENDED = [
  'gpt-4o-mini-search-preview',
  'gpt-4o-mini-search-preview-2025-03-11',
  'gpt-4o-mini-transcribe',
  'gpt-4o-search-preview',
  'gpt-4o-search-preview-2025-03-11',
  'gpt-4o-transcribe',
  'gpt-4o-transcribe-diarize',
]

const day = '2026-09-20'

interface CatalogueRate {
  readonly name: string
  readonly meter: Meter
  readonly perMillion: number
}

/** The lowest band of the rates of that day, under every name that the catalogue matches whole. */
async function catalogue(provider: string): Promise<readonly CatalogueRate[]> {
  const found = (await waitForUpdate())?.find(({ id }) => id === provider)
  return (found?.models ?? []).flatMap((model) => {
    const rates = Array.isArray(model.prices)
      ? model.prices.findLast(({ constraint }) => startsBy(constraint))?.prices
      : model.prices
    return wholeNames(model).flatMap((name) =>
      Object.entries(rates ?? {}).flatMap(([key, rate]) => {
        const meter = RATES[key]
        if (meter === undefined || rate === undefined) return []
        return [{ name, meter, perMillion: typeof rate === 'number' ? rate : rate.base }]
      }),
    )
  })
}

function startsBy(constraint: object | undefined): boolean {
  return (
    constraint === undefined || ('start_date' in constraint && String(constraint.start_date) <= day)
  )
}

function wholeNames(model: { readonly id: string; readonly match: object }): readonly string[] {
  const rules = 'or' in model.match ? (model.match.or as readonly object[]) : [model.match]
  const names = rules.flatMap((rule) => ('equals' in rule ? [String(rule.equals)] : []))
  return [...new Set([model.id, ...names])]
}

describe('the bundled book', () => {
  test.each(['openai', 'anthropic'])(
    'agrees with the catalogue on every base rate of %s',
    async (provider) => {
      const rates = await catalogue(provider)
      expect(rates.length).toBeGreaterThan(80)
      const off = rates.filter(({ name, meter, perMillion }) => {
        const usage = { [meter]: 1000 }
        const cost = price(bundledBook(), { provider, models: [name], usage, at: Date.parse(day) })
        return cost.kind === 'unpriced' || Math.abs(cost.amount - perMillion / 1000) > 1e-9
      })
      const names = [...new Set(off.map(({ name }) => name))].sort()
      expect(names).toEqual(provider === 'openai' ? [...NOT_SOLD, ...MENDED].sort() : [])
    },
  )

  test('prices at most 20 µs a call on average, so that a slow machine passes', () => {
    const requests = [
      {
        provider: 'openai',
        models: ['gpt-4o'],
        usage: { input: 200, cacheRead: 800, output: 100 },
      },
      {
        provider: 'anthropic',
        models: ['claude-sonnet-4-5-20250929'],
        usage: { input: 10, cacheRead: 1000, cacheWrite5m: 100, output: 50 },
        context: { serviceTier: 'standard' },
      },
    ]
    const rounds = 20_000
    const at = Date.parse(day)
    const started = performance.now()
    for (let i = 0; i < rounds; i += 1) {
      for (const request of requests) price(bundledBook(), { ...request, at })
    }
    const perCall = ((performance.now() - started) * 1000) / (rounds * requests.length)
    expect(perCall).toBeLessThan(20)
  })

  test('has its own day as version and time', () => {
    expect(bundledBook().version).toBe('2026-11-24')
    expect(bundledBook().time).toBe(Date.parse('2026-11-24'))
  })

  test('says of every rate where it is from', () => {
    const rules = Object.values(bundledBookSource().providers ?? {})
      .flatMap(({ models }) => Object.values(models ?? {}))
      .flat()
    expect(rules.length).toBeGreaterThan(120)
    expect(rules.filter(({ source }) => source === undefined)).toEqual([])
  })
})

describe('generating the book', () => {
  const yaml = (provider: string, rates: string): string =>
    `version: 2026-01-02\nproviders: {${provider}: {models: {m: {rates: {${rates}}, source: {url: u, checked: 2026-01-01, confidence: vendor}}}}}`

  test('merges the files, takes the newest day and writes rates as decimal texts', () => {
    const book = mergeFiles([
      { name: 'a.yaml', text: yaml('a', 'input: 2.50') },
      { name: 'b.yaml', text: yaml('b', "input: '0.10'").replace('-02', '-09') },
    ])
    expect(book.version).toBe('2026-01-09')
    expect(book.providers).toMatchObject({
      a: { models: { m: { rates: { input: '2.5' } } } },
      b: { models: { m: { rates: { input: '0.10' } } } },
    })
    expect(bookModule(book)).toMatch(
      /^\/\/ Generated by `npm run generate` from prices\/\*\.yaml and @pydantic\/genai-prices\. Do not edit\.\n/,
    )
  })

  test.each([
    [
      'a rate without source',
      [yaml('a', 'input: 1').replace(/, source: \{.*?\}/, '')],
      "0.yaml: providers.a.models.m: 'source' is missing",
    ],
    [
      'a file without day',
      [yaml('a', 'input: 1').replace('2026-01-02', 'next')],
      '0.yaml: version: missing',
    ],
    [
      'a provider in two files',
      [yaml('a', 'input: 1'), yaml('a', 'input: 1')],
      '1.yaml: providers.a: is in another file already',
    ],
    [
      'a mistake in a file',
      [yaml('a', 'inpt: 1')],
      '0.yaml: providers.a.models.m.rates.inpt: no such key',
    ],
  ])('refuses %s', (_, files, message) => {
    const named = files.map((text, index) => ({ name: `${index}.yaml`, text }))
    expect(() => mergeFiles(named)).toThrow(PriceBookError)
    expect(() => mergeFiles(named)).toThrow(message)
  })
})
