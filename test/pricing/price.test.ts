import { describe, expect, test } from 'vitest'
import type { PriceContext } from '../../instrumentation/core/call.ts'
import type { Usage } from '../../instrumentation/core/usage.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { buildBook, price, type PriceRequest } from '../../instrumentation/pricing/index.ts'

const at = Date.parse('2026-11-01T12:00:00Z')
const openai = (model: string, usage: Usage, more: Partial<PriceRequest> = {}) =>
  price(bundledBook(), { provider: 'openai', models: [model], usage, at, ...more })
const anthropic = (model: string, usage: Usage, context: PriceContext = {}, when = at) =>
  price(bundledBook(), { provider: 'anthropic', models: [model], usage, context, at: when })

describe('a priced call', () => {
  test('shows its lines, and parts that add up to the amount', () => {
    expect(openai('gpt-5.5', { input: 200, cacheRead: 800, output: 100, reasoning: 50 })).toEqual({
      kind: 'priced',
      amount: 0.0059,
      exact: '0.0059',
      currency: 'USD',
      source: 'local',
      parts: { input: 0.001, cache_read: 0.0004, output: 0.0045 },
      lines: [
        { meter: 'input', part: 'input', quantity: 200, rate: '0.000005', usd: 0.001 },
        { meter: 'cacheRead', part: 'cache_read', quantity: 800, rate: '0.0000005', usd: 0.0004 },
        { meter: 'output', part: 'output', quantity: 100, rate: '0.00003', usd: 0.003 },
        { meter: 'reasoning', part: 'output', quantity: 50, rate: '0.00003', usd: 0.0015 },
      ],
      priceId: 'openai/gpt-5.5',
      book: '2026-11-24',
      cacheSavings: 0.0036,
    })
  })

  test('costs 0 where nothing was used of a known model', () => {
    expect(openai('gpt-4o', {})).toMatchObject({ kind: 'priced', amount: 0, exact: '0', parts: {} })
  })

  test('has no cache savings without cached input', () => {
    expect(openai('gpt-4o', { input: 5 })).not.toHaveProperty('cacheSavings')
  })

  test('names the first day of its rate', () => {
    const then = Date.parse('2025-06-10T00:00:00Z')
    const id = (when: number): unknown => openai('o3', { input: 1000 }, { at: when })
    expect(id(then - 1)).toMatchObject({ priceId: 'openai/o3', exact: '0.01' })
    expect(id(then)).toMatchObject({ priceId: 'openai/o3@2025-06-10', exact: '0.002' })
  })

  test('of $20,000 is exact to its last digit', () => {
    const tokens = 1_000_000_007
    expect(openai('gpt-4', { input: tokens })).toMatchObject({ exact: '30000.00021' })
    expect(openai('o1-pro', { output: 9_007_199_254_740_991 })).toMatchObject({
      exact: '5404319552844.5946',
    })
  })

  test('takes 272,000 tokens as short and 272,001 as long, cached ones counted', () => {
    expect(openai('gpt-5.4', { input: 72_000, cacheRead: 200_000 })).toMatchObject({
      exact: '0.23',
    })
    expect(openai('gpt-5.4', { input: 72_001, cacheRead: 200_000 })).toMatchObject({
      exact: '0.460005',
    })
  })

  test('multiplies prompt size, tier and region', () => {
    const context = { serviceTier: 'flex', region: 'eu' }
    // 300000 * 2.5 * 2 / 2 * 1.1 + 1000 * 15 * 1.5 / 2 * 1.1, per million
    expect(openai('gpt-5.4', { input: 300_000, output: 1000 }, { context })).toMatchObject({
      kind: 'priced',
      exact: '0.837375',
    })
  })

  test('leaves the fee of a tool call as it is in batch', () => {
    expect(
      openai('gpt-5', { input: 1000, webSearches: 1 }, { context: { serviceTier: 'batch' } }),
    ).toMatchObject({ exact: '0.010625', parts: { tools: 0.01 } })
  })

  test('of OpenAI has the same rates for priority and its new name fast', () => {
    const tier = (serviceTier: string) =>
      openai('gpt-4o', { input: 1000 }, { context: { serviceTier } })
    expect(tier('priority')).toMatchObject({ kind: 'priced', exact: '0.00425' })
    expect(tier('fast')).toEqual(tier('priority'))
  })

  test.each(['default', 'standard', 'auto', ''])(
    'takes the tier "%s" as the standard one',
    (serviceTier) => {
      expect(openai('gpt-5', { input: 1000 }, { context: { serviceTier } })).toMatchObject({
        kind: 'priced',
        exact: '0.00125',
      })
    },
  )

  test('follows the dated cuts of 2026', () => {
    const cost = (model: string, day: string) =>
      openai(model, { input: 1_000_000 - 800_000, output: 1_000_000 }, { at: Date.parse(day) })
    expect(cost('gpt-5.6-sol', '2026-08-20')).toMatchObject({ exact: '31' })
    expect(cost('gpt-5.6-sol', '2026-08-21')).toMatchObject({ exact: '20.8' })
    expect(cost('gpt-5.6-terra', '2026-07-29')).toMatchObject({ exact: '15.5' })
    expect(cost('gpt-5.6-terra', '2026-07-30')).toMatchObject({ exact: '12.4' })
    expect(cost('gpt-6.2-sol', '2026-12-01')).toMatchObject({ exact: '10.4' })
  })

  test('of Anthropic multiplies fast mode, geography and cache lifetimes', () => {
    const usage = { cacheWrite1h: 1_000_000, output: 1_000_000 }
    const fast = anthropic('claude-opus-5', usage, { speed: 'fast', inferenceGeo: 'us' })
    expect(fast).toMatchObject({ kind: 'priced', exact: '77' })
    expect(anthropic('claude-opus-4-6', usage, { speed: 'fast' })).toMatchObject({ exact: '210' })
  })

  test('takes the upper band of Haiku 5.5 from 100,001 tokens on, cache writes counted', () => {
    expect(anthropic('claude-haiku-5-5', { input: 1, cacheWrite5m: 100_000 })).toMatchObject({
      exact: '0.0625005',
    })
  })
})

