import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CostRow } from '../../local/cost-row.ts'
import { overview } from '../../local/overview.ts'
import type { OutcomeRow } from '../../local/outcome-row.ts'
import type { CallRow } from '../../local/row.ts'
import { openStore, type Store } from '../../local/store.ts'
import type { Dimension } from '../../local/store/dimensions.ts'
import { id } from './otlp.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-pruning-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HOUR = 3_600_000
const START = Math.floor(1_790_000_000_000 / HOUR) * HOUR
const CALLS = 3_000
const HOURS = 20

const pick = <T>(values: readonly T[], n: number): T => values[n % values.length] as T

/** Differs from the next in all that is grouped by; every sum has digits of its own. */
function call(n: number): CallRow {
  const usd = (1_000_003 + n * 7_919) / 1e12
  const status = pick(['priced', 'priced', 'partial', 'unpriced'] as const, n)
  const failed = n % 8 === 7
  const { feature, team, end } = {
    feature: pick(['bot', 'mail', undefined], n),
    team: pick(['care', undefined], n),
    end: pick(['completed', 'aborted', undefined] as const, n),
  }
  return {
    traceId: id(32),
    spanId: id(16),
    service: pick(['shop', 'desk'], n),
    ...(n % 5 === 0 ? {} : { environment: 'production' }),
    startedAt: START + (n * HOURS * HOUR) / CALLS,
    endedAt: START + (n * HOURS * HOUR) / CALLS + 900,
    operation: 'chat',
    provider: pick(['openai', 'anthropic'], n),
    requestModel: pick(['gpt-5.4', 'gpt-5.4-mini', 'claude'], n),
    attempts: 1 + (n % 3),
    ...(n % 7 === 0 ? {} : { inputTokens: n, outputTokens: 2 * n }),
    ...(n % 4 === 0 ? { cacheReadTokens: 5, cacheWriteTokens: 3 } : {}),
    ...(n % 10 === 0 ? { repeat: 2 } : {}),
    status,
    ...(status === 'priced'
      ? {}
      : { reason: failed ? 'call_failed' : pick(['usage_incomplete', 'rate_missing'], n) }),
    ...(status === 'unpriced'
      ? { parts: {} }
      : { usd, parts: { input: usd / 4, output: usd - usd / 4 } }),
    waste: pick(['none', 'repeat'], n),
    ...(feature === undefined ? {} : { feature }),
    ...(team === undefined ? {} : { team }),
    ...(end === undefined ? {} : { end }),
    customer: pick(['acme', 'globex'], n),
    unitType: 'conversation',
    unitId: `c${Math.floor(n / 7)}`,
    promptName: 'p',
    promptVersion: pick(['1', '2'], n),
    tags: { filler: 'x'.repeat(300) },
  }
}

function cost(n: number): CostRow {
  return {
    at: START + (n * HOURS * HOUR) / CALLS,
    component: pick(['vector_db', 'gateway'], n),
    usd: (16_000_001 + n) / 1e12,
    source: 'rule',
    origin: pick(['measured', 'allocated'] as const, n),
    service: 'shop',
    ...(n % 2 === 0 ? { feature: 'bot' } : {}),
    tags: {},
    recordId: id(26),
  }
}

function outcome(n: number): OutcomeRow {
  return {
    at: START + (n * HOURS * HOUR) / CALLS,
    name: pick(['ticket.resolved', 'ticket.escalated'], n),
    ...(n % 3 === 0 ? {} : { success: n % 3 === 1 }),
    ...(n % 2 === 0 ? { value: 18.01 } : {}),
    service: 'shop',
    ...(n % 2 === 0 ? { feature: 'bot' } : {}),
    tags: {},
    recordId: id(26),
    idempotencyKey: `k${n - (n % 5 === 4 ? 2 : 0)}`,
  }
}

function fill(store: Store): void {
  for (let n = 0; n < CALLS; n += 100) {
    const numbers = Array.from({ length: 100 }, (_, k) => n + k)
    store.keep({
      calls: numbers.map(call),
      costs: numbers.map(cost),
      outcomes: numbers.map(outcome),
    })
  }
}

