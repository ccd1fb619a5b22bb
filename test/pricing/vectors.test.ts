import { describe, expect, test } from 'vitest'
import { readQuestion } from '../../cli/price-question.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price } from '../../instrumentation/pricing/index.ts'
import { exactDecimal } from './exact-decimal.ts'
import { golden, own, type Vector } from './vectors.ts'

function costOf(vector: Vector): Cost {
  const question = readQuestion(vector)
  if ('problem' in question) throw new Error(question.problem)
  return price(bundledBook(), question.request)
}

function check(vector: Vector): void {
  const cost = costOf(vector)
  if (vector.expected_usd_exact === null) {
    expect(cost.kind).toBe('unpriced')
    if (vector.reason !== undefined) expect(cost).toHaveProperty('reason', vector.reason)
    return
  }
  expect(cost).toMatchObject({
    kind: vector.status ?? 'priced',
    exact: vector.expected_usd_exact,
    ...(vector.reason === undefined ? {} : { reason: vector.reason }),
  })
  const amount = cost.kind === 'unpriced' ? NaN : cost.amount
  expect(Math.abs(amount - Number(vector.expected_usd_exact))).toBeLessThan(1e-9)
  expect(Math.abs(amount - (vector.expected_usd ?? NaN))).toBeLessThan(1e-9)
}

describe('the golden vectors', () => {
  test('are all 53 here', () => {
    expect(golden).toHaveLength(53)
  })

  test.each(golden)('$id: $why', check)
})

describe.each(own)('our own vectors: %s', (_, vectors) => {
  test.each(vectors)('$id: $why', check)
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