describe('a lower bound', () => {
  test('says rate_missing and prices the rest', () => {
    expect(openai('gpt-4o', { input: 1000, audioInput: 5, cacheWrite: 7 })).toMatchObject({
      kind: 'partial',
      reason: 'rate_missing',
      detail: 'no rate for audioInput; no rate for cacheWrite',
      exact: '0.0025',
    })
  })

  test('takes a cache write of unknown lifetime at the lowest of several rates', () => {
    expect(anthropic('claude-sonnet-5', { cacheWrite: 1000 })).toMatchObject({
      kind: 'partial',
      reason: 'cache_lifetime_unknown',
      exact: '0.0025',
    })
    expect(openai('gpt-6.2-sol', { cacheWrite: 1000 })).toMatchObject({
      kind: 'partial',
      exact: '0.0025',
    })
  })

  test('is none where the model has one rate for all lifetimes', () => {
    expect(openai('gpt-5.6-luna', { cacheWrite: 1000 })).toMatchObject({ kind: 'priced' })
    expect(openai('gpt-5.6-luna', { cacheWrite30m: 1000 })).toMatchObject({ exact: '0.00025' })
  })

  test('is the standard rate where a dearer tier has no rate', () => {
    expect(
      openai('gpt-5-nano', { input: 1000 }, { context: { serviceTier: 'priority' } }),
    ).toMatchObject({ kind: 'partial', reason: 'tier_unknown', exact: '0.00005' })
    expect(anthropic('claude-haiku-4-5', { input: 1000 }, { speed: 'fast' })).toMatchObject({
      kind: 'partial',
      reason: 'tier_unknown',
    })
  })

  test('never doubles batch with fast mode, which are not sold together', () => {
    const context = { serviceTier: 'batch', speed: 'fast' }
    expect(anthropic('claude-opus-5', { input: 1000 }, context)).toMatchObject({
      kind: 'partial',
      reason: 'tier_unknown',
      exact: '0.0025',
    })
  })

  test('keeps the reason for which the usage is one', () => {
    const cost = openai('gpt-4o', { input: 1000 }, { usageReason: 'usage_incomplete' })
    expect(cost).toMatchObject({ kind: 'partial', reason: 'usage_incomplete', exact: '0.0025' })
  })

  test('leaves out what is not a count', () => {
    expect(openai('gpt-4o', { input: 1000, output: -5, reasoning: 0.5 })).toMatchObject({
      kind: 'partial',
      reason: 'usage_inconsistent',
      exact: '0.0025',
    })
  })
})

