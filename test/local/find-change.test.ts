import { describe, expect, it } from 'vitest'
import { findChange } from '../../local/explain/find-change.ts'
import type { CallRow } from '../../local/row.ts'
import { CHEAP, conversation, noise, run, T0, type Shape } from './conversations.ts'

describe('findChange', () => {
  const bad = (index: number): Shape => ({
    system: 6_000,
    history: 3_500,
    rest: 400 + ((index * 37) % 200),
    output: 2_400 + ((index * 53) % 200),
    attempts: 1 + (index % 3),
    version: 'v2',
  })
  const good = (index: number): Shape => ({
    system: 3_500,
    rest: 400 + ((index * 37) % 200),
    output: 900 + ((index * 53) % 200),
  })

  it('finds the step up between two good periods, when it began and ended, and five times the cost', () => {
    const found = findChange([...run(24, 0, good), ...run(24, 24, bad), ...run(24, 48, good)])
    expect(found).toMatchObject({
      feature: 'support-bot',
      unitType: 'conversation',
      since: T0 + 24_000,
      until: T0 + 48_000,
      before: { units: 24, calls: 24 },
      after: { units: 24, calls: 48 },
    })
    const ratio = (found?.after.usdPerUnit ?? 0) / (found?.before.usdPerUnit ?? 1)
    expect(ratio).toBeGreaterThan(4.9)
    expect(ratio).toBeLessThan(5.1)
    expect(found?.causes.slice(0, 2).map((cause) => cause.name)).toEqual(['attempts', 'output'])
    expect(found?.sentence).toMatch(
      /^support-bot cost \$0\.12\d a conversation from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d, [45]\.\d times the \$0\.02\d before: \+\$0\.06\d repeated attempts, /,
    )
    expect(found?.sentence).toContain('longer system prompt (support-triage v1 → v2)')
  })

  it('finds it within 8 conversations of the change, and ignores another feature that is steady', () => {
    const steady = run(60, 0, good).map((row) => ({
      ...row,
      feature: 'other',
      unitId: `o${row.startedAt}`,
    }))
    const found = findChange([...run(30, 0, good), ...run(8, 30, bad), ...steady])
    expect(found).toMatchObject({ feature: 'support-bot', since: T0 + 30_000 })
    expect(found?.sentence).toMatch(/^support-bot costs .* since /)
  })

  it('names the feature with the most extra dollars where two rose', () => {
    const rename = (feature: string) => (row: CallRow) => ({ ...row, feature })
    const small = (index: number): Shape => ({ ...good(index), output: 2_000 })
    const found = findChange([
      ...run(20, 0, good),
      ...run(20, 20, bad),
      ...[...run(20, 100, good), ...run(20, 120, small)].map(rename('mail')),
    ])
    expect(found?.feature).toBe('support-bot')
  })

  it('names a fall where nothing rose', () => {
    const found = findChange([...run(20, 0, bad), ...run(20, 20, good)])
    expect(found?.totalUsd).toBeLessThan(0)
    expect(found?.sentence).toMatch(/80% less than the \$0\.12/)
  })

  it('says nothing where only the volume doubled', () => {
    const doubled = Array.from({ length: 80 }, (_, index) =>
      conversation(T0 + 40_000 + index * 500, good(index)),
    ).flat()
    expect(findChange([...run(40, 0, good), ...doubled])).toBeUndefined()
  })

  it('says nothing in 100 runs of 300 steady conversations whose cost varies tenfold', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const next = noise(seed)
      const rows = run(300, 0, () => ({
        ...CHEAP,
        output: Math.round(100 * 100 ** next()),
        attempts: next() < 0.1 ? 2 : 1,
      }))
      expect(findChange(rows), `seed ${seed}`).toBeUndefined()
    }
  })

  it('says nothing over one conversation that cost a hundred times as much', () => {
    const rows = run(60, 0, (index) =>
      index === 40 ? { ...good(index), history: 1_000_000 } : good(index),
    )
    expect(findChange(rows)).toBeUndefined()
  })

  it('counts each call as a unit where none is named', () => {
    const plain = (row: CallRow): CallRow => {
      const { unitId, unitType, ...rest } = row
      expect(unitId).toBeDefined()
      return unitType === undefined ? row : rest
    }
    const found = findChange(
      [...run(20, 0, good), ...run(20, 20, () => ({ ...CHEAP, history: 9_000 }))].map(plain),
    )
    expect(found).toMatchObject({ unitType: 'call', since: T0 + 20_000 })
  })

  it('finds a step that is none of the calls: a vector database four times as dear', () => {
    const calls = run(48, 0, good)
    const costs = calls.map((row, index) => ({
      component: 'vector_db',
      usd: index < 24 ? 0.01 : 0.04,
      feature: 'support-bot',
      unitType: 'conversation',
      unitId: row.unitId ?? '',
    }))
    const found = findChange(calls, costs)
    expect(found).toMatchObject({ since: T0 + 24_000 })
    expect(found?.causes[0]).toMatchObject({ name: 'component:vector_db', usdExact: '0.72' })
    expect(found).not.toHaveProperty('beside')
    expect(found?.sentence).toContain('more for vector_db')
    expect(
      findChange(
        calls,
        costs.map((cost) => ({ ...cost, usd: 0.01 })),
      ),
    ).toBeUndefined()
  })

  it('compares periods of different length at equal length: no volume where the pace is the same', () => {
    const found = findChange([
      ...run(90, 0, good),
      ...run(30, 90, () => ({ ...CHEAP, history: 9_000 })),
    ])
    expect(found?.scale).toBeCloseTo(1 / 3, 6)
    expect(
      Math.abs(
        found === undefined ? 1 : (found.causes.find(({ name }) => name === 'volume')?.usd ?? 0),
      ),
    ).toBeLessThan(1e-6)
    expect(found?.causes[0]?.name).toBe('history')
  })
})

describe('the time it takes', () => {
  it('looks through 20,000 calls in under two seconds', () => {
    const next = noise(7)
    const rows = run(20_000, 0, () => ({ ...CHEAP, output: Math.round(100 * 100 ** next()) }))
    const start = performance.now()
    findChange(rows)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
