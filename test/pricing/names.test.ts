import { describe, expect, test } from 'vitest'
import { readName } from '../../instrumentation/pricing/names.ts'
import { nearest } from '../../instrumentation/pricing/nearest.ts'
import { buildBook, price, type PriceBookSource } from '../../instrumentation/pricing/index.ts'

const none = (): boolean => false
const bedrock = (name: string) => readName('aws.bedrock', name, (word) => word === 'bedrock')

describe('a name at Bedrock', () => {
  const id = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
  const forms = [
    id,
    'anthropic.claude-sonnet-4-5-20250929-v1',
    'anthropic.claude-sonnet-4-5-20250929',
    'anthropic.claude-sonnet-4-5',
  ]

  test.each(['us', 'us-gov', 'eu', 'apac', 'jp', 'au', 'ca', 'sa', 'me', 'global'])(
    'tells its routing by the prefix %s.',
    (routing) => {
      const read = bedrock(`${routing}.${id}`)
      expect(read).toMatchObject({
        forms: [`${routing}.${id}`, ...forms],
        implied: { routing },
      })
    },
  )

  test('without prefix is in its region', () => {
    expect(bedrock(id)).toEqual({ forms, implied: {}, assumed: { routing: 'in_region' } })
  })

  test.each([
    [`arn:aws:bedrock:us-east-1::foundation-model/${id}`, 'in_region', 'us-east-1'],
    [`arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${id}`, 'in_region', 'us-gov-west-1'],
    [`arn:aws-cn:bedrock:cn-north-1:1234:inference-profile/${id}`, 'in_region', 'cn-north-1'],
    [`arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${id}`, 'eu', 'eu-west-1'],
  ])('is taken out of %s, with its region', (arn, routing, region) => {
    const read = bedrock(arn)
    expect({ ...read.assumed, ...read.implied }).toEqual({ routing, region })
    expect(read.forms.slice(-4)).toEqual(forms)
    expect(read.opaque).toBeUndefined()
  })

  test('of an ARN without region says nothing of one', () => {
    expect(bedrock(`arn:aws:bedrock:::foundation-model/${id}`).implied).toEqual({})
  })

  test.each([
    ['application-inference-profile/abc', 'unresolved_profile'],
    ['custom-model/amazon.nova-lite/abc', 'unresolved_profile'],
    ['imported-model/abc', 'unresolved_profile'],
    ['prompt-router/anthropic.claude:1', 'unresolved_profile'],
    ['provisioned-model/abc', 'commitment'],
  ])('that is only the owner’s, %s, is told by nothing', (rest, opaque) => {
    const arn = `arn:aws:bedrock:us-east-1:123456789012:${rest}`
    expect(bedrock(arn)).toMatchObject({ forms: [arn], implied: { region: 'us-east-1' }, opaque })
  })

  test('loses context size, version and the name of the provider', () => {
    expect(bedrock('anthropic.claude-3-sonnet-20240229-v1:0:200k').forms).toEqual([
      'anthropic.claude-3-sonnet-20240229-v1:0:200k',
      'anthropic.claude-3-sonnet-20240229-v1',
      'anthropic.claude-3-sonnet-20240229',
      'anthropic.claude-3-sonnet',
    ])
    expect(bedrock('bedrock/us.amazon.nova-pro-v1:0')).toMatchObject({
      forms: expect.arrayContaining(['us.amazon.nova-pro-v1:0', 'amazon.nova-pro']) as unknown,
      implied: { routing: 'us' },
    })
    expect(bedrock('openai.gpt-oss-120b-1:0').forms).toContain('openai.gpt-oss-120b-1')
    expect(bedrock('usual.model').implied).toEqual({})
  })
})

