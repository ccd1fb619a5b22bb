import { describe, expect, test } from 'vitest'
import type { PriceContext } from '../../instrumentation/core/call.ts'
import { METERS, type Meter } from '../../instrumentation/core/usage.ts'
import { RATE_KEYS, RATES } from '../../instrumentation/pricing/format.ts'
import { buildBook, price } from '../../instrumentation/pricing/index.ts'
import {
  keepSlice,
  remembered,
  type Memory,
  type Slice,
} from '../../instrumentation/pricing/memory.ts'

const slice = (from: number): Slice => ({
  from,
  until: from + 1,
  selection: { reason: 'unknown_model', detail: String(from) },
})

describe('what was looked up', () => {
  const memory = (): Memory => new Map()

  test('is found again by provider, model and context', () => {
    const known = memory()
    const first = remembered(known, 'p', 'm', { serviceTier: 'batch' })
    expect(first).toEqual({ context: { serviceTier: 'batch' }, slices: [] })
    expect(remembered(known, 'p', 'm', { serviceTier: 'batch' })).toBe(first)
    expect(remembered(known, 'p', 'n', { serviceTier: 'batch' })).not.toBe(first)
    expect(remembered(known, 'q', 'm', { serviceTier: 'batch' })).not.toBe(first)
    expect(remembered(known, 'p', 'm', { serviceTier: 'batch' })).toBe(first)
  })

  test('is not shared with a context that differs in anything', () => {
    const names = {
      serviceTier: 'x',
      speed: 'x',
      inferenceGeo: 'x',
      region: 'x',
      routing: 'x',
      searchContextSize: 'x',
      imageSize: 'x',
      imageQuality: 'x',
      resolution: 'x',
    } satisfies Required<PriceContext>
    const known = memory()
    const all = remembered(known, 'p', 'm', names)
    const others = Object.keys(names).map((name) =>
      remembered(known, 'p', 'm', { ...names, [name]: 'y' }),
    )
    expect(new Set([all, ...others]).size).toBe(10)
    expect(remembered(known, 'p', 'm', { ...names })).toBe(all)
  })

  test('keeps what it was asked with, not the caller’s object', () => {
    const known = memory()
    const context: { serviceTier: string } = { serviceTier: 'batch' }
    const first = remembered(known, 'p', 'm', context)
    context.serviceTier = 'flex'
    expect(remembered(known, 'p', 'm', { serviceTier: 'batch' })).toBe(first)
  })

  test('is forgotten when names come without end: 32 providers, 2,000 models, 32 contexts', () => {
    const known = memory()
    const first = remembered(known, 'p0', 'm', {})
    for (let n = 1; n < 32; n += 1) remembered(known, `p${n}`, 'm', {})
    expect(remembered(known, 'p0', 'm', {})).toBe(first)
    remembered(known, 'p32', 'm', {})
    expect(known.size).toBe(1)

    const models = memory()
    const kept = remembered(models, 'p', 'm0', {})
    for (let n = 1; n < 2_000; n += 1) remembered(models, 'p', `m${n}`, {})
    expect(remembered(models, 'p', 'm0', {})).toBe(kept)
    remembered(models, 'p', 'm2000', {})
    expect(models.get('p')?.size).toBe(1)

    const contexts = memory()
    const plain = remembered(contexts, 'p', 'm', { region: '0' })
    for (let n = 1; n < 32; n += 1) remembered(contexts, 'p', 'm', { region: String(n) })
    expect(remembered(contexts, 'p', 'm', { region: '0' })).toBe(plain)
    remembered(contexts, 'p', 'm', { region: '32' })
    expect(contexts.get('p')?.get('m')).toHaveLength(1)
  })

  test('has the newest span of time first, sixteen at most', () => {
    const slices: Slice[] = []
    for (let n = 1; n <= 16; n += 1) keepSlice(slices, slice(n))
    expect(slices).toHaveLength(16)
    keepSlice(slices, slice(17))
    expect(slices.map(({ from }) => from)).toEqual([
      17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
    ])
  })

  test('is asked before the book is: one price twice makes one entry', () => {
    const source = { providers: { p: { models: { m: { rates: { input: 1 } } } } } }
    const book = buildBook([{ name: 'b', source }])
    const request = { provider: 'p', models: ['m'], usage: { input: 1 }, at: 1.8e12 }
    price(book, request)
    const [known] = book.memory.get('p')?.get('m') ?? []
    price(book, { ...request, at: 1.7e12 })
    expect(book.memory.get('p')?.get('m')).toEqual([known])
    expect(known?.slices).toHaveLength(1)
  })
})

