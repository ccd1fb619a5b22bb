import { describe, expect, test } from 'vitest'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { buildBook, price, type PriceBook } from '../../instrumentation/pricing/index.ts'

const at = Date.parse('2026-11-01T12:00:00Z')

/** The model a name was taken for, without the day of its rate; or the whole detail of a miss. */
function taken(
  provider: string,
  models: readonly string[],
  book = bundledBook(),
  when = at,
): string {
  const cost = price(book, { provider, models, usage: { input: 1 }, at: when })
  return cost.kind === 'unpriced'
    ? `${cost.reason}: ${cost.detail}`
    : (cost.priceId.split('@')[0] ?? '')
}

describe('a model name', () => {
  test.each([
    ['openai', 'gpt-4o', 'openai/gpt-4o'],
    ['openai', 'GPT-4o', 'openai/gpt-4o'],
    ['openai', 'gpt-4o-2024-08-06', 'openai/gpt-4o'],
    ['openai', 'gpt-4o-2024-05-13', 'openai/gpt-4o-2024-05-13'],
    ['openai', 'openai/gpt-5', 'openai/gpt-5'],
    ['openai', 'gpt-5-codex', 'openai/gpt-5'],
    ['openai', 'gpt-5.6', 'openai/gpt-5.6-sol'],
    ['openai', 'ft:gpt-4o-2024-08-06:acme::abc', 'openai/ft:gpt-4o'],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:acme:x:abc', 'openai/ft:gpt-4o-mini'],
    ['openai', 'gpt-4o-mini-2024-07-18.ft-0123', 'openai/ft:gpt-4o-mini'],
    ['openai', 'gpt-realtime-2.1-mini', 'openai/gpt-realtime-2.1-mini'],
    ['anthropic', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-5@20250929', 'anthropic/claude-sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-20250514', 'anthropic/claude-sonnet-4'],
    ['anthropic', 'claude-3-7-sonnet-latest', 'anthropic/claude-3-7-sonnet'],
    ['anthropic', 'claude-sonnet-5', 'anthropic/claude-sonnet-5'],
    ['anthropic', 'claude-sonnet-5-5', 'anthropic/claude-sonnet-5-5'],
  ])('of %s, %s, means %s', (provider, model, meant) => {
    expect(taken(provider, [model])).toBe(meant)
  })

  test.each([
    ['anthropic', 'claude-opus-4-8-fast'],
    ['anthropic', 'claude-sonnet-5-5-mini'],
    ['anthropic', 'claude-sonnet-9'],
    ['openai', 'gpt-4o-turbo'],
    ['openai', 'gpt-4o-2024-13-40'],
    ['openai', 'ft:gpt-4.2-2025-04-14:acme::abc'],
    ['openai', 'anthropic/gpt-4o'],
    ['openai', 'gpt-oss-120b'],
    ['openai', 'gpt-5-image'],
    ['openai', '__proto__'],
    ['openai', ''],
  ])('of %s, %s, is never taken for a relative', (provider, model) => {
    expect(taken(provider, [model])).toMatch(/^unknown_model: no model /)
  })

  test('that is unknown brings the nearest ones', () => {
    expect(taken('anthropic', ['claude-sonet-4-5'])).toBe(
      "unknown_model: no model 'claude-sonet-4-5' of 'anthropic'; nearest: claude-sonnet-4-5, claude-sonnet-5-5, claude-sonnet-4-6",
    )
  })

  test('of the answer comes before that of the request', () => {
    expect(taken('openai', ['gpt-4o-2024-05-13', 'gpt-4o'])).toBe('openai/gpt-4o-2024-05-13')
    expect(taken('openai', ['my-own', 'gpt-4o'])).toBe('openai/gpt-4o')
  })
})

describe("a user's alias", () => {
  const book = (
    aliases: Record<string, string | { model: string; from?: string; until?: string }[]>,
  ): PriceBook =>
    buildBook([
      ...[
        {
          source: {
            version: '2026-01-01',
            providers: {
              openai: {
                models: { 'gpt-4o': { rates: { input: 1 } }, o3: { rates: { input: 2 } } },
              },
            },
          },
          name: 'base',
        },
      ],
      {
        source: { providers: { 'azure.ai.openai': { aliases }, openai: { aliases } } },
        name: 'mine',
      },
    ])

  test('comes first, and may name a model of another provider', () => {
    const mine = book({ 'my-deployment': 'openai/gpt-4o' })
    expect(taken('azure.ai.openai', ['my-deployment'], mine)).toBe('openai/gpt-4o')
  })

  test('wins over a model of the same name', () => {
    expect(taken('openai', ['o3'], book({ o3: 'openai/gpt-4o' }))).toBe('openai/gpt-4o')
  })

  test('holds from its instant on', () => {
    const moved = book({
      d: [
        { model: 'openai/gpt-4o', until: '2026-03-01T08:00:00Z' },
        { model: 'openai/o3', from: '2026-03-01T08:00:00Z' },
      ],
    })
    const change = Date.parse('2026-03-01T08:00:00Z')
    expect(taken('openai', ['d'], moved, change - 1)).toBe('openai/gpt-4o')
    expect(taken('openai', ['d'], moved, change)).toBe('openai/o3')
    expect(taken('openai', ['d'], moved, change - 1)).toBe('openai/gpt-4o')
  })
})

describe('the memory of look-ups', () => {
  test('stays bounded under names and contexts from outside, and right', () => {
    const book = buildBook([
      {
        source: { providers: { acme: { models: { m: { rates: { input: '1' } } } } } },
        name: 'test',
      },
    ])
    const cost = (provider: string, model: string, region: string) =>
      price(book, { provider, models: [model], usage: { input: 1 }, context: { region }, at })
    for (let i = 0; i < 5_000; i += 1) {
      cost('acme', `unknown-${i}-${'x'.repeat(80)}`, 'eu')
      cost('acme', 'm', `region-${i}`)
      cost(`provider-${i}`, 'm', 'eu')
    }
    let remembered = 0
    for (const models of book.memory.values()) {
      for (const contexts of models.values()) remembered += 1 + contexts.length
    }
    expect(remembered).toBeLessThan(10_000)
    expect(cost('acme', 'm', 'eu')).toMatchObject({ kind: 'priced', exact: '0.000001' })
  })
})