describe('a name elsewhere', () => {
  const read = (name: string) => readName('acme', name, (word) => word === 'acme' || word === 'a')

  test.each([
    ['m', ['m']],
    ['models/m', ['models/m', 'm']],
    ['publishers/acme/models/m', ['publishers/acme/models/m', 'm']],
    ['acme/m', ['acme/m', 'm']],
    ['a/m', ['a/m', 'm']],
    ['other/m', ['other/m']],
    ['m-2025-12-31', ['m-2025-12-31', 'm']],
    ['m-20251231', ['m-20251231', 'm']],
    ['m@20251231', ['m@20251231', 'm']],
    ['m@default', ['m@default', 'm']],
    ['m-2025-13-01', ['m-2025-13-01']],
    ['m-2025-12-32', ['m-2025-12-32']],
    ['m-1106', ['m-1106']],
    ['ft:m-2025-12-31:org:x:id', ['ft:m-2025-12-31:org:x:id', 'ft:m-2025-12-31', 'ft:m']],
    ['m-2025-12-31.ft-0a', ['m-2025-12-31.ft-0a', 'ft:m-2025-12-31', 'ft:m']],
  ])('%s is tried as %j', (name, forms) => {
    const found = read(name)
    expect([found.implied, found.assumed]).toEqual([{}, {}])
    expect([...new Set([name, ...found.forms])]).toEqual(found.forms)
    for (const form of forms) expect(found.forms).toContain(form)
    expect(found.forms.at(-1)).toBe(forms.at(-1))
  })

  test('of Vertex AI with its whole path says the region', () => {
    const name = 'projects/p/locations/us-east5/publishers/anthropic/models/claude@20250929'
    expect(readName('gcp.vertex_ai', name, none)).toEqual({
      forms: [name, 'claude@20250929', 'claude'],
      implied: { region: 'us-east5' },
      assumed: {},
    })
  })
})

describe('an alias', () => {
  const source: PriceBookSource = {
    version: '2026-01-01',
    providers: {
      'aws.bedrock': {
        models: {
          'a.claude-20250101-v1:0': {
            rates: { input: 10 },
            variants: [{ when: { routing: '!global' }, multiply: { input: 1.1 } }],
          },
        },
        aliases: { 'a.claude': 'a.claude-20250101-v1:0', 'a.next': 'a.claude' },
      },
      acme: { models: { m: { rates: { input: 1 } } } },
    },
  }
  const profile = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc'
  const mine = (target: string): PriceBookSource => ({
    providers: { 'aws.bedrock': { aliases: { [profile]: target, prod: target } } },
  })
  const costOf = (model: string, target = 'a.claude') => {
    const book = buildBook([
      { name: 'list', source },
      { name: 'mine', source: mine(target) },
    ])
    const usage = { input: 1_000_000 }
    return price(book, { provider: 'aws.bedrock', models: [model], usage, at: 1.8e12 })
  }

  test.each([
    ['a.claude', 11],
    ['us.a.claude', 11],
    ['global.a.claude', 10],
    ['global.a.next', 10],
    ['global.a.claude-20250101-v1:0', 10],
  ])('%s keeps the routing that the name says: $%d', (model, amount) => {
    expect(costOf(model)).toMatchObject({ kind: 'priced', amount })
  })

  test.each([
    ['a.claude', 11],
    ['global.a.claude', 10],
    ['global.a.claude-20250101-v1:0', 10],
    ['arn:aws:bedrock:us-east-1::foundation-model/a.claude-20250101-v1:0', 11],
    ['acme/m', 1],
  ])('of one’s own may be any name that a call could have: %s, $%d', (target, amount) => {
    expect([costOf(profile, target), costOf('prod', target)]).toMatchObject([
      { kind: 'priced', amount },
      { kind: 'priced', amount },
    ])
  })

  test('that leads to itself leads nowhere', () => {
    const circle = { acme: { aliases: { a: 'b', b: 'a' } } }
    expect(() => buildBook([{ name: 'mine', source: { providers: circle } }])).toThrow(
      "mine: providers.acme.aliases.a: no model 'b' in the price book; allowed: a model of 'acme'",
    )
  })
})

