import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRange, scanMembers, scanRecords } from '../../instrumentation/wire/json-scan.ts'

describe('scanMembers', () => {
  test('finds what JSON.parse finds, for any object, spaced or not', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(0, 2),
        (object, spaces) => {
          const text = JSON.stringify(object, null, spaces)
          // Keys that JSON writes with escapes are looked up as they stand in the text: ours never are.
          const keys = Object.keys(object).filter((key) => JSON.stringify(key) === `"${key}"`)
          const found = scanMembers(text, new Set(keys))
          for (const key of keys)
            expect(parseRange(text, found.get(key))).toEqual(JSON.parse(text)[key])
          expect(found.size).toBe(keys.length)
        },
      ),
    )
  })

  test('never throws and always ends, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', ' ', 'a', 'n', '1'),
        }),
        (text) => {
          scanMembers(text, new Set(['a', 'n']))
          scanMembers(text, new Set(['a', 'n']), 0, { key: 'a', members: ['a', 'n'] })
          scanRecords(text, { start: 0, end: text.length }, ['a', 'n'])
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('takes no key from inside a string or a nested object', () => {
    const text = '{"content":"\\"model\\":\\"evil\\"","inner":{"model":"inner"},"model":"gpt-5.4"}'
    expect(parseRange(text, scanMembers(text, new Set(['model'])).get('model'))).toBe('gpt-5.4')
  })

  test.each([0, 3, 9, 40])(
    'finds the end of a string with 300 escaped quotes %i characters apart',
    (apart) => {
      const content = ('\\\\"' + 'x"'.repeat(apart % 2) + 'é'.repeat(apart)).repeat(300)
      const text = JSON.stringify({ content, model: 'm', nested: JSON.stringify({ content }) })
      const found = scanMembers(text, new Set(['content', 'model', 'nested']))
      expect(parseRange(text, found.get('content'))).toBe(content)
      expect(parseRange(text, found.get('model'))).toBe('m')
      for (const broken of [text.slice(0, 400), `${text.slice(0, 400)}\\`]) {
        expect(scanMembers(broken, new Set(['model'])).size).toBe(0)
      }
    },
  )

  test('reads a 100 kB prompt in well under the time of parsing it', () => {
    const content = 'A long sentence with "quotes" and\nnew lines. '.repeat(2_200)
    const text = JSON.stringify({ messages: [{ role: 'user', content }], model: 'm' })
    const time = (run: () => unknown): number => {
      for (let i = 0; i < 50; i += 1) run()
      const start = performance.now()
      for (let i = 0; i < 200; i += 1) run()
      return performance.now() - start
    }
    const wanted = new Set(['model'])
    const scanned = time(() => scanMembers(text, wanted))
    const parsed = time(() => JSON.parse(text) as unknown)
    expect(scanned).toBeLessThan(parsed * 1.5)
  })
})

describe('scanRecords', () => {
  test('shows each element of an array with its two members, where it has them', () => {
    const text = '[ {"a":[1,2],"n":{"a":9}}, "x,y", {"n":"\\"a\\":1"} , 3, {"a":1,"a":2} ]'
    const seen = scanRecords(text, { start: 0, end: text.length }, ['a', 'n']).map((record) => [
      record.end - record.start,
      parseRange(text, record.first),
      parseRange(text, record.second),
    ])
    expect(seen).toEqual([
      [23, [1, 2], { a: 9 }],
      [5, undefined, undefined],
      [15, undefined, '"a":1'],
      [1, undefined, undefined],
      [13, 2, undefined],
    ])
  })
})

describe('records found while members are scanned', () => {
  const wanted = { key: 'list', members: ['a', 'n'] } as const

  test('are those that a scan of their own finds, and change no member, for any value', () => {
    const records = fc.array(
      fc.oneof(fc.record({ a: fc.jsonValue(), n: fc.jsonValue() }), fc.jsonValue()),
    )
    fc.assert(
      fc.property(records, fc.jsonValue(), fc.constantFrom(0, 2), (list, other, spaces) => {
        const text = JSON.stringify({ before: other, list, after: other }, null, spaces)
        const keys = new Set(['before', 'list', 'after'])
        const plain = scanMembers(text, keys)
        const found = scanMembers(text, keys, 0, wanted)
        for (const key of keys) expect(found.get(key)).toMatchObject(plain.get(key) ?? {})
        const range = plain.get('list') ?? { start: 0, end: 0 }
        expect(found.get('list')?.records).toEqual(scanRecords(text, range, wanted.members))
      }),
    )
  })

  test('are left out where the array does not close, and the members behind it are found', () => {
    const text = '{"list":[{"a":1} oops],"model":"m"}'
    const found = scanMembers(text, new Set(['list', 'model']), 0, wanted)
    expect(found.get('list')?.records).toBeUndefined()
    expect(parseRange(text, found.get('model'))).toBe('m')
  })
})

describe('parseRange', () => {
  test('gives what JSON.parse gives, for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(parseRange(text, { start: 0, end: text.length })).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each(['"never closed', '"', 'tru', '', '{'])('gives nothing for %j', (text) => {
    expect(parseRange(text, { start: 0, end: text.length })).toBe(undefined)
  })
})