describe('a store that had to let go of most of its records', () => {
  const whole = openStore({ maxBytes: 1e9 })
  const pruned = openStore({ maxBytes: 1_900_000 })
  beforeAll(() => {
    fill(whole)
    fill(pruned)
  })

  test('keeps less than half of the 3,000 calls one by one, the youngest, and knows from when on', () => {
    const rows = pruned.rows()
    const { keptFrom, pruned: gone, calls } = pruned.extent()
    expect(rows.length).toBeGreaterThan(300)
    expect(rows.length).toBeLessThan(CALLS / 2)
    expect(rows).toEqual(
      whole
        .rows()
        .slice(-rows.length)
        .map((row, n) => ({ ...row, traceId: rows[n]?.traceId, spanId: rows[n]?.spanId })),
    )
    expect(keptFrom).toBe(rows[0]?.startedAt)
    expect(gone).toBe(CALLS - rows.length)
    expect(calls).toBe(CALLS)
    expect(whole.extent()).toMatchObject({ pruned: 0, cutUnits: 0 })
    expect(whole.extent()).not.toHaveProperty('keptFrom')
  })

  test('has the same totals to the pico-dollar', () => {
    const { unit: _, ...expected } = whole.totals()
    const { unit: __, ...found } = pruned.totals()
    expect(found).toEqual(expected)
  })

  const kept: readonly Dimension[] = [
    'feature',
    'team',
    'costCenter',
    'promptName',
    'promptVersion',
    'model',
    'provider',
    'service',
    'environment',
    'operation',
    'end',
    'waste',
    'status',
    'reason',
  ]
  test.each(kept)('has the same groups by %s', (dimension) => {
    const groups = (store: Store): unknown =>
      store.groups({}, [dimension]).map(({ unit: _, ...group }) => group)
    expect(groups(pruned)).toEqual(groups(whole))
  })

  test('has the same groups by two dimensions at once', () => {
    const groups = (store: Store): unknown =>
      store.groups({}, ['feature', 'model']).map(({ unit: _, ...group }) => group)
    expect(groups(pruned)).toEqual(groups(whole))
  })

  test('does not know customers of what is gone, and loses none of their money', () => {
    const groups = pruned.groups({}, ['customer'])
    expect(groups.map(({ key }) => key['customer'])).toContain(null)
    const sum = groups.reduce(
      (total, { usdExact }) => total + BigInt(usdExact.replace('.', '').padEnd(13, '0')),
      0n,
    )
    expect(groups.reduce((total, { calls }) => total + calls, 0)).toBe(CALLS)
    expect(sum).toBeGreaterThan(0n)
  })

  test.each([
    [{ from: START, to: START + 3 * HOUR }],
    [{ from: START + 2 * HOUR, to: START + 19 * HOUR }],
    [{ from: START + 10 * HOUR }],
    [{ to: START + HOUR }],
  ])('has the same totals of whole hours, %o', (period) => {
    expect(pruned.totals(period)).toMatchObject({
      calls: whole.totals(period).calls,
      usdExact: whole.totals(period).usdExact,
    })
  })

  test('has the same chart by hour', () => {
    const period = { from: START, to: START + HOURS * HOUR }
    const rounded = (store: Store): unknown =>
      store
        .chart(period, 'feature', HOUR)
        .series.map((line) => ({ ...line, usd: line.usd.map((usd) => usd.toFixed(9)) }))
    expect(rounded(pruned)).toEqual(rounded(whole))
  })

  test('has the same reasons, costs, parts and outcomes, by feature', () => {
    expect(pruned.reasons({}, 'unpriced')).toEqual(whole.reasons({}, 'unpriced'))
    expect(pruned.reasons({}, 'partial')).toEqual(whole.reasons({}, 'partial'))
    expect(pruned.costGroups({}, ['feature'])).toEqual(whole.costGroups({}, ['feature']))
    expect(pruned.partGroups({}, ['feature'])).toEqual(whole.partGroups({}, ['feature']))
    expect(pruned.outcomeGroups({}, ['feature'])).toEqual(whole.outcomeGroups({}, ['feature']))
    expect(pruned.duplicateOutcomes()).toEqual(whole.duplicateOutcomes())
    expect(Object.keys(whole.duplicateOutcomes())).toHaveLength(2)
  })

  test('has parts and costs that are what was put in, to the pico-dollar', () => {
    const pico = (usd: number): bigint => BigInt(Math.round(usd * 1e12))
    const numbers = Array.from({ length: CALLS }, (_, n) => n)
    const inputs = numbers.map(call).reduce((sum, { parts }) => sum + pico(parts.input ?? 0), 0n)
    const [, input] = pruned.partGroups({}, [])
    expect([input?.part, input?.usdExact]).toEqual(['input', decimal(inputs)])
    const gateway = numbers.map(cost).filter(({ component }) => component === 'gateway')
    const spent = gateway.reduce((sum, { usd }) => sum + pico(usd), 0n)
    const found = pruned.costGroups({}, []).find(({ component }) => component === 'gateway')
    expect(found?.usdExact).toBe(decimal(spent))
  })

  test('tells units that lost some of their calls, and leaves them out of cost per unit', () => {
    expect(pruned.extent().cutUnits).toBe(1)
    const kept = pruned.rows()
    const units = new Set(kept.filter(({ usd }) => usd !== undefined).map(({ unitId }) => unitId))
    expect(pruned.totals().unit?.count).toBe(units.size - 1)
  })

  test('shows its whole time on the page', () => {
    const now = START + HOURS * HOUR
    const page = overview(pruned, 'feature', undefined, now)
    expect(page.first).toBe(START)
    const charted = page.chart.series.flatMap(({ calls }) => calls)
    expect(charted.reduce((sum, n) => sum + n, 0)).toBe(CALLS)
  })
})