describe('the parts of a cost', () => {
  test('are told for every meter', () => {
    const keys = RATE_KEYS.filter((key) => key !== 'audio_minute')
    const rates = Object.fromEntries(keys.map((key) => [key, 1]))
    const book = buildBook([
      { name: 'b', source: { providers: { p: { models: { m: { rates } } } } } },
    ])
    const partOf = (meter: Meter): string | undefined => {
      const usage = { requests: 0, [meter]: 1 }
      const cost = price(book, { provider: 'p', models: ['m'], usage, at: 1.8e12 })
      return cost.kind === 'priced' ? cost.lines[0]?.part : undefined
    }
    expect(Object.fromEntries(METERS.map((meter) => [meter, partOf(meter)]))).toEqual({
      input: 'input',
      cacheRead: 'cache_read',
      cacheWrite: 'cache_write',
      cacheWrite5m: 'cache_write',
      cacheWrite30m: 'cache_write',
      cacheWrite1h: 'cache_write',
      cacheWrite12h: 'cache_write',
      audioInput: 'audio_input',
      audioCacheRead: 'cache_read',
      imageInput: 'image_input',
      imageCacheRead: 'cache_read',
      videoInput: 'video_input',
      output: 'output',
      reasoning: 'output',
      audioOutput: 'audio_output',
      imageOutput: 'image_output',
      videoOutput: 'video_output',
      webSearches: 'tools',
      fileSearches: 'tools',
      xSearches: 'tools',
      rerankSearches: 'tools',
      requests: 'other',
      citations: 'input',
      codeSessions: 'tools',
      pages: 'input',
      images: 'image_output',
      videoSeconds: 'video_output',
      characters: 'input',
      audioSeconds: 'audio_input',
    })
  })

  test('say what a rate is for: one of each unit', () => {
    const units = Object.fromEntries(RATE_KEYS.map((key) => [key, Number(RATES[key].per)]))
    expect(units).toMatchObject({ input: 1e6, character: 1e6, web_search: 1e3, request: 1e3 })
    expect(units).toMatchObject({ image: 1, video_second: 1, audio_minute: 60, audio_hour: 3_600 })
  })
})

describe('mistakes in a price file that only a person makes', () => {
  const refused = (source: object): string => {
    try {
      buildBook([{ name: 'f', source }])
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  const rates = (value: object): object => ({ providers: { p: { models: { m: value } } } })

  test.each([
    [{ currency: 'EUR' }, "f: currency: 'EUR' is not allowed; allowed: USD"],
    [{ version: 7 }, 'f: version: 7 is not allowed; allowed: a text'],
    [{ version: true }, 'f: version: true is not allowed; allowed: a text'],
    [{ version: ['a'] }, 'f: version: a list is not allowed; allowed: a text'],
    [{ version: '' }, "f: version: '' is not allowed; allowed: a text"],
    [
      rates({ rates: { audio_minute: 1, audio_hour: 1 } }),
      'f: providers.p.models.m.rates.audio_hour: the same is priced twice; allowed: audio_minute or audio_hour',
    ],
    [
      rates({ rates: {}, source: { checked: '2026-01-01', confidence: 'vendor' } }),
      'f: providers.p.models.m.source.url: nothing is not allowed; allowed: a text',
    ],
    [
      rates({ rates: {}, source: { url: 'u', checked: '2026-01-01' } }),
      'f: providers.p.models.m.source.confidence: nothing is not allowed; allowed: vendor, secondary, catalogue',
    ],
    [
      rates({ rates: {}, note: 5 }),
      'f: providers.p.models.m.note: 5 is not allowed; allowed: a text',
    ],
    [
      rates({ rates: {}, variants: [{ when: { prompt_tokens: { gt: -1 } } }] }),
      'f: providers.p.models.m.variants.0.when.prompt_tokens.gt: -1 is not allowed; allowed: a whole number of tokens',
    ],
    [
      rates({ rates: {}, variants: ['x'] }),
      "f: providers.p.models.m.variants.0: no variant 'x' in the provider; allowed: none is defined",
    ],
    [
      rates({ rates: {}, source: 'x' }),
      "f: providers.p.models.m.source: no source 'x' in the provider; allowed: none is defined",
    ],
    [
      rates({ rates: {}, from: '2026-01-01', until: '2026-01-01' }),
      "f: providers.p.models.m: 'until' must be after 'from'",
    ],
    [
      rates({ rates: {}, from: 'x2026-01-01' }),
      "f: providers.p.models.m.from: 'x2026-01-01' is not allowed; allowed: a day (2026-08-21) or an instant with its zone (2026-08-16T16:00:00Z)",
    ],
    [
      { providers: { p: { aliases: { a: [{}] } } } },
      'f: providers.p.aliases.a.0.model: nothing is not allowed; allowed: a text',
    ],
    [
      { discounts: [{}] },
      'f: discounts.0.percent: nothing is not allowed; allowed: percent from 0 to 100, such as 12.5',
    ],
    [{ discounts: [{ percent: 100.5 }] }, 'f: discounts.0.percent: 100.5 is not allowed; allowed:'],
  ])('%j', (source, message) => {
    expect(refused(source)).toContain(message)
  })

  test('a discount of 100 % leaves nothing, and is allowed', () => {
    expect(refused({ discounts: [{ percent: 100 }] })).toBe('')
  })
})
