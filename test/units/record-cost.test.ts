import { describe, expect, test } from 'vitest'
import { recordCost, withAttribution, type CostInput } from '../../instrumentation/index.ts'
import { anything, sent, series, told } from './left-behind.ts'

describe('a cost that is no call', () => {
  test('is a log event and a component of costspan.cost', async () => {
    withAttribution({ feature: 'bot', team: 'care', conversation: 'c1' }, () => {
      recordCost({
        component: 'gateway',
        amount: 0.0021,
        source: 'invoice of May',
        origin: 'allocated',
        quantity: 3,
      })
    })
    expect(sent()).toMatchObject([
      [
        'costspan.cost.recorded',
        {
          'costspan.cost.component': 'gateway',
          'costspan.cost.amount': 0.0021,
          'gen_ai.usage.cost.currency': 'USD',
          'costspan.cost.source': 'invoice of May',
          'costspan.cost.origin': 'allocated',
          'costspan.cost.quantity': 3,
          'costspan.unit.id': 'c1',
        },
      ],
    ])
    expect(await series('costspan.cost', 'costspan.cost.component', 'gateway')).toEqual([
      [
        0.0021,
        {
          'costspan.cost.component': 'gateway',
          'costspan.cost.by': 'sdk',
          'costspan.waste': 'none',
          'costspan.feature': 'bot',
          'costspan.team': 'care',
          'gen_ai.prompt.name': 'unattributed',
          'gen_ai.prompt.version': 'unattributed',
          'gen_ai.provider.name': 'none',
          'gen_ai.request.model': 'none',
        },
      ],
    ])
  })

  test('of nothing is a cost of 0, and says so', () => {
    recordCost({ component: 'cache', amount: 0, origin: 'measured' })
    expect(sent()).toMatchObject([['costspan.cost.recorded', { 'costspan.cost.amount': 0 }]])
  })
})

describe('what is not as it must be is left out with one line that names what is allowed', () => {
  const costs: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'amount',
      'free',
      /recordCost: amount="free" is not allowed; allowed: USD from 0 to 1000000\. The cost is left out\./,
    ],
    ['amount', Infinity, /^$/],
    [
      'component',
      'input',
      /component="input" is not allowed; allowed: .* not a part of a call \(input, .*\)\. The cost is left out\./,
    ],
    ['component', undefined, /^$/],
  ]
  test.each(costs)('cost with %s=%s is no cost', (field, value, line) => {
    const cost = { component: 'gateway', amount: 1, origin: 'measured', [field]: value }
    recordCost(cost as CostInput)
    expect(sent()).toEqual([])
    expect(told.join('')).toMatch(line)
  })

  test.each([
    ['measured', 'measured', /^$/],
    [
      undefined,
      'allocated',
      /origin=undefined is not allowed; allowed: 'measured', 'allocated'\. Taken as 'allocated'\./,
    ],
  ])('cost of origin %s is %s', (origin, taken, line) => {
    recordCost({ component: 'gateway', amount: 1, origin: anything(origin) })
    expect(sent()).toMatchObject([['costspan.cost.recorded', { 'costspan.cost.origin': taken }]])
    expect(told.join('')).toMatch(line)
  })
})

describe('10,000 invented names', () => {
  test('of components have 100 series at most, and their money is all there', async () => {
    for (let n = 0; n < 10_000; n += 1) {
      recordCost({
        component: `part-${n}`,
        amount: 0.01,
        origin: 'measured',
        feature: 'components',
      })
    }
    const found = await series('costspan.cost', 'costspan.feature', 'components')
    expect(found.length).toBeLessThanOrEqual(101)
    expect(found.reduce((sum, [value]) => sum + value, 0)).toBeCloseTo(100, 9)
  })
})
