import { describe, expect, test } from 'vitest'
import { checkVector } from './check-vector.ts'
import { golden } from './vectors.ts'

describe('the golden vectors', () => {
  test('are all 53 here', () => {
    expect(golden).toHaveLength(53)
  })

  test.each(golden)('$id: $why', checkVector)
})
