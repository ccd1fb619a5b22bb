import { describe, expect, it } from 'vitest'
import { explain, findChange, type Explanation } from '../../local/explain.ts'
import type { CallRow } from '../../local/row.ts'

interface Shape {
  readonly system?: number
  readonly history?: number
  readonly rest?: number
  readonly output?: number
  /** Identical requests, the first included. */
  readonly attempts?: number
  readonly model?: string
  /** USD per million tokens, in and out. */
  readonly rates?: readonly [number, number]
  /** Part of the input read from the cache at a tenth. */
  readonly cached?: number
  readonly version?: string
  readonly context?: boolean
}

/** gpt-5.4: $2.5 in and $15 out per million tokens. */
const RATES = [2.5, 15] as const
const T0 = Date.UTC(2026, 10, 24, 14, 0, 0)
const CHEAP: Shape = { system: 3_500, rest: 500, output: 1_000 }

let spans = 0

/** The calls of one conversation. */
function conversation(at: number, shape: Shape, feature = 'support-bot'): readonly CallRow[] {
  const { system = 0, history = 0, rest = 0, output = 0, cached = 0 } = shape
  const [rateIn, rateOut] = shape.rates ?? RATES
  const input = system + history + rest
  const parts = {
    input: ((input - cached) * rateIn) / 1e6,
    ...(cached > 0 ? { cache_read: (cached * rateIn) / 1e7 } : {}),
    output: (output * rateOut) / 1e6,
  }
  const unitId = `c${at}-${feature}`
  return Array.from({ length: shape.attempts ?? 1 }, (_, attempt) => ({
    traceId: 'f'.repeat(32),
    spanId: String(++spans).padStart(16, '0'),
    service: 'test',
    startedAt: at + attempt,
    endedAt: at + attempt + 1,
    operation: 'chat',
    provider: 'openai',
    requestModel: shape.model ?? 'gpt-5.4',
    attempts: 1,
    inputTokens: input,
    outputTokens: output,
    ...(cached > 0 ? { cacheReadTokens: cached } : {}),
    status: 'priced' as const,
    usd: parts.input + (parts.cache_read ?? 0) + parts.output,
    parts,
    feature,
    unitType: 'conversation',
    unitId,
    promptName: 'support-triage',
    promptVersion: shape.version ?? 'v1',
    tags: {},
    ...(shape.context === false ? {} : { context: { system, history, tools: 0, rest } }),
    ...(attempt > 0 ? { repeat: attempt + 1, waste: 'repeat' } : {}),
  }))
}

/** Conversations one second apart. */
function run(count: number, from: number, shape: (index: number) => Shape): readonly CallRow[] {
  return Array.from({ length: count }, (_, index) =>
    conversation(T0 + (from + index) * 1_000, shape(index)),
  ).flat()
}

const nano = (usd: number): number => Math.round(usd * 1e9)

function causes(explanation: Explanation): Readonly<Record<string, number>> {
  return Object.fromEntries(explanation.causes.map((cause) => [cause.name, cause.usd]))
}

/** Deterministic noise, uniform in [0, 1). */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