describe('providers', () => {
  const source: PriceBookSource = {
    version: '2026-01-01',
    provider_names: { google: 'gcp.gemini', 'gcp.gen_ai': 'gcp.gemini', vertex: 'gcp.vertex_ai' },
    providers: {
      'gcp.gemini': { models: { flash: { rates: { input: 1 } } }, aliases: { latest: 'flash' } },
      'gcp.vertex_ai': {
        like: 'gcp.gemini',
        models: { claude: { rates: { input: 3 } } },
        aliases: { quick: 'flash' },
      },
    },
  }
  const book = buildBook([{ name: 'mine', source }])
  const costOf = (provider: string, model: string) =>
    price(book, { provider, models: [model], usage: { input: 1_000_000 }, at: 1.8e12 })

  test.each([
    ['google', 'flash', 1],
    ['Google', 'google/latest', 1],
    ['gcp.gen_ai', 'models/flash', 1],
    ['gcp.gemini', 'FLASH', 1],
    ['gcp.vertex_ai', 'flash', 1],
    ['gcp.vertex_ai', 'latest', 1],
    ['vertex', 'quick', 1],
    ['vertex', 'vertex/claude', 3],
  ])('%s: %s is priced', (provider, model, amount) => {
    expect(costOf(provider, model)).toMatchObject({ kind: 'priced', amount })
  })

  test('do not lend models the other way', () => {
    expect(costOf('google', 'claude')).toMatchObject({ kind: 'unpriced', reason: 'unknown_model' })
    expect(costOf('acme', 'flash')).toMatchObject({
      detail: "no provider 'acme' in the price book",
    })
  })

  test('name the models of those that stand in for them when a name is unknown', () => {
    expect(costOf('vertex', 'flush')).toMatchObject({
      detail: "no model 'flush' of 'gcp.vertex_ai'; nearest: flash",
    })
  })

  test('that stand in must be there', () => {
    const lost = { providers: { a: { like: 'b' } } }
    expect(() => buildBook([{ name: 'mine', source: lost }])).toThrow(
      "mine: providers.a.like: no provider 'b' in the price book; allowed: a provider that is in it",
    )
  })

  test('that stand in for each other end somewhere', () => {
    const circle: PriceBookSource = {
      providers: {
        a: { like: 'b', models: { m: { rates: { input: 1 } } } },
        b: { like: 'a', models: { n: { rates: { input: 2 } } } },
      },
    }
    const round = buildBook([{ name: 'mine', source: circle }])
    const found = (provider: string, model: string) =>
      price(round, { provider, models: [model], usage: { input: 1_000_000 }, at: 1.8e12 })
    expect(found('a', 'n')).toMatchObject({ amount: 2 })
    expect(found('b', 'm')).toMatchObject({ amount: 1 })
    expect(found('b', 'x')).toMatchObject({ reason: 'unknown_model' })
  })
})

describe('the nearest names', () => {
  test('are at most three, the nearest first', () => {
    const known = ['gpt-4o', 'gpt-4.1', 'gpt-4o-mini', 'gpt-5', 'gpt-4', 'claude']
    expect(nearest('gpt-4p', known)).toEqual(['gpt-4o', 'gpt-4', 'gpt-4.1'])
  })

  test('are none for what is like nothing, or is too long to compare', () => {
    expect(nearest('zzzzzz', ['gpt-4o', 'claude-opus-5'])).toEqual([])
    expect(nearest('x'.repeat(65), ['x'.repeat(65)])).toEqual([])
    expect(nearest('x'.repeat(64), ['x'.repeat(63)])).toEqual(['x'.repeat(63)])
  })

  test('differ in a third of the name at most, in two letters where it is short', () => {
    expect(nearest('abcdef', ['abcdxy', 'abcxyz'])).toEqual(['abcdxy'])
    expect(nearest('ab', ['xy', 'abcd', 'abcde'])).toEqual(['xy', 'abcd'])
    expect(nearest('abcdefghi', ['abcdefxyz', 'abcdewxyz'])).toEqual(['abcdefxyz'])
  })
})
