import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readQuestion } from '../../cli/price-question.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price } from '../../instrumentation/pricing/index.ts'

interface Vector {
  readonly id: string
  readonly provider: string
  readonly expected_usd_exact: string | null
  readonly working: string | null
  readonly why: string
}

const file = new URL('price-vectors.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] }
const covered = vectors.filter(({ provider }) => ['openai', 'anthropic'].includes(provider))
const rest = vectors.filter((vector) => !covered.includes(vector))

/** Providers that the bundled book does not have yet. A vector that becomes right must leave this list. */
const NOT_YET_COVERED = [
  'gem-01 gem-02 gem-03 gem-06 gem-07 gem-10',
  'aws-01 aws-03 aws-04 aws-07',
  'mis-01 ds-01 ds-02 ds-04 ds-05 grq-01 tog-01 coh-01 xai-01 xai-04 opr-01',
].flatMap((line) => line.split(' '))

function costOf(vector: Vector): Cost {
  const question = readQuestion(vector)
  if ('problem' in question) throw new Error(question.problem)
  return price(bundledBook(), question.request)
}

describe('the golden vectors', () => {
  test('are all 53 here, 30 of them of OpenAI and Anthropic', () => {
    expect(vectors).toHaveLength(53)
    expect(covered).toHaveLength(30)
  })

  test.each(covered)('$id: $why', (vector) => {
    const cost = costOf(vector)
    expect(cost).toMatchObject({ kind: 'priced', exact: vector.expected_usd_exact })
    const amount = cost.kind === 'priced' ? cost.amount : NaN
    expect(Math.abs(amount - Number(vector.expected_usd_exact))).toBeLessThan(1e-9)
  })

  test.each(rest)('$id of another provider is unpriced, neither wrong nor 0', (vector) => {
    const cost = costOf(vector)
    expect(cost.kind).toBe('unpriced')
    expect(vector.expected_usd_exact === null).toBe(!NOT_YET_COVERED.includes(vector.id))
  })

  test('name a reason where nothing may be said of the model', () => {
    const reasons = ['aws-08', 'az-02'].map((id) => {
      const vector = vectors.find((item) => item.id === id)
      return vector && costOf(vector)
    })
    expect(reasons).toMatchObject([{ reason: 'unresolved_profile' }, { reason: 'unknown_model' }])
  })
})