describe('explain', () => {
  const dear = (index: number): Shape => ({
    system: 6_000,
    history: 3_500,
    rest: 500,
    output: 2_500,
    attempts: 1 + (index % 3),
    version: 'v2',
  })

  it('finds planted attempts, history, prompt and output to the nano-dollar, and the parts add up', () => {
    const found = explain(
      run(30, 0, () => CHEAP),
      run(30, 100, dear),
    )
    // 30 conversations: 1 more attempt of $0.0625 on average, 3,500 and 2,500 tokens in, 1,500 out.
    expect(causes(found)).toEqual({
      attempts: 1.875,
      output: 0.675,
      history: 0.2625,
      system: 0.1875,
    })
    expect(found.totalUsd).toBe(3)
    expect(found.before.usdPerUnit).toBeCloseTo(0.025, 12)
    expect(found.after.usdPerUnit).toBeCloseTo(0.125, 12)
  })

  it('names volume and nothing else where only the number of conversations doubled', () => {
    const found = explain(
      run(30, 0, () => CHEAP),
      run(60, 100, () => CHEAP),
    )
    expect(causes(found)).toEqual({ volume: 0.75 })
    expect(found.sentence).toContain('$0.750 more')
    expect(found.sentence).toContain('60 conversations instead of 30, at the same $0.0250 each')
  })

  const single: readonly (readonly [string, Shape, number])[] = [
    ['attempts', { ...CHEAP, attempts: 3 }, 0.05],
    ['history', { ...CHEAP, history: 4_000 }, 0.01],
    ['system', { ...CHEAP, system: 7_500 }, 0.01],
    ['input', { ...CHEAP, rest: 4_500 }, 0.01],
    ['output', { ...CHEAP, output: 2_000 }, 0.015],
    ['cache', { ...CHEAP, cached: 2_000 }, -0.0045],
    ['model', { ...CHEAP, model: 'gpt-other', rates: [5, 30] }, 0.025],
    ['price', { ...CHEAP, rates: [5, 30] }, 0.025],
  ]
  it.each(single)('names %s alone where only that changed', (name, shape, perUnit) => {
    const found = explain(
      run(20, 0, () => CHEAP),
      run(20, 100, () => shape),
    )
    expect(Object.keys(causes(found))).toEqual([name])
    expect(causes(found)[name]).toBeCloseTo(20 * perUnit, 8)
    expect(nano(found.totalUsd)).toBe(nano(20 * perUnit))
  })

  it('adds up exactly on 200 random pairs of periods, repeats, caches and models included', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = noise(seed)
      const shape = (): Shape => {
        const system = Math.floor(next() * 5_000)
        return {
          system,
          history: Math.floor(next() * 3_000),
          rest: 1 + Math.floor(next() * 900),
          output: Math.floor(next() * 2_000),
          cached: Math.floor((next() * system) / 2),
          attempts: 1 + Math.floor(next() * 3),
          ...(next() < 0.5 ? {} : { model: 'gpt-other', rates: [1.1, 7.3] as const }),
        }
      }
      const before = run(1 + Math.floor(next() * 9), 0, shape)
      const after = run(1 + Math.floor(next() * 9), 100, shape)
      const found = explain(before, after, { scale: next() * 3 })
      const sum = found.causes.reduce((total, cause) => total + nano(cause.usd), 0)
      expect(sum).toBe(nano(found.totalUsd))
      const change = found.after.usd - found.before.usd * found.scale
      expect(found.totalUsd).toBeCloseTo(change, 8)
      expect(causes(found)['remainder']).toBeUndefined()
    }
  })

  it('calls all input one cause, and says so, where calls do not record what it is made of', () => {
    const found = explain(
      run(10, 0, () => ({ ...CHEAP, context: false })),
      run(10, 100, () => ({ ...CHEAP, history: 4_000, context: false })),
    )
    expect(causes(found)).toEqual({ input: 0.1 })
    expect(found.causes[0]?.label).toContain('parts are not recorded')
  })

  it('keeps a cost without parts as remainder instead of guessing', () => {
    const bare = (usd: number) => (row: CallRow) => ({ ...row, parts: {}, usd })
    const rows = run(10, 0, () => CHEAP)
    const found = explain(rows.map(bare(0.01)), rows.map(bare(0.03)))
    expect(causes(found)).toEqual({ remainder: 0.2 })
  })

  it('leaves calls without an amount out of both periods', () => {
    const { usd, ...rest } = conversation(T0 + 500_000, CHEAP)[0] as CallRow
    const unpriced: CallRow = { ...rest, status: 'unpriced', reason: 'unknown_model' }
    const rows = run(10, 0, () => CHEAP)
    const found = explain(rows, [...run(10, 100, () => CHEAP), unpriced])
    expect(usd).toBeGreaterThan(0)
    expect(found.after).toMatchObject({ units: 10, calls: 10 })
    expect(found.causes).toEqual([])
  })
})

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

  it('compares periods of different length at equal length: no volume where the pace is the same', () => {
    const found = findChange([
      ...run(90, 0, good),
      ...run(30, 90, () => ({ ...CHEAP, history: 9_000 })),
    ])
    expect(found?.scale).toBeCloseTo(1 / 3, 6)
    expect(Math.abs(found === undefined ? 1 : (causes(found)['volume'] ?? 0))).toBeLessThan(1e-6)
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
