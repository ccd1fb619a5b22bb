/** What the conditions of a variant name, and the units that a rate is for. */

import { describe, expect, test } from 'vitest'
import type { Usage } from '../../instrumentation/core/usage.ts'
import { buildBook, price, type PriceBookSource } from '../../instrumentation/pricing/index.ts'
import { costOf, M } from './acme-list.ts'

describe('values that a variant names', () => {
  const inRegion = (region: string | undefined, model: string) =>
    costOf([], { input: M }, region === undefined ? {} : { region }, ['acme', model])

  test("'!us' is every stated value but that one", () => {
    expect(inRegion('eu', 'r')).toMatchObject({ kind: 'priced', exact: '11' })
    expect(inRegion('us', 'r')).toMatchObject({ kind: 'priced', exact: '10' })
    expect(inRegion(undefined, 'r')).toMatchObject({ kind: 'priced', exact: '10' })
    expect(inRegion('', 'r')).toMatchObject({ kind: 'priced', exact: '10' })
  })

  test("'*' is every stated value", () => {
    expect(inRegion('eu', 'any')).toMatchObject({ exact: '12' })
    expect(inRegion('us', 'any')).toMatchObject({ exact: '12' })
    expect(inRegion(undefined, 'any')).toMatchObject({ exact: '10' })
  })

  test("'standard' also holds where nothing is stated", () => {
    const at = (speed?: string) =>
      costOf([], { input: M }, speed === undefined ? {} : { speed }, ['acme', 'std'])
    expect([at(), at('standard'), at('default')]).toMatchObject([
      { exact: '3' },
      { exact: '3' },
      { exact: '3' },
    ])
    expect(at('fast')).toMatchObject({ exact: '1' })
  })

  test("'*' in a table of meanings is every other value", () => {
    expect(inRegion('eu', 'm')).toMatchObject({
      kind: 'partial',
      reason: 'tier_unknown',
      exact: '4',
      detail: "no rate for region 'eu': at the standard rate, a lower bound",
    })
    expect(inRegion('us', 'm')).toMatchObject({ kind: 'priced' })
  })
})

describe('a fee by the request', () => {
  const fee = (usage: Usage, context = {}) => costOf([], usage, context, ['acme', 'fee'])

  test('is charged once for each call, or as often as it says', () => {
    expect(fee({ input: M })).toMatchObject({ exact: '1.005', parts: { input: 1, other: 0.005 } })
    expect(fee({ input: M, requests: 3 })).toMatchObject({ exact: '1.015' })
    expect(fee({})).toMatchObject({ exact: '0.005' })
    expect(fee({ input: M, requests: 0 })).toMatchObject({ exact: '1' })
  })

  test('is not halved with the tokens', () => {
    expect(fee({ input: M }, { serviceTier: 'batch' })).toMatchObject({ exact: '0.505' })
  })
})

describe('a rate without finite decimal form', () => {
  const source: PriceBookSource = {
    providers: {
      acme: {
        models: {
          whisper: { rates: { audio_hour: '0.111' } },
          third: { rates: { input: 1 }, variants: [{ when: {}, multiply: { input: '1/3' } }] },
          odd: { rates: { input: 1 }, variants: [{ when: {}, multiply: { input: '1/1000003' } }] },
        },
      },
    },
  }
  const of = (model: string, usage: Usage) =>
    price(buildBook([{ name: 'mine', source }]), {
      provider: 'acme',
      models: [model],
      usage,
      at: 1.8e12,
    })

  test('is exact where the amount has one', () => {
    expect(of('whisper', { audioSeconds: 3_600 })).toMatchObject({ exact: '0.111', amount: 0.111 })
    expect(of('whisper', { audioSeconds: 90 })).toMatchObject({
      exact: '0.002775',
      lines: [{ rate: '0.000030833333', usd: 0.002775 }],
    })
    expect(of('third', { input: 3 * M })).toMatchObject({ exact: '1' })
  })

  test('is rounded to the pico-dollar where the amount has none', () => {
    expect(of('third', { input: 1 })).toMatchObject({ exact: '0.000000333333' })
    expect(of('third', { input: 2 })).toMatchObject({ exact: '0.000000666667' })
    expect(of('odd', { input: 1_000_003 * M })).toMatchObject({ kind: 'priced' })
  })
})
