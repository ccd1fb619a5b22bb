import { describe, expect, test } from 'vitest'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price } from '../../instrumentation/pricing/index.ts'
import type { CostRow } from '../../local/cost-row.ts'
import type { OutcomeRow } from '../../local/outcome-row.ts'
import { budgetReport } from '../../local/reports/budget.ts'
import { cacheMisses } from '../../local/reports/cache-misses.ts'
import { outcomesReport } from '../../local/reports/outcomes.ts'
import { promptsReport } from '../../local/reports/prompts.ts'
import { unitsReport } from '../../local/reports/units.ts'
import { wasteReport } from '../../local/reports/waste.ts'
import type { CallRow } from '../../local/row.ts'
import { openStore, type Store } from '../../local/store.ts'
import { CHEAP, conversation, run, T0 } from './conversations.ts'
import { id } from './otlp.ts'

const BOT = { unitType: 'conversation', feature: 'support-bot' }
const pricer = (request: Parameters<typeof price>[1]) => price(bundledBook(), request)

function storeOf(calls: readonly CallRow[]): Store {
  const store = openStore()
  store.add(calls)
  return store
}

function cost(more: Partial<CostRow>): CostRow {
  const fixed = { source: 'rule', origin: 'measured' as const, service: 'test', tags: {} }
  return { at: T0, component: 'vector_db', usd: 0.001, recordId: id(26), ...fixed, ...more }
}

function outcome(more: Partial<OutcomeRow>): OutcomeRow {
  const fixed = { name: 'ticket.resolved', success: true, service: 'test', tags: {} }
  return { at: T0, recordId: id(26), ...fixed, ...more }
}

/** Of the nth conversation of `run`. */
const unitOf = (n: number): string => `c${T0 + n * 1_000}-support-bot`

describe('units', () => {
  /** 200 conversations of 1, 2, … 200 cents. */
  const cents = (): readonly CallRow[] =>
    run(200, 0, (index) => ({ output: 1, rates: [0, (index + 1) * 10_000] }))

  test('state mean, nearest-rank percentiles and the share of the dearest 1% of 200', () => {
    const { groups } = unitsReport(storeOf(cents()), {}, ['feature'])
    expect(groups).toHaveLength(1)
    expect(groups[0]).toMatchObject({
      key: { feature: 'support-bot' },
      type: 'conversation',
      units: 200,
      callsPerUnit: 1,
      usdExact: '201',
      usdPerUnit: 1.005,
      p50: 1,
      p95: 1.9,
      p99: 1.98,
      max: 2,
      lowerBounds: 0,
    })
    expect(groups[0]?.top.units).toBe(2)
    expect(groups[0]?.top.share).toBeCloseTo(3.99 / 201, 12)
  })

  test('have their other costs joined by unit, however late, each component on its own', () => {
    const store = storeOf(run(2, 0, () => CHEAP))
    store.addCosts([
      cost({ ...BOT, unitId: unitOf(0), usd: 0.0012 }),
      cost({ ...BOT, unitId: unitOf(1), usd: 0.0008, at: T0 + 9 * 86_400_000 }),
      cost({ ...BOT, unitId: unitOf(1), usd: 0.0004, component: 'gateway' }),
      cost({ usd: 5, component: 'gateway', feature: 'support-bot' }),
    ])
    const { groups, unjoined } = unitsReport(store, { to: T0 + 60_000 }, ['feature'])
    expect(groups[0]).toMatchObject({ units: 2, usdExact: '0.0524', usdPerUnit: 0.0262 })
    expect(groups[0]?.parts.map(({ component, usdExact }) => [component, usdExact])).toEqual([
      ['llm', '0.05'],
      ['vector_db', '0.002'],
      ['gateway', '0.0004'],
    ])
    expect(unjoined).toEqual([{ component: 'gateway', records: 1, usd: 5, usdExact: '5' }])
  })

  test('belong to the group of their first call, and to the period in which that was', () => {
    const [first, second] = [conversation(T0, CHEAP), conversation(T0, { ...CHEAP, version: 'v2' })]
    const later = second.map((row) => ({ ...row, startedAt: T0 + 3_600_000 }))
    const store = storeOf([...first, ...later])
    const { groups } = unitsReport(store, { to: T0 + 1_000 }, ['promptVersion'])
    expect(groups).toMatchObject([
      { key: { promptVersion: 'v1' }, units: 1, calls: 2, usdExact: '0.05' },
    ])
    expect(unitsReport(store, { from: T0 + 1_000 }, ['promptVersion']).groups).toEqual([])
  })

  test('of which a call has no amount are counted as lower bounds', () => {
    const [row] = conversation(T0, CHEAP)
    const { usd: _, ...rest } = row!
    const unpriced: CallRow = {
      ...rest,
      spanId: id(16),
      status: 'unpriced',
      reason: 'unknown_model',
    }
    const { groups } = unitsReport(storeOf([row!, unpriced]), {}, ['feature'])
    expect(groups[0]).toMatchObject({ units: 1, calls: 2, lowerBounds: 1 })
  })

  test('that only a cost names are units too', () => {
    const store = storeOf([])
    store.addCosts([cost({ unitType: 'search', unitId: 's1', feature: 'search' })])
    expect(unitsReport(store, {}, ['feature']).groups).toMatchObject([
      { type: 'search', units: 1, calls: 0, usdPerUnit: 0.001 },
    ])
  })
})

