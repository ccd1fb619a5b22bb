import { describe, expect, test } from 'vitest'
import { buildBook, price, type PriceBookSource } from '../../instrumentation/pricing/index.ts'

/** Builds a book of what is not known to be one. */
const build = (source: unknown) =>
  buildBook([{ source: source as PriceBookSource, name: 'mine.yaml' }])
const model = (rule: unknown) => ({ providers: { acme: { models: { m: rule } } } })
const at = 'mine.yaml: providers.acme.models.m'

describe('a mistake in a price book is one line: file, place, what is wrong, what is allowed', () => {
  test.each([
    ['a list', [], 'mine.yaml: a list is not allowed; allowed: a map'],
    [
      'an unknown key',
      { provider: {} },
      'mine.yaml: provider: no such key; allowed: format, version, currency, provider_names, providers, discounts',
    ],
    [
      'another format',
      { format: 'costspan-prices/2' },
      "mine.yaml: format: 'costspan-prices/2' is not allowed; allowed: costspan-prices/1",
    ],
    ['no rates', model({}), `${at}: 'rates' is missing; allowed: input, cache_read,`],
    ['no rule', model([]), `${at}: no rates; allowed: a rule with rates, or a list of them`],
    ['nothing', model(null), `${at}: nothing is not allowed; allowed: a map`],
    [
      'an unknown rate',
      model({ rates: { inputs: 1 } }),
      `${at}.rates.inputs: no such key; allowed: input,`,
    ],
    [
      'a negative rate',
      model({ rates: { input: -1 } }),
      `${at}.rates.input: -1 is not allowed; allowed: USD as a plain decimal`,
    ],
    [
      'a rate in words',
      model({ rates: { input: '$2' } }),
      `${at}.rates.input: '$2' is not allowed; allowed: USD as a plain decimal`,
    ],
    [
      'a rate too small to be written plainly',
      model({ rates: { input: 1e-9 } }),
      `${at}.rates.input: 1e-9 is not allowed; allowed: USD as a plain decimal`,
    ],
    [
      'a day that is none',
      model({ from: '2026-02-30', rates: {} }),
      `${at}.from: '2026-02-30' is not allowed; allowed: a day (2026-08-21) or an instant`,
    ],
    [
      'an instant without zone',
      model({ from: '2026-02-01T10:00:00', rates: {} }),
      `${at}.from: '2026-02-01T10:00:00' is not allowed`,
    ],
    [
      'an end before its start',
      model({ from: '2026-02-01', until: '2026-01-01', rates: {} }),
      `${at}: 'until' must be after 'from'`,
    ],
    [
      'an overlap',
      model([
        { until: '2026-02-01', rates: {} },
        { from: '2026-01-01', rates: {} },
      ]),
      `${at}.0: overlaps the next rule; allowed: 'until' equal to the next rule's 'from'`,
    ],
    [
      'a gap',
      model([
        { until: '2026-01-01', rates: {} },
        { from: '2026-02-01', rates: {} },
      ]),
      `${at}.0: leaves a gap before the next rule`,
    ],
    [
      'a variant without condition',
      model({ rates: {}, variants: [{ rates: {} }] }),
      `${at}.variants.0: 'when' is missing; allowed: tier, speed, inference_geo, region, routing, search_context_size, image_size, image_quality, resolution, prompt_tokens, schedule`,
    ],
    [
      'a variant nobody defined',
      model({ rates: {}, variants: ['batch'] }),
      `${at}.variants.0: no variant 'batch' in the provider; allowed: none is defined`,
    ],
    [
      'a size that is none',
      model({ rates: {}, variants: [{ when: { prompt_tokens: { gt: '272K' } } }] }),
      `${at}.variants.0.when.prompt_tokens.gt: '272K' is not allowed; allowed: a whole number of tokens`,
    ],
    [
      'two sizes',
      model({ rates: {}, variants: [{ when: { prompt_tokens: { gt: 1, gte: 2 } } }] }),
      `${at}.variants.0.when.prompt_tokens: allowed: one of gt, gte`,
    ],
    [
      'a division by zero',
      model({ rates: {}, variants: [{ when: {}, multiply: { tokens: '1/0' } }] }),
      `${at}.variants.0.multiply.tokens: '1/0' is not allowed; allowed: a decimal or a fraction`,
    ],
    [
      'a source nobody defined',
      model({ rates: {}, source: 'page' }),
      `${at}.source: no source 'page' in the provider; allowed: none is defined`,
    ],
    [
      'a source without day',
      model({ rates: {}, source: { url: 'x', confidence: 'vendor' } }),
      `${at}.source.checked: nothing is not allowed; allowed: a day`,
    ],
    [
      'a discount of 101 %',
      { discounts: [{ percent: 101 }] },
      'mine.yaml: discounts.0.percent: 101 is not allowed; allowed: percent from 0 to 100, such as 12.5',
    ],
    [
      'an alias of nothing',
      { providers: { acme: { aliases: { d: 'openai/gpt-4o' } } } },
      "mine.yaml: providers.acme.aliases.d: no model 'openai/gpt-4o' in the price book; allowed: a model of 'acme', or provider/model",
    ],
    [
      'one model in two spellings',
      { providers: { acme: { models: { m: { rates: {} }, M: { rates: {} } } } } },
      'mine.yaml: providers.acme.models.M: named twice (upper and lower case are the same)',
    ],
    [
      'a meaning of a tier that is none',
      { providers: { acme: { context: { tier: { batch: 'half' } } } } },
      "mine.yaml: providers.acme.context.tier.batch: 'half' is not allowed; allowed: standard, premium, discount, commitment",
    ],
  ])('%s', (_, source, message) => {
    let said = 'nothing was thrown'
    try {
      build(source)
    } catch (error) {
      said = String(error)
    }
    expect(said.slice('PriceBookError: '.length)).toContain(message)
    expect(said).not.toContain('\n')
  })
})

