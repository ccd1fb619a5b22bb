/** A vector against the bundled book. */

import { expect } from 'vitest'
import { readQuestion } from '../../cli/price-question.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price } from '../../instrumentation/pricing/index.ts'
import type { Vector } from './vectors.ts'

function costOf(vector: Vector): Cost {
  const question = readQuestion(vector)
  if ('problem' in question) throw new Error(question.problem)
  return price(bundledBook(), question.request)
}

export function checkVector(vector: Vector): void {
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
