import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { currentAttribution } from '../instrumentation/attribution/context.ts'
import { enterAttribution, withAttribution } from '../instrumentation/index.ts'

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

  test('takes what is well formed from anything it is given', () => {
    const odd = {
      feature: 7,
      team: '',
      user: {},
      unit: { type: 'x' },
      prompt: 5,
      tags: { a: 1, b: null },
      session: 'x'.repeat(999),
    }
    withAttribution(odd as never, () => {
      expect(currentAttribution({})).toEqual({
        feature: '7',
        tags: { a: '1' },
        session: 'x'.repeat(256),
      })
    })
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
