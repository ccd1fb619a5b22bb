import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain } from '../../local/explain/explain.ts'
import type { Explanation } from '../../local/explain/explanation.ts'
import type { OtherCost } from '../../local/explain/spend.ts'
import type { CallRow } from '../../local/row.ts'
import { toPico } from '../../local/store/money.ts'
import { CHEAP, conversation, run, T0, type Shape } from './conversations.ts'

function compared(before: readonly CallRow[], after: readonly CallRow[]): Explanation {
  return explain({ calls: before, costs: [] }, { calls: after, costs: [] })
}

function causes(explanation: Explanation): Readonly<Record<string, number>> {
  return Object.fromEntries(explanation.causes.map((cause) => [cause.name, cause.usd]))
}

/** An exact decimal as whole pico-dollars. */
function picoOf(exact: string): bigint {
  const [, sign = '', whole = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(exact) ?? []
  const size = BigInt(whole + decimals.padEnd(12, '0'))
  return sign === '' ? size : -size
}

function sumOf({ causes: found }: Explanation): bigint {
  return found.reduce((sum, { usdExact }) => sum + picoOf(usdExact), 0n)
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

  it('finds planted attempts, history, prompt and output to the pico-dollar, and the parts add up', () => {
    const found = compared(
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
    expect(found.totalUsdExact).toBe('3')
    expect(found.before.usdPerUnit).toBeCloseTo(0.025, 12)
    expect(found.after.usdPerUnit).toBeCloseTo(0.125, 12)
  })

  it('names volume and nothing else where only the number of conversations doubled', () => {
    const found = compared(
      run(30, 0, () => CHEAP),
      run(60, 100, () => CHEAP),
    )
    expect(causes(found)).toEqual({ volume: 0.75 })
    expect(found.sentence).toContain('$0.750 more')
    expect(found.sentence).toContain('60 conversations instead of 30, at the same $0.0250 each')
  })

  it('names nothing where nothing changed', () => {
    const found = compared(
      run(30, 0, () => CHEAP),
      run(30, 100, () => CHEAP),
    )
    expect(found).toMatchObject({ causes: [], totalUsdExact: '0' })
    expect(found.sentence).toContain('cost the same')
  })

  const cached: Shape = { ...CHEAP, cached: 3_500 }
  const single: readonly (readonly [string, Shape, Shape, number])[] = [
    ['attempts', CHEAP, { ...CHEAP, attempts: 3 }, 0.05],
    ['history', CHEAP, { ...CHEAP, history: 4_000 }, 0.01],
    ['system', CHEAP, { ...CHEAP, system: 7_500 }, 0.01],
    ['tools', CHEAP, { ...CHEAP, tools: 4_000 }, 0.01],
    ['rest', CHEAP, { ...CHEAP, rest: 4_500 }, 0.01],
    ['output', CHEAP, { ...CHEAP, output: 2_000 }, 0.015],
    ['cache', CHEAP, { ...CHEAP, cached: 2_000 }, -0.0045],
    ['cache', cached, CHEAP, 0.007_875],
    ['model', CHEAP, { ...CHEAP, model: 'gpt-other', rates: [5, 30] }, 0.025],
    ['price', CHEAP, { ...CHEAP, rates: [5, 30] }, 0.025],
    // Where the system prompt is cached, what is new beside it costs the whole rate.
    ['history', cached, { ...cached, history: 4_000 }, 0.01],
    ['model', cached, { ...cached, model: 'gpt-other', rates: [5, 30] }, 0.017_125],
    ['price', cached, { ...cached, rates: [5, 30] }, 0.017_125],
    // A cached prompt that grows, grows at the cached rate.
    ['system', cached, { ...cached, system: 7_500, cached: 7_500 }, 0.001],
  ]
  it.each(single)('names %s alone where only that changed: %j, then %j', (name, from, to, each) => {
    const found = compared(
      run(20, 0, () => from),
      run(20, 100, () => to),
    )
    expect(Object.keys(causes(found))).toEqual([name])
    expect(causes(found)[name]).toBeCloseTo(20 * each, 10)
    expect(sumOf(found)).toBe(picoOf(found.totalUsdExact))
  })

  it('compares calls of two models within a unit each with its own kind', () => {
    // A cheap router asks before the answer; only its input grows.
    const unit = (router: number) => (index: number) => {
      const at = T0 + index * 1_000
      const routed: Shape = { rest: router, output: 10, model: 'mini', rates: [0.25, 2] }
      return [
        ...conversation(at, CHEAP),
        ...conversation(at, routed).map((row) => ({ ...row, promptName: 'route' })),
      ]
    }
    const indices = Array.from({ length: 20 }, (_, index) => index)
    const found = compared(indices.flatMap(unit(1_000)), indices.flatMap(unit(5_000)))
    // 4,000 tokens at $0.25 a million, 20 times.
    expect(causes(found)).toEqual({ rest: 0.02 })
  })

  it('says that answers came in more calls where each is as long as before', () => {
    const found = compared(
      run(20, 0, () => CHEAP),
      // Two calls a conversation, which are no repeats.
      run(20, 100, () => ({ ...CHEAP, attempts: 2 })).map(({ repeat, waste, ...row }) => row),
    )
    expect(found.causes.map(({ label }) => label)).toEqual([
      'answers in more calls (2.0 calls a conversation instead of 1.0)',
      'system prompt in more calls (2.0 calls a conversation instead of 1.0)',
      'questions in more calls (2.0 calls a conversation instead of 1.0)',
    ])
  })

  it('gives each component that is no call a cause of its own', () => {
    const costs = (component: string, usd: number): readonly OtherCost[] =>
      Array.from({ length: 20 }, () => ({ component, usd }))
    const calls = run(20, 0, () => CHEAP)
    const found = explain(
      { calls, costs: [...costs('vector_db', 0.001), ...costs('gateway', 0.002)] },
      { calls, costs: [...costs('vector_db', 0.004), ...costs('gateway', 0.002)] },
    )
    expect(causes(found)).toEqual({ 'component:vector_db': 0.06 })
    expect(found.causes[0]?.label).toBe('more for vector_db')
    expect(found.before.usdPerUnit).toBeCloseTo(0.028, 12)
  })

  it('calls all input one cause, and says so, where calls do not record what it is made of', () => {
    const found = compared(
      run(10, 0, () => ({ ...CHEAP, context: false })),
      run(10, 100, () => ({ ...CHEAP, history: 4_000, context: false })),
    )
    expect(causes(found)).toEqual({ input: 0.1 })
    expect(found.causes[0]?.label).toContain('parts are not recorded')
    expect(found.causes[0]).not.toHaveProperty('plusMinusUsd')
  })

  it('keeps a cost without parts as remainder instead of guessing', () => {
    const bare = (usd: number) => (row: CallRow) => ({ ...row, parts: {}, usd })
    const rows = run(10, 0, () => CHEAP)
    const found = compared(rows.map(bare(0.01)), rows.map(bare(0.03)))
    expect(causes(found)).toEqual({ remainder: 0.2 })
    expect(found.causes[0]?.label).toBe('other: amounts whose parts are not stated')
  })

  it('leaves calls without an amount out of both periods, and counts them', () => {
    const { usd, ...rest } = conversation(T0 + 500_000, CHEAP)[0] as CallRow
    const unpriced: CallRow = { ...rest, status: 'unpriced', reason: 'unknown_model' }
    const rows = run(10, 0, () => CHEAP)
    const found = compared(rows, [...run(10, 100, () => CHEAP), unpriced])
    expect(usd).toBeGreaterThan(0)
    expect(found.after).toMatchObject({ units: 10, calls: 10, unpricedCalls: 1 })
    expect(found.causes).toEqual([])
  })
})

describe('how sure it is', () => {
  it('states ± on what is estimated from lengths, and on nothing else', () => {
    const found = compared(
      run(30, 0, () => CHEAP),
      run(30, 100, () => ({ ...CHEAP, history: 4_000, output: 1_500, attempts: 2 })),
    )
    const off = Object.fromEntries(found.causes.map((cause) => [cause.name, cause.plusMinusUsd]))
    expect(off['attempts']).toBeUndefined()
    expect(off['output']).toBeUndefined()
    // A quarter denser, 4,000 of 8,000 tokens are 4,445: 445 tokens of 30 conversations at $2.5 a million.
    expect(off['history']).toBeCloseTo((445 * 30 * 2.5) / 1e6, 9)
  })

  it('states none where a prompt has a single part', () => {
    const found = compared(
      run(30, 0, () => ({ rest: 500, output: 10 })),
      run(30, 100, () => ({ rest: 900, output: 10 })),
    )
    expect(found.causes[0]).toMatchObject({ name: 'rest', usd: 0.03 })
    expect(found.causes[0]).not.toHaveProperty('plusMinusUsd')
  })

  it('covers what a part of another density does to the estimate', () => {
    // What the store would hold: the history's 4,000 tokens are a quarter denser text than the rest.
    const apportioned = (history: number): Shape => {
      const weight = history / 1.25
      const all = 4_000 + history
      const share = all / (4_000 + weight)
      return {
        system: Math.round(3_500 * share),
        history: Math.round(weight * share),
        rest: Math.round(500 * share),
        output: 1_000,
      }
    }
    const found = compared(
      run(30, 0, () => apportioned(0)),
      run(30, 100, () => apportioned(4_000)),
    )
    const history = found.causes.find(({ name }) => name === 'history')
    const truth = (30 * 4_000 * 2.5) / 1e6
    expect(Math.abs((history?.usd ?? 0) - truth)).toBeGreaterThan(truth * 0.05)
    expect(Math.abs((history?.usd ?? 0) - truth)).toBeLessThanOrEqual(history?.plusMinusUsd ?? 0)
  })
})

describe('exactness', () => {
  const count = fc.nat(50_000)
  const shape = fc.record({
    system: count,
    tools: count,
    history: count,
    rest: count,
    output: count,
    cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    attempts: fc.integer({ min: 1, max: 3 }),
    model: fc.constantFrom('gpt-5.4', 'gpt-other', 'claude'),
    rates: fc.constantFrom([2.5, 15] as const, [1.1, 7.3] as const, [0.333_333_3, 0] as const),
    version: fc.constantFrom('v1', 'v2'),
    context: fc.boolean(),
  })
  /** What spans of others may look like: amounts without parts, fees, no unit, no amount. */
  const oddity = fc.constantFrom<(row: CallRow) => CallRow>(
    (row) => row,
    (row) => ({ ...row, parts: {} }),
    (row) => ({ ...row, parts: { ...row.parts, tools: 0.01 }, usd: (row.usd ?? 0) + 0.01 }),
    (row) => ({ ...row, parts: { ...row.parts, audio_input: 0.02 }, usd: (row.usd ?? 0) + 0.02 }),
    (row) => ({ ...row, usd: 1 / 3 }),
    (row) => ({ ...row, operation: 'embeddings', promptName: 'other' }),
    ({ unitId, ...row }) => row,
    ({ usd, ...row }) => ({ ...row, status: 'unpriced' }),
    (row) => ({ ...row, context: { system: 0, history: 0, tools: 0, rest: 0 } }),
  )
  const side = fc.array(fc.tuple(shape, oddity), { maxLength: 12 }).map((all) =>
    all.flatMap(([{ cachedShare, ...each }, odd], index) => {
      const input = each.system + each.tools + each.history + each.rest
      const cached = Math.floor(input * cachedShare)
      return conversation(T0 + index, { ...each, cached }).map(odd)
    }),
  )
  const cost = fc.record({
    component: fc.constantFrom('vector_db', 'gateway'),
    usd: fc.double({ min: 0, max: 10, noNaN: true }),
  })
  const spend = fc.record({ calls: side, costs: fc.array(cost, { maxLength: 5 }) })

  it('adds up to the pico-dollar for 1,000 random pairs of periods', () => {
    fc.assert(
      fc.property(spend, spend, fc.constantFrom(1, 0.37, 3), (before, after, scale) => {
        const found = explain(before, after, { scale })
        expect(sumOf(found)).toBe(picoOf(found.totalUsdExact))
        const pico = (spent: typeof before): bigint =>
          [...spent.calls, ...spent.costs].reduce((sum, { usd }) => sum + toPico(usd ?? 0), 0n)
        expect(picoOf(found.before.usdExact)).toBe(pico(before))
        expect(picoOf(found.after.usdExact)).toBe(pico(after))
        if (scale === 1) expect(picoOf(found.totalUsdExact)).toBe(pico(after) - pico(before))
        for (const { usd, usdExact } of found.causes) expect(usd).toBe(Number(usdExact))
      }),
      { numRuns: 1_000 },
    )
  })

  it('turned round, has the opposite total, and volume alone where one side is empty', () => {
    fc.assert(
      fc.property(spend, spend, (before, after) => {
        const there = explain(before, after)
        const back = explain(after, before)
        expect(picoOf(back.totalUsdExact)).toBe(-picoOf(there.totalUsdExact))
        const [only, ...more] = explain(before, { calls: [], costs: [] }).causes
        expect(more).toEqual([])
        expect(only?.name ?? 'volume').toBe('volume')
      }),
      { numRuns: 200 },
    )
  })

  it('sums amounts beyond 2^53 pico-dollars without losing one', () => {
    const dear = run(4, 0, () => CHEAP).map((row) => ({
      ...row,
      usd: 8_999.000_000_000_3,
      parts: {},
    }))
    const found = compared(
      run(1, 0, () => CHEAP),
      dear,
    )
    expect(picoOf(found.after.usdExact)).toBe(4n * toPico(8_999.000_000_000_3))
    expect(sumOf(found)).toBe(picoOf(found.totalUsdExact))
  })
})