describe('outcomes', () => {
  const ten = (): Store => storeOf(run(10, 0, () => CHEAP))

  test('cost what all units cost, the failed and the abandoned too: 6 successes of 10 at $0.025', () => {
    const store = ten()
    store.addOutcomes([
      ...Array.from({ length: 6 }, (_, n) => outcome({ ...BOT, unitId: unitOf(n) })),
      outcome({ ...BOT, unitId: unitOf(6), success: false }),
    ])
    const { groups } = outcomesReport(store, {}, new Map([['ticket.resolved', 18]]))
    expect(groups).toHaveLength(1)
    expect(groups[0]).toMatchObject({
      name: 'ticket.resolved',
      feature: 'support-bot',
      unitType: 'conversation',
      outcomes: 7,
      succeeded: 6,
      failed: 1,
      unsaid: 0,
      units: 10,
      unitsWithout: 3,
      usdExact: '0.25',
      value: null,
    })
    expect(groups[0]?.usdPerSuccess).toBeCloseTo(0.25 / 6, 12)
    expect(groups[0]?.margin?.usdPerSuccess).toBeCloseTo(18 - 0.25 / 6, 12)
    expect(groups[0]?.margin?.savedUsd).toBeCloseTo(6 * 18 - 0.25, 12)
    expect(groups[0]?.margin?.times).toBeCloseTo((18 * 6) / 0.25, 9)
  })

  test('join however late, by unit, from another service, with what they were worth', () => {
    const store = ten()
    store.addOutcomes([
      outcome({ ...BOT, unitId: unitOf(0), at: T0 + 30 * 86_400_000, service: 'crm', value: 20 }),
      outcome({ ...BOT, unitId: unitOf(1), success: false, value: 5 }),
    ])
    const { groups } = outcomesReport(store, { to: T0 + 60_000 }, new Map())
    expect(groups[0]).toMatchObject({ outcomes: 2, succeeded: 1, value: 20, margin: null })
  })

  test('of an unknown unit are shown apart, and join when its first call comes in', () => {
    const store = ten()
    store.addOutcomes([
      outcome({ ...BOT, unitId: 'late' }),
      outcome({}),
      outcome({ idempotencyKey: 'k', ...BOT, unitId: unitOf(0) }),
      outcome({ idempotencyKey: 'k', ...BOT, unitId: unitOf(0) }),
    ])
    const before = outcomesReport(store, {}, new Map([['nobody.said', 1]]))
    expect(before.unjoined).toEqual([
      { name: 'ticket.resolved', reason: 'unknown_unit', outcomes: 1 },
      { name: 'ticket.resolved', reason: 'no_unit', outcomes: 1 },
    ])
    expect(before.duplicates).toEqual({ 'ticket.resolved': 1 })
    expect(before.unused).toEqual(['nobody.said'])
    store.add(conversation(T0 + 99_000, CHEAP).map((row) => ({ ...row, unitId: 'late' })))
    const after = outcomesReport(store, {}, new Map())
    expect(after.groups[0]).toMatchObject({ outcomes: 2, units: 11 })
    expect(after.unjoined).toMatchObject([{ reason: 'no_unit' }])
  })

  test('without a success have no cost of one, and lose all that was spent', () => {
    const store = ten()
    store.addOutcomes([outcome({ ...BOT, unitId: unitOf(0), success: false })])
    const [group] = outcomesReport(store, {}, new Map([['ticket.resolved', 18]])).groups
    expect(group).toMatchObject({
      usdPerSuccess: null,
      margin: { usdPerSuccess: null, times: null, savedUsd: -0.25 },
    })
  })
})

