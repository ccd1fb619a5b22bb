import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { currentAttribution } from '../../instrumentation/attribution/context.ts'
import {
  enterAttribution,
  withAttribution,
  type AttributionInput,
} from '../../instrumentation/index.ts'
import { collectUntil } from '../support/collect-garbage.ts'

describe('withAttribution', () => {
  test('merges inward, the inner one wins, tags merge by key, and nothing leaks out', () => {
    withAttribution({ feature: 'outer', team: 't', tags: { a: '1', b: '1' } }, () => {
      withAttribution({ feature: 'inner', conversation: 'c', tags: { b: '2' } }, () => {
        expect(currentAttribution({ costCenter: 'cc' })).toEqual({
          costCenter: 'cc',
          feature: 'inner',
          team: 't',
          unit: { type: 'conversation', id: 'c' },
          tags: { a: '1', b: '2' },
        })
      })
      expect(currentAttribution({}).feature).toBe('outer')
    })
    expect(currentAttribution({})).toEqual({})
  })

  test('is carried along awaits and timers, each task with its own', async () => {
    const seen = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        withAttribution({ feature: `f${index}` }, async () => {
          await sleep(Math.random() * 20)
          return currentAttribution({}).feature
        }),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => `f${index}`))
  })

  test('gives back what the function returns, and lets its error through', () => {
    expect(withAttribution({}, () => 7)).toBe(7)
    expect(() =>
      withAttribution({}, () => {
        throw new RangeError('of the application')
      }),
    ).toThrow(RangeError)
  })

  test('keeps a generator’s calls when it is read outside, asynchronous or not', async () => {
    const seen: (string | undefined)[] = []
    const see = (): number => seen.push(currentAttribution({}).feature)
    const asynchronous = withAttribution({ feature: 'async' }, async function* () {
      see()
      yield 1
      await sleep(1)
      see()
      yield 2
    })
    const plain = withAttribution({ feature: 'plain' }, function* () {
      see()
      yield 1
      see()
    })
    const read: number[] = []
    await withAttribution({ feature: 'reader' }, async () => {
      for await (const each of asynchronous) read.push(each)
      for (const each of plain) read.push(each)
    })
    expect(read).toEqual([1, 2, 1])
    expect(seen).toEqual(['async', 'async', 'plain', 'plain'])
  })
})

describe('what an application may pass', () => {
  const circular: Record<string, unknown> = { feature: 'round' }
  circular['self'] = circular
  circular['tags'] = circular
  const throwing = {
    get feature(): string {
      throw new Error('of a getter')
    },
  }
  const huge = { feature: 'x'.repeat(5_000_000), tags: { k: 'y'.repeat(1_000_000) } }
  const prototype: unknown = JSON.parse(
    '{"__proto__": {"feature": "evil"}, "constructor": "evil", "tags": {"__proto__": "p", "constructor": "c"}}',
  )
  const many = { tags: Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, 'v'])) }
  test.each<[string, unknown, unknown]>([
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['a text', 'feature', {}],
    ['a list', ['feature'], {}],
    ['a function', () => 'x', {}],
    ['values of the wrong kind', { feature: {}, team: [], user: true, session: Symbol('s') }, {}],
    ['empty and blank texts', { feature: '', team: '  ', customer: '\n\t' }, {}],
    [
      'numbers',
      { feature: 7, team: NaN, user: 12n, session: Infinity },
      { feature: '7', user: '12' },
    ],
    [
      'a conversation in numbers',
      { conversation: 42 },
      { unit: { type: 'conversation', id: '42' } },
    ],
    ['half a unit', { unit: { type: 'ticket' }, prompt: 5 }, {}],
    ['a circular object', circular, { feature: 'round', tags: { feature: 'round' } }],
    ['a getter that throws', throwing, {}],
    ['5 MB', huge, { feature: 'x'.repeat(256), tags: { k: 'y'.repeat(256) } }],
    [
      'prototype keys',
      prototype,
      {
        tags: Object.fromEntries([
          ['__proto__', 'p'],
          ['constructor', 'c'],
        ]),
      },
    ],
    [
      'control characters',
      { feature: 'a\u0000b\nc', team: '\ud800half' },
      { feature: 'a b c', team: 'half' },
    ],
    [
      'tags of other kinds',
      { tags: { a: 1, b: null, c: true, d: {} } },
      { tags: { a: '1', c: 'true' } },
    ],
  ])('%s leaves what is well formed, and the function runs', (_name, input, expected) => {
    const got = withAttribution(input as AttributionInput, () => currentAttribution({}))
    expect(got).toEqual(expected)
    expect(Object.getPrototypeOf(got.tags ?? {})).toBe(Object.prototype)
  })

  test('99 tags leave 32, and a key of 65 characters none', () => {
    const tags = (input: object) => withAttribution(input, () => currentAttribution({}).tags)
    expect(Object.keys(tags(many) ?? {}).length).toBe(32)
    expect(tags({ tags: { [`k${'x'.repeat(64)}`]: 'v' } })).toBeUndefined()
  })

  test('of 50 texts of 1 MB only 256 characters each stay in memory', async () => {
    const before = process.memoryUsage().heapUsed
    const kept = Array.from({ length: 50 }, (_, i) =>
      withAttribution({ feature: String(i).repeat(1_000_000) }, () => currentAttribution({})),
    )
    await collectUntil(() => process.memoryUsage().heapUsed - before < 10_000_000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000)
    expect(kept.length).toBe(50)
  })
})

test('enterAttribution holds for the rest of the asynchronous work', async () => {
  await (async () => {
    await sleep(1)
    enterAttribution({ feature: 'request' })
    await sleep(1)
    expect(currentAttribution({}).feature).toBe('request')
  })()
  expect(currentAttribution({}).feature).toBeUndefined()
})
