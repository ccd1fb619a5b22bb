import { describe, expect, test } from 'vitest'
import type { CostRow } from '../../local/cost-row.ts'
import type { OutcomeRow } from '../../local/outcome-row.ts'
import { openStore } from '../../local/store.ts'
import { id } from './otlp.ts'

const START = 1_790_000_000_000

function outcome(more: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    at: START,
    name: 'ticket.resolved',
    success: true,
    service: 'shop',
    tags: {},
    recordId: id(26),
    ...more,
  }
}

function cost(more: Partial<CostRow> = {}): CostRow {
  return {
    at: START,
    component: 'vector_db',
    usd: 0.000_016,
    source: 'rule',
    origin: 'measured',
    service: 'shop',
    tags: {},
    traceId: id(32),
    spanId: id(16),
    ...more,
  }
}

describe('an outcome', () => {
  test('comes back as it went in, whether it is a success, a failure or not said', () => {
    const store = openStore()
    const { success: _, ...unsaid } = outcome({ at: START + 2 })
    const rows = [
      outcome({
        value: 18,
        unitType: 'ticket',
        unitId: 't1',
        environment: 'production',
        feature: 'bot',
        team: 'care',
        customer: 'acme',
        promptName: 'p',
        promptVersion: '3',
        user: 'u',
        session: 's',
        tags: { region: 'eu' },
        idempotencyKey: 'k1',
        traceId: id(32),
        spanId: id(16),
      }),
      outcome({ at: START + 1, success: false }),
      unsaid,
    ]
    expect(store.addOutcomes(rows)).toBe(3)
    expect(store.outcomes()).toEqual(rows)
  })

  test('whose record is sent twice is kept once, and is no duplicate', () => {
    const store = openStore()
    const row = outcome({ idempotencyKey: 'k' })
    expect(store.addOutcomes([row, row])).toBe(1)
    expect(store.addOutcomes([row])).toBe(0)
    expect(store.duplicateOutcomes()).toEqual({})
  })

  test('without an id is told by its content: sent twice it is kept once, another time is another', () => {
    const store = openStore()
    const { recordId: _, ...row } = outcome()
    expect(store.addOutcomes([row, row, { ...row, at: START + 1 }])).toBe(2)
  })

  test('of a key that is known is ignored and counted once, however often its batch is sent', () => {
    const store = openStore()
    const first = outcome({ idempotencyKey: 'k', value: 18 })
    const second = outcome({ idempotencyKey: 'k', value: 20, service: 'other' })
    expect(store.keep({ outcomes: [first, second] })).toMatchObject({ outcomes: 1, duplicates: 1 })
    store.addOutcomes([second, second])
    expect(store.outcomes().map(({ value }) => value)).toEqual([18])
    expect(store.duplicateOutcomes()).toEqual({ 'ticket.resolved': 1 })
    expect(store.duplicateOutcomes({ to: START })).toEqual({})
  })

  test('of the same key and another name is another outcome', () => {
    const store = openStore()
    const rows = ['ticket.resolved', 'ticket.reopened'].map((name) =>
      outcome({ name, idempotencyKey: 't1' }),
    )
    expect(store.addOutcomes(rows)).toBe(2)
  })

  test('is found by period, feature and unit; the latest where a limit is given', () => {
    const store = openStore()
    store.addOutcomes(
      [0, 1, 2, 3].map((n) =>
        outcome({ at: START + n, feature: `f${n % 2}`, unitType: 'ticket', unitId: `t${n}` }),
      ),
    )
    const at = (filter: Parameters<typeof store.outcomes>[0]): number[] =>
      store.outcomes(filter).map((row) => row.at - START)
    expect(at({ from: START + 1, to: START + 3 })).toEqual([1, 2])
    expect(at({ feature: 'f1' })).toEqual([1, 3])
    expect(at({ unit: { type: 'ticket', id: 't2' } })).toEqual([2])
    expect(at({ limit: 2 })).toEqual([2, 3])
  })
})

describe('a cost that is no call', () => {
  test('comes back as it went in', () => {
    const store = openStore()
    const row = cost({
      unitType: 'conversation',
      unitId: 'c1',
      environment: 'production',
      feature: 'bot',
      team: 'care',
      customer: 'acme',
      promptName: 'p',
      promptVersion: '3',
      tags: { region: 'eu' },
      quantity: 2,
      origin: 'allocated',
    })
    store.addCosts([row])
    expect(store.costs()).toEqual([row])
    expect(store.costs({ unit: { type: 'conversation', id: 'c1' } })).toEqual([row])
    expect(store.costs({ feature: 'other' })).toEqual([])
  })

  test('of one span and component is kept once, and each component of a span', () => {
    const store = openStore()
    const row = cost()
    expect(store.addCosts([row, row, { ...row, component: 'gateway' }])).toBe(2)
    expect(store.addCosts([row])).toBe(0)
  })

  test('recorded twice within one span counts twice, as each record has an id', () => {
    const store = openStore()
    const row = cost()
    expect(
      store.addCosts([
        { ...row, recordId: 'a' },
        { ...row, recordId: 'b' },
      ]),
    ).toBe(2)
  })

  test('10,000 pico-dollars and more add up exactly, by group, component and origin', () => {
    const store = openStore()
    store.addCosts(Array.from({ length: 10_000 }, (_, n) => cost({ usd: 1e-12, at: START + n })))
    store.addCosts([
      cost({ usd: 0.1, feature: 'bot' }),
      cost({ usd: 0.2, feature: 'bot' }),
      cost({ usd: 0.05, feature: 'bot', component: 'gateway', origin: 'allocated' }),
    ])
    expect(store.costGroups({}, ['feature'])).toEqual([
      {
        key: { feature: 'bot' },
        component: 'vector_db',
        origin: 'measured',
        records: 2,
        usd: 0.3,
        usdExact: '0.3',
      },
      {
        key: { feature: 'bot' },
        component: 'gateway',
        origin: 'allocated',
        records: 1,
        usd: 0.05,
        usdExact: '0.05',
      },
      {
        key: { feature: null },
        component: 'vector_db',
        origin: 'measured',
        records: 10_000,
        usd: 1e-8,
        usdExact: '0.00000001',
      },
    ])
    expect(store.costGroups({ from: START + 9_999 }, [])).toMatchObject([
      { usdExact: '0.000000000001' },
    ])
    expect(store.totals().calls).toBe(0)
  })
})

test('a batch in which one record can not be written is not kept at all', () => {
  const store = openStore()
  const broken = cost({ usd: 'much' as unknown as number })
  expect(() => store.keep({ outcomes: [outcome()], costs: [cost(), broken] })).toThrow()
  expect([...store.outcomes(), ...store.costs()]).toEqual([])
})