describe('waste', () => {
  test('is each call once, by kind and feature, with its share, failed outcomes included', () => {
    const calls = run(4, 0, (n) => ({ ...CHEAP, attempts: n === 0 ? 3 : 1 }))
    const cut = calls.map((row, n) => (n === 5 ? { ...row, waste: 'truncated' } : row))
    const store = storeOf(cut)
    store.addOutcomes([
      // The second conversation failed. The first did and then did not, and the fourth is truncated already.
      outcome({ ...BOT, unitId: unitOf(1), success: false }),
      outcome({ ...BOT, unitId: unitOf(0), success: false }),
      outcome({ ...BOT, unitId: unitOf(0), success: true }),
      outcome({ ...BOT, unitId: unitOf(3), success: false }),
    ])
    const found = wasteReport(store, {}, pricer)
    expect(found.kinds.map(({ kind, calls: n, usdExact }) => [kind, n, usdExact])).toEqual([
      ['repeat', 2, '0.05'],
      ['truncated', 1, '0.025'],
      ['outcome_failed', 1, '0.025'],
    ])
    expect(found.kinds[0]?.share).toBeCloseTo(2 / 6, 12)
    expect(found).toMatchObject({ spentUsd: 0.15, wastedUsd: 0.1 })
  })

  test('counts HTTP attempts sent again apart from spend', () => {
    const calls = run(3, 0, () => CHEAP).map((row, n) => ({ ...row, attempts: n + 1 }))
    expect(wasteReport(storeOf(calls), {}, pricer)).toMatchObject({
      resent: { attempts: 3, calls: 2 },
      wastedUsd: 0,
    })
  })
})

describe('cache misses', () => {
  const usage = { input: 4_000, output: 1_000 }
  const calls = (count: number, more: Partial<CallRow> = {}): readonly CallRow[] =>
    run(count, 0, () => CHEAP).map((row) => ({ ...row, usage, ...more }))

  test('of gpt-5.4 are 3,500 tokens at $2.25 a million less, on all calls but the first', () => {
    const [miss, ...more] = cacheMisses(calls(11), pricer)
    expect(more).toEqual([])
    expect(miss).toMatchObject({
      promptName: 'support-triage',
      promptVersion: 'v1',
      model: 'gpt-5.4',
      prefixTokens: 3_500,
      calls: 10,
    })
    expect(miss?.usd).toBeCloseTo((10 * 3_500 * 2.25) / 1e6, 9)
  })

  test('of Claude pay for writing to the cache once: 3,500 tokens at $0.50 more', () => {
    const claude = { provider: 'anthropic', requestModel: 'claude-sonnet-5' }
    const [miss] = cacheMisses(calls(11, claude), pricer)
    expect(miss?.usd).toBeCloseTo((3_500 * (10 * 1.8 - 0.5)) / 1e6, 9)
  })

  test('are none where the cache was read, the beginning is short, or five minutes passed', () => {
    const read = { usage: { input: 700, cacheRead: 3_300, output: 1_000 } }
    expect(cacheMisses(calls(11, read), pricer)).toEqual([])
    const context = { system: 900, history: 3_000, tools: 0, rest: 100 }
    expect(cacheMisses(calls(11, { context }), pricer)).toEqual([])
    const rare = calls(11).map((row, n) => ({ ...row, startedAt: T0 + n * 300_001 }))
    expect(cacheMisses(rare, pricer)).toEqual([])
    expect(cacheMisses(calls(1), pricer)).toEqual([])
  })

  test('count only what the model has a cached rate for', () => {
    expect(cacheMisses(calls(11, { requestModel: 'gpt-4-turbo' }), pricer)).toEqual([])
  })
})