describe('an unpriced call', () => {
  const unpriced = (more: Partial<PriceRequest>) =>
    price(bundledBook(), {
      provider: 'openai',
      models: ['gpt-4o'],
      usage: { input: 1 },
      at,
      ...more,
    })

  test.each([
    [
      'a cheaper tier without a rate',
      { models: ['gpt-6.2-sol'], context: { serviceTier: 'flex' } },
      'tier_unknown',
    ],
    ['a tier nobody knows', { context: { serviceTier: 'overnight' } }, 'tier_unknown'],
    [
      'a size nobody knows',
      { provider: 'perplexity', models: ['sonar'], context: { searchContextSize: 'huge' } },
      'tier_unknown',
    ],
    ['what no rate is for, alone', { usage: { pages: 5 } }, 'rate_missing'],
    ['capacity bought beforehand', { context: { serviceTier: 'scale' } }, 'commitment'],
    [
      "Anthropic's priority tier",
      { provider: 'anthropic', models: ['claude-opus-5'], context: { serviceTier: 'priority' } },
      'commitment',
    ],
    ['no model', { models: [] }, 'model_missing'],
    ['an unknown model', { models: ['gpt-9'] }, 'unknown_model'],
    ['an unknown provider', { provider: 'acme' }, 'unknown_model'],
    ['a time that is none', { at: NaN }, 'out_of_range'],
  ] as const)('says why: %s', (_, more, reason) => {
    expect(unpriced(more)).toMatchObject({ kind: 'unpriced', reason })
    expect(unpriced(more)).not.toHaveProperty('amount')
  })

  test('without usage says usage_missing, or the reason it was given', () => {
    const request = { provider: 'openai', models: ['gpt-4o'], at }
    expect(price(bundledBook(), request)).toEqual({ kind: 'unpriced', reason: 'usage_missing' })
    expect(price(bundledBook(), { ...request, usageReason: 'call_failed' })).toEqual({
      kind: 'unpriced',
      reason: 'call_failed',
    })
  })

  test('outside the span of its rates says out_of_range', () => {
    const book = buildBook([
      {
        source: {
          providers: { acme: { models: { m: { until: '2026-01-01', rates: { input: '1' } } } } },
        },
        name: 'test',
      },
    ])
    const cost = (when: string) =>
      price(book, { provider: 'acme', models: ['m'], usage: { input: 1 }, at: Date.parse(when) })
    expect(cost('2025-12-31T23:59:59.999Z')).toMatchObject({ kind: 'priced' })
    expect(cost('2026-01-01')).toMatchObject({ kind: 'unpriced', reason: 'out_of_range' })
  })
})

describe('a cost that the provider stated', () => {
  const stated = (statedCost: string) =>
    price(bundledBook(), { provider: 'x_ai', models: ['grok'], at, statedCost })

  test('wins over any book, and needs neither usage nor model', () => {
    expect(stated('0.0123456789')).toMatchObject({
      kind: 'priced',
      source: 'provider',
      amount: 0.0123456789,
      exact: '0.0123456789',
      parts: { other: 0.0123456789 },
    })
    expect(stated('0')).toMatchObject({ kind: 'priced', amount: 0, parts: {} })
  })

  test.each(['', 'free', '-1', '1e-3', 'NaN'])('is passed over where it is "%s"', (text) => {
    expect(stated(text)).toMatchObject({ kind: 'unpriced', reason: 'usage_missing' })
  })
})