describe('a layer over another', () => {
  const base: PriceBookSource = {
    version: '2026-11-23',
    providers: {
      openai: {
        variants: { batch: { when: { tier: 'batch' }, multiply: { tokens: '1/2' } } },
        models: {
          'gpt-4o': {
            rates: { input: '2.5', cache_read: '1.25', output: '10' },
            variants: ['batch'],
          },
          o3: { rates: { input: '2', output: '8' } },
        },
      },
    },
  }
  const cost = (
    over: PriceBookSource,
    usage = { input: 1_000_000 },
    when = '2026-06-01',
    tier = 'default',
    name = 'gpt-4o',
  ) =>
    price(
      buildBook([
        { source: base, name: 'bundled' },
        { source: over, name: 'mine.yaml' },
      ]),
      {
        provider: 'openai',
        models: [name],
        usage,
        context: { serviceTier: tier },
        at: Date.parse(when),
      },
    )
  const negotiated: PriceBookSource = {
    providers: { openai: { models: { 'gpt-4o': { from: '2026-01-01', rates: { input: '2' } } } } },
  }

  test('wins rate by rate from its instant on; what it does not name stays', () => {
    expect(cost(negotiated)).toMatchObject({
      exact: '2',
      priceId: 'openai/gpt-4o+user',
      book: '2026-11-23+user',
    })
    expect(cost(negotiated, { input: 0, cacheRead: 1_000_000 } as never)).toMatchObject({
      exact: '1.25',
    })
    expect(cost(negotiated, undefined, '2025-12-31')).toMatchObject({
      exact: '2.5',
      priceId: 'openai/gpt-4o',
    })
  })

  test('is what the variants of the base multiply', () => {
    expect(cost(negotiated, undefined, undefined, 'batch')).toMatchObject({ exact: '1' })
  })

  test('adds private models, and a price for capacity bought beforehand', () => {
    const own: PriceBookSource = {
      version: '7',
      providers: {
        openai: {
          models: {
            'my-model': { rates: { input: '0.5' } },
            'gpt-4o': {
              rates: {},
              variants: [{ when: { tier: 'scale' }, rates: { input: '1.1' } }],
            },
          },
        },
      },
    }
    expect(cost(own, undefined, undefined, 'default', 'my-model')).toMatchObject({
      exact: '0.5',
      priceId: 'openai/my-model',
      book: '2026-11-23+7',
    })
    expect(cost(own, undefined, undefined, 'scale')).toMatchObject({ kind: 'priced', exact: '1.1' })
  })

  test('takes the most specific discount alone, in its time, off every rate', () => {
    const discounts: PriceBookSource = {
      discounts: [
        { percent: '50', from: '2026-05-01' },
        { provider: 'openai', percent: '10', until: '2026-07-01' },
        { provider: 'openai', model: 'o3', percent: '12.5' },
        { provider: 'anthropic', percent: '90' },
      ],
    }
    expect(cost(discounts)).toMatchObject({ exact: '2.25' })
    expect(cost(discounts, undefined, '2026-07-01')).toMatchObject({ exact: '1.25' })
    expect(cost(discounts, undefined, undefined, undefined, 'o3')).toMatchObject({ exact: '1.75' })
    expect(cost(discounts, { input: 0, cacheRead: 1_000_000 } as never)).toMatchObject({
      exact: '1.125',
    })
  })
})
