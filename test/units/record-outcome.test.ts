import { describe, expect, test } from 'vitest'
import { recordCost, recordOutcome, withAttribution } from '../../instrumentation/index.ts'
import { anything, collected, events, sent, series, told } from './left-behind.ts'

describe('an outcome', () => {
  test('is a log event with its unit and attribution, and counts by name, success, feature and team', async () => {
    const at = new Date('2026-05-01T12:00:00Z')
    recordOutcome('ticket.resolved', {
      unit: { type: 'ticket', id: 't1' },
      success: true,
      value: 18,
      idempotencyKey: 'k1',
      at,
      feature: 'bot',
      team: 'care',
      user: 'u1',
      tags: { region: 'eu' },
    })
    const [record] = events()
    expect(record).toMatchObject({
      eventName: 'costspan.outcome',
      hrTime: [at.getTime() / 1000, 0],
      severityText: 'INFO',
      body: 'ticket.resolved',
      instrumentationScope: { name: 'costspan' },
      attributes: {
        'costspan.outcome.name': 'ticket.resolved',
        'costspan.outcome.success': true,
        'costspan.outcome.value': 18,
        'costspan.outcome.idempotency_key': 'k1',
        'costspan.unit.type': 'ticket',
        'costspan.unit.id': 't1',
        'costspan.feature': 'bot',
        'costspan.team': 'care',
        'user.id': 'u1',
        'costspan.tag.region': 'eu',
        'log.record.uid': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    })
    const labels = {
      'costspan.outcome.name': 'ticket.resolved',
      'costspan.outcome.success': 'true',
      'costspan.feature': 'bot',
      'costspan.team': 'care',
    }
    const name = ['costspan.outcome.name', 'ticket.resolved'] as const
    expect(await series('costspan.outcomes', ...name)).toEqual([[1, labels]])
    expect(await series('costspan.outcome.value', ...name)).toEqual([[18, labels]])
    expect(told).toEqual([])
  })

  test('has the attribution in force, and what it says itself goes over that', () => {
    withAttribution({ feature: 'bot', customer: 'acme', conversation: 'c1' }, () => {
      recordOutcome('answered')
      recordOutcome('answered', { feature: 'other', unit: { type: 'ticket', id: 't2' } })
    })
    expect(sent().map(([, attributes]) => attributes)).toMatchObject([
      {
        'costspan.feature': 'bot',
        'costspan.customer': 'acme',
        'costspan.unit.type': 'conversation',
        'gen_ai.conversation.id': 'c1',
      },
      { 'costspan.feature': 'other', 'costspan.customer': 'acme', 'costspan.unit.id': 't2' },
    ])
  })

  test('that says neither success nor failure is unknown on metrics and silent on the event', async () => {
    recordOutcome('seen')
    expect(sent()[0]?.[1]).not.toHaveProperty('costspan.outcome.success')
    expect(await series('costspan.outcomes', 'costspan.outcome.name', 'seen')).toEqual([
      [
        1,
        {
          'costspan.outcome.name': 'seen',
          'costspan.outcome.success': 'unknown',
          'costspan.feature': 'unattributed',
          'costspan.team': 'unattributed',
        },
      ],
    ])
  })

  test('worth a tenth of a cent 10,000 times is worth exactly $10', async () => {
    for (let n = 0; n < 10_000; n += 1) recordOutcome('clicked', { value: 0.001 })
    const [found] = await series('costspan.outcome.value', 'costspan.outcome.name', 'clicked')
    expect(found?.[0]).toBe(10)
  })
})

describe('what is not as it must be is left out with one line that names what is allowed', () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const outcomes: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'success',
      'yes',
      /^costspan: recordOutcome: success="yes" is not allowed; allowed: true, false\. It is left out\.\n$/,
    ],
    ['value', -1, /value=-1 is not allowed; allowed: USD from 0 to 1000000\./],
    ['value', NaN, /^$/],
    [
      'idempotencyKey',
      'x'.repeat(257),
      /idempotencyKey="x{40}" is not allowed; allowed: a text of 1 to 256 characters\./,
    ],
    [
      'at',
      1_790_000_000,
      /at=1790000000 is not allowed; .*from the year 2000 until tomorrow\. Taken as now\./,
    ],
    ['unit', { type: 'ticket' }, /unit=an object is not allowed; allowed: \{type, id\}/],
    ['unit', circular, /^$/],
    ['at', new Date('never'), /^$/],
  ]
  test.each(outcomes)('outcome with %s=%s', (field, value, line) => {
    const before = Date.now()
    recordOutcome('kept', { [field]: value })
    expect(events()).toHaveLength(1)
    // A mistake in a loop is told once.
    expect(told.join('')).toMatch(line)
    const [seconds = 0] = events()[0]?.hrTime ?? []
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(before / 1000))
  })

  test.each([
    [
      undefined,
      /name=undefined is not allowed; allowed: a text of 1 to 256 characters\. The outcome is left out\./,
    ],
    ['', /^$/],
    [['x'], /^$/],
  ])('outcome named %s', async (name, line) => {
    recordOutcome(anything(name))
    expect(sent()).toEqual([])
    expect(told.join('')).toMatch(line)
    const invalid = await series('costspan.dropped', 'costspan.reason', 'invalid')
    expect(invalid[0]?.[0]).toBeGreaterThan(0)
  })

  test.each([
    ['null', null],
    ['a number', 7],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
          ownKeys: () => {
            throw new Error('no')
          },
          has: () => {
            throw new Error('no')
          },
          getOwnPropertyDescriptor: () => {
            throw new Error('no')
          },
        },
      ),
    ],
    ['a prototype key', JSON.parse('{"__proto__":{"success":true},"constructor":1}')],
    ['a circular value', circular],
    [
      '100,000 tags',
      { tags: Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`t${n}`, 'v'])) },
    ],
  ])('%s in place of the fields throws nothing', (_, value) => {
    expect(() => {
      recordOutcome('kept', anything(value))
      recordCost(anything(value))
    }).not.toThrow()
  })
})

test('200 tags crowd out tags, and nothing that makes the event what it is', () => {
  const tags = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`t${n}`, 'v']))
  recordOutcome('tagged', { success: true, value: 1, tags, unit: { type: 'ticket', id: 't9' } })
  expect(sent()[0]?.[1]).toMatchObject({
    'log.record.uid': expect.any(String) as string,
    'costspan.outcome.value': 1,
    'costspan.unit.id': 't9',
    'costspan.tag.t0': 'v',
  })
})

describe('10,000 invented names', () => {
  test('of outcomes have 300 series and a little, the rest is other, and all are counted', async () => {
    for (let n = 0; n < 10_000; n += 1) recordOutcome(`invented-${n}`)
    const all = await collected('costspan.outcomes')
    expect(all.length).toBeLessThanOrEqual(601)
    const invented = all.filter(([, attributes]) => {
      const named = String(attributes['costspan.outcome.name'])
      return named.startsWith('invented-') || named === 'other'
    })
    expect(invented.reduce((sum, [value]) => sum + value, 0)).toBe(10_000)
    const folded = await series('costspan.dropped', 'costspan.reason', 'cardinality')
    expect(folded[0]?.[0]).toBeGreaterThan(9_000)
  })
})
