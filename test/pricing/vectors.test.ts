import { describe, expect, test } from 'vitest'
import { checkVector } from './check-vector.ts'
import { exactDecimal } from './exact-decimal.ts'
import { golden, own } from './vectors.ts'

describe.each(own)('our own vectors: %s', (_, vectors) => {
  test.each(vectors)('$id: $why', checkVector)
})

describe('vectors', () => {
  const all = [...golden, ...own.flatMap(([, vectors]) => vectors)]

  test('are at least 200 of our own beside the golden ones, none twice', () => {
    expect(all.length - golden.length).toBeGreaterThanOrEqual(200)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  test.each(all)(
    '$id: the hand arithmetic says what is expected, and where it is from',
    (vector) => {
      expect(vector.source).toMatch(/\w{4}/)
      expect(['vendor', 'secondary', 'catalogue', 'rule']).toContain(vector.confidence)
      if (vector.expected_usd_exact === null) {
        expect([vector.working, vector.expected_usd]).toEqual([null, null])
        return
      }
      expect(exactDecimal(vector.working ?? '')).toBe(vector.expected_usd_exact)
      expect(vector.expected_usd).toBe(Number(vector.expected_usd_exact))
    },
  )
})