function decimal(pico: bigint): string {
  return `0.${pico.toString().padStart(12, '0')}`.replace(/0+$/, '')
}

test('a file of 2 MB takes 40,000 calls of 200 days, and its oldest hours go last', () => {
  const path = join(folder, 'small.db')
  const maxBytes = 2_000_000
  const store = openStore({ path, maxBytes })
  for (let n = 0; n < 40_000; n += 200) {
    store.add(
      Array.from({ length: 200 }, (_, k) => ({
        ...call(n + k),
        startedAt: START + (n + k) * 432_000,
        feature: `f${(n + k) % 50}`,
      })),
    )
  }
  const { keptFrom = 0, first = 0 } = store.extent()
  expect(store.rows().length).toBeGreaterThan(100)
  expect(first).toBeLessThan(keptFrom)
  store.close()
  expect(statSync(path).size).toBeLessThan(maxBytes * 1.3)
}, 60_000)

test('calls that all began in the same instant go together, and nothing hangs', () => {
  const store = openStore({ maxBytes: 400_000 })
  for (let n = 0; n < 20; n += 1) {
    store.add(Array.from({ length: 100 }, (_, k) => ({ ...call(n * 100 + k), startedAt: START })))
  }
  expect(store.totals().calls).toBe(2_000)
})

test('more than nine million dollars an hour are no integer overflow', () => {
  const store = openStore({ maxBytes: 300_000 })
  for (let n = 0; n < 10; n += 1) {
    store.add(
      Array.from({ length: 50 }, (_, k) => ({
        ...call(n * 200 + k * 4),
        startedAt: START + n * 50 + k,
        usd: 999_999.5,
        parts: { input: 999_999.5 },
      })),
    )
  }
  expect(store.extent().pruned).toBeGreaterThan(0)
  expect(store.totals().usdExact).toBe('499999750')
  expect(store.partGroups({}, [])).toMatchObject([
    { part: 'input', calls: 500, usdExact: '499999750' },
  ])
})
