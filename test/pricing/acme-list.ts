/** A price list of a provider that is not, for tests of what lies over it and of what its variants name. */

import type { PriceContext } from '../../instrumentation/core/call.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import type { Usage } from '../../instrumentation/core/usage.ts'
import type { NamedSource } from '../../instrumentation/pricing/book.ts'
import { buildBook, price, type PriceBookSource } from '../../instrumentation/pricing/index.ts'

export const list: PriceBookSource = {
  version: '2026-01-01',
  provider_names: { Acme_AI: 'acme' },
  providers: {
    acme: {
      rates: { web_search: 10 },
      context: {
        tier: { batch: 'discount', gold: 'premium' },
        region: { '*': 'premium', us: 'standard' },
      },
      variants: {
        long: { when: { prompt_tokens: { gt: 1_000_000 } }, multiply: { all_input: 2 } },
        batch: { when: { tier: 'batch' }, multiply: { tokens: '1/2' } },
        abroad: { when: { region: '!us' }, multiply: { tokens: 1.1 } },
      },
      models: {
        m: { rates: { input: 4, cache_read: 1, output: 20 }, variants: ['long', 'batch'] },
        r: { rates: { input: 10 }, variants: ['abroad'] },
        any: { rates: { input: 10 }, variants: [{ when: { region: '*' }, rates: { input: 12 } }] },
        fee: { rates: { input: 1, request: 5 }, variants: ['batch'] },
        std: {
          rates: { input: 1 },
          variants: [{ when: { speed: 'standard' }, rates: { input: 3 } }],
        },
      },
    },
    twin: { like: 'acme' },
  },
}
export const M = 1_000_000

/** What a call of June 2026 costs with the given files over the list. */
export function costOf(
  over: readonly Partial<NamedSource>[],
  usage: Usage,
  context: PriceContext = {},
  [provider, model]: readonly [string, string] = ['acme', 'm'],
): Cost {
  const sources = over.map(({ source = {}, list: isList }) => ({
    name: 'mine',
    source,
    ...(isList === undefined ? {} : { list: isList }),
  }))
  const book = buildBook([{ name: 'list', source: list }, ...sources])
  return price(book, { provider, models: [model], usage, context, at: Date.parse('2026-06-01') })
}