describe('prompts', () => {
  test('state each version against the one before: +$0.0225, by cause, in the order of their use', () => {
    const store = storeOf([
      ...run(10, 100, () => ({ ...CHEAP, output: 2_000, system: 6_500, version: 'v2' })),
      ...run(20, 0, () => CHEAP),
    ])
    const [prompt, ...more] = promptsReport(store, {})
    expect(more).toEqual([])
    expect(prompt).toMatchObject({
      prompt: 'support-triage',
      feature: 'support-bot',
      unitType: 'conversation',
      versions: [
        { version: 'v1', units: 20, calls: 20, usdPerUnit: 0.025 },
        { version: 'v2', units: 10, inputTokensPerCall: 7_000, outputTokensPerCall: 2_000 },
      ],
    })
    const change = prompt?.versions[1]?.change
    expect(prompt?.versions[0]).not.toHaveProperty('change')
    expect(change?.usd).toBeCloseTo(0.0225, 9)
    expect(change?.share).toBeCloseTo(0.9, 9)
    expect(change?.causes.map(({ name, usd }) => [name, Number(usd.toFixed(9))])).toEqual([
      ['output', 0.015],
      ['system', 0.0075],
    ])
  })
})

describe('context by turn', () => {
  test('grows by 500 tokens a turn from 1 to 4, with later turns than 20 as one row', () => {
    const turn = (n: number): readonly CallRow[] =>
      conversation(T0 + n, { system: 1_000, history: (n - 1) * 500, rest: 100, output: 10 }).map(
        (row) => ({ ...row, turn: n }),
      )
    const store = storeOf([1, 2, 3, 4, 25, 30].flatMap(turn))
    const [feature] = store.contextGrowth({})
    expect(feature?.tokensPerTurn).toBe(500)
    expect(feature?.turns.map((one) => [one.turn, one.more, one.calls, one.history])).toEqual([
      [1, false, 1, 0],
      [2, false, 1, 500],
      [3, false, 1, 1_000],
      [4, false, 1, 1_500],
      [20, true, 2, 13_250],
    ])
  })
})

describe('budget', () => {
  /** Noon of 2026-11-24, $24 so far: $1 a day since the 1st. */
  const NOW = Date.UTC(2026, 10, 24, 12)
  const month = (): Store => {
    const days = Array.from({ length: 24 }, (_, day) =>
      conversation(Date.UTC(2026, 10, day + 1, 6), CHEAP).map((row) => ({ ...row, usd: 1 })),
    )
    return storeOf(days.flat())
  }

  test('projects the pace of the last 7 days to the end of the month, other costs included', () => {
    const store = month()
    store.addCosts([cost({ at: NOW - 1_000, usd: 7, feature: 'support-bot' })])
    const found = budgetReport(store, NOW, 40)
    expect(found).toMatchObject({
      month: '2026-11',
      spentUsd: 31,
      usdPerDay: 2,
      projectedUsd: 44,
      budgetUsd: 40,
      spentShare: 31 / 40,
      features: [{ feature: 'support-bot', projectedUsd: 44 }],
    })
    expect(found.runsOutAt).toBe(NOW + 4.5 * 86_400_000)
  })

  test('lasts where the projection stays below it', () => {
    expect(budgetReport(month(), NOW, 31)).toMatchObject({ projectedUsd: 30.5, runsOutAt: null })
    expect(budgetReport(month(), NOW, undefined)).toMatchObject({
      budgetUsd: null,
      runsOutAt: null,
    })
  })

  test('names the call that went beyond it', () => {
    expect(budgetReport(month(), NOW, 10)).toMatchObject({
      runsOutAt: Date.UTC(2026, 10, 11, 6),
      spentShare: 2.4,
    })
  })

  test('takes no busy minute for a month: the pace is that of a day at least', () => {
    const calls = run(60, 0, () => CHEAP).map((row) => ({
      ...row,
      startedAt: NOW - 60_000,
      usd: 1,
    }))
    const found = budgetReport(storeOf(calls), NOW, undefined)
    expect(found).toMatchObject({ paceMs: 86_400_000, knownMs: 60_000, usdPerDay: 60 })
    expect(found.projectedUsd).toBeCloseTo(60 + 60 * 6.5, 9)
  })

  test('of one feature leaves the others out', () => {
    const store = month()
    store.add(run(1, 0, () => CHEAP).map((row) => ({ ...row, feature: 'mail', usd: 100 })))
    expect(budgetReport(store, NOW, 20, 'support-bot')).toMatchObject({
      spentUsd: 24,
      runsOutAt: Date.UTC(2026, 10, 21, 6),
      features: [{ feature: 'support-bot' }],
    })
  })
})
