import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { overview } from '../../local/overview.ts'
import type { CallRow } from '../../local/row.ts'
import { openStore } from '../../local/store.ts'
import { id } from './otlp.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-store-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START = 1_790_000_000_000

function call(more: Partial<CallRow> = {}): CallRow {
  return {
    traceId: id(32),
    spanId: id(16),
    service: 'shop',
    startedAt: START,
    endedAt: START + 1000,
    operation: 'chat',
    provider: 'openai',
    requestModel: 'gpt-4.1',
    attempts: 1,
    inputTokens: 100,
    outputTokens: 10,
    status: 'priced',
    pricedBy: 'sdk',
    usd: 0.01,
    parts: {},
    tags: {},
    ...more,
  }
}

function withoutAmount(): CallRow {
  const { usd: _, ...rest } = call()
  return rest
}

describe('money', () => {
  test('10,000 amounts of a tenth of a micro-dollar and more add up exactly', () => {
    const store = openStore()
    const pico = Array.from({ length: 10_000 }, (_, n) => 100_003 + ((n * 7919) % 1_000_003))
    store.add(pico.map((amount) => call({ usd: amount / 1e12 })))
    const exact = pico.reduce((sum, amount) => sum + BigInt(amount), 0n)
    const { usd, usdExact } = store.totals()
    expect(usdExact).toBe(`0.${exact.toString().padStart(12, '0')}`.replace(/0+$/, ''))
    expect(Math.abs(usd - Number(exact) / 1e12)).toBeLessThan(1e-9)
  })

  test('nine million dollars and a pico-dollar are neither rounded nor too large', () => {
    const store = openStore()
    store.add([...Array.from({ length: 10 }, () => call({ usd: 999_999.5 })), call({ usd: 1e-12 })])
    expect(store.totals().usdExact).toBe('9999995.000000000001')
    expect(store.dearest({}, 1)[0]?.usd).toBe(999_999.5)
  })

  test('nothing is 0, not an empty string', () => {
    expect(openStore().totals()).toMatchObject({ calls: 0, usd: 0, usdExact: '0', share: null })
  })
})

describe('a call', () => {
  test('comes back as it went in', () => {
    const store = openStore()
    const row = call({
      parentSpanId: 'c'.repeat(16),
      environment: 'production',
      stream: false,
      end: 'aborted',
      parts: { input: 0.004, output: 0.006 },
      tags: { region: 'eu' },
      context: { system: 1, history: 2, tools: 3, rest: 4 },
      conversation: 'c1',
      unitType: 'conversation',
      unitId: 'c1',
      turn: 2,
    })
    store.add([row])
    expect(store.rows()).toEqual([row])
  })

  test('is kept once, the first account of it', () => {
    const store = openStore()
    const row = call()
    expect(store.add([row, row])).toBe(1)
    expect(store.add([{ ...row, usd: 99 }])).toBe(0)
    expect(store.totals()).toMatchObject({ calls: 1, usd: 0.01 })
  })

  test('that fails to be written takes its whole batch with it', () => {
    const store = openStore()
    const broken = { ...call(), startedAt: 'never' as unknown as number }
    expect(() => store.add([call(), broken])).toThrow()
    expect(store.totals().calls).toBe(0)
    expect(store.add([call()])).toBe(1)
  })

  test.each(['outer first', 'inner first'])(
    'seen by two instrumentations is counted once, on the inner span: %s',
    (order) => {
      const store = openStore()
      const outer = call({ pricedBy: 'local', usd: 0.5 })
      const inner = call({ traceId: outer.traceId, parentSpanId: outer.spanId, usd: 0.5 })
      for (const row of order === 'outer first' ? [outer, inner] : [inner, outer]) store.add([row])
      expect(store.totals()).toMatchObject({ calls: 1, usd: 0.5 })
    },
  )

  test('whose own process priced it is never covered, nor by another service', () => {
    const store = openStore()
    const caller = call()
    const gateway = call({ pricedBy: 'local' })
    store.add([caller, call({ traceId: caller.traceId, parentSpanId: caller.spanId })])
    store.add([
      gateway,
      call({ traceId: gateway.traceId, parentSpanId: gateway.spanId, service: 'b' }),
    ])
    expect(store.totals().calls).toBe(4)
  })

  test('that is covered is in no figure', () => {
    const store = openStore()
    store.add([{ ...withoutAmount(), status: 'covered' }])
    expect(store.totals().calls).toBe(0)
    expect(store.rows()).toEqual([])
  })
})

describe('figures', () => {
  const store = openStore()
  store.add([
    ...[1, 2, 3].map((n) =>
      call({
        feature: 'bot',
        unitType: 'conversation',
        unitId: `c${n % 2}`,
        usd: 0.2,
        inputTokens: n * 100,
        attempts: n,
      }),
    ),
    call({ feature: 'bot', usd: 0.4, waste: 'repeat', repeat: 2 }),
    call({
      feature: 'mail',
      requestModel: 'gpt-4.1-mini',
      unitType: 'letter',
      unitId: 'l1',
      usd: 0.1,
    }),
    { ...withoutAmount(), feature: 'mail', status: 'unpriced', reason: 'unknown_model' },
    { ...withoutAmount(), status: 'unpriced', reason: 'call_failed' },
    call({ status: 'partial', reason: 'usage_incomplete', usd: 0.05 }),
  ])

  test('of everything', () => {
    expect(store.totals()).toMatchObject({
      calls: 8,
      pricedCalls: 6,
      attempts: 11,
      attemptsPerCall: 11 / 8,
      repeats: 1,
      usdExact: '1.15',
      wasteUsd: 0.4,
      unpricedCalls: 1,
      partialCalls: 1,
      failedCalls: 1,
      unit: { type: 'conversation', count: 2, callsPerUnit: 1.5, usd: 0.6, usdPerUnit: 0.3 },
    })
  })

  test('by feature, dearest first, those of nobody as null', () => {
    const found = store.groups({}, ['feature'])
    expect(found.map(({ key, calls, usdExact }) => [key, calls, usdExact])).toEqual([
      [{ feature: 'bot' }, 4, '1'],
      [{ feature: 'mail' }, 2, '0.1'],
      [{ feature: null }, 2, '0.05'],
    ])
    expect(found.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1, 12)
    expect(found[1]?.unit).toMatchObject({ type: 'letter', count: 1, usdPerUnit: 0.1 })
    expect(found[0]?.inputTokensPerCall).toBe(175)
  })

  test('by two groupings at once', () => {
    const keys = store.groups({}, ['feature', 'model']).map(({ key }) => key)
    expect(keys).toContainEqual({ feature: 'mail', model: 'gpt-4.1-mini' })
    expect(keys).toHaveLength(4)
  })

  test('of a period take calls from its start up to its end', () => {
    expect(store.totals({ from: START, to: START + 1 }).calls).toBe(8)
    expect(store.totals({ from: START + 1 }).calls).toBe(0)
    expect(store.totals({ to: START }).calls).toBe(0)
  })

  test('of gaps name reasons, and leave out what failed unbilled', () => {
    expect(store.reasons({}, 'unpriced')).toEqual({ unknown_model: 1 })
    expect(store.unpriced({}, 10).map(({ status, reason }) => [status, reason])).toEqual([
      ['unpriced', 'unknown_model'],
      ['partial', 'usage_incomplete'],
    ])
    expect(store.unattributed({}, 10)).toMatchObject([{ service: 'shop', calls: 2, usd: 0.05 }])
  })

  test('of the chart add up to the total', () => {
    const period = { from: START - 5000, to: START + 5000 }
    const { series, times } = store.chart(period, 'feature', 1000)
    expect(times).toHaveLength(10)
    const spent = series.flatMap(({ usd }) => usd).reduce((sum, usd) => sum + usd, 0)
    expect(spent).toBeCloseTo(1.15, 12)
    expect(series[0]).toMatchObject({ name: 'bot', others: 0 })
    expect(series[0]?.inputTokensPerCall).toEqual([
      null,
      null,
      null,
      null,
      null,
      175,
      null,
      null,
      null,
      null,
    ])
  })
})

test('the chart folds what exceeds seven lines into one of the others', () => {
  const store = openStore()
  store.add(Array.from({ length: 20 }, (_, n) => call({ feature: `f${n}`, usd: 20 - n })))
  const { series } = store.chart({ from: START, to: START + 1000 }, 'feature', 1000)
  expect(series.map(({ name, others }) => name ?? others)).toEqual([
    'f0',
    'f1',
    'f2',
    'f3',
    'f4',
    'f5',
    14,
  ])
  expect(series.at(-1)?.usd).toEqual([105])
})

describe('the overview', () => {
  test('scales the last five minutes to an hour', () => {
    const store = openStore()
    const now = START + 3_600_000
    store.add([
      call({ usd: 9 }),
      call({ startedAt: now - 60_000, usd: 1 }),
      call({ startedAt: now - 299_000, usd: 1 }),
    ])
    expect(overview(store, 'feature', undefined, now).runRate).toEqual({
      usdPerHour: 24,
      windowMs: 300_000,
    })
  })

  test.each([1, 60, 3_600, 86_400, 31_536_000])(
    'never has more than 92 buckets: %i seconds',
    (seconds) => {
      const store = openStore()
      store.add([call(), call({ startedAt: START + seconds * 1000 })])
      const { chart } = overview(store, 'feature', undefined, START + seconds * 1000)
      expect(chart.times.length).toBeLessThanOrEqual(92)
      expect(chart.series.flatMap(({ calls }) => calls).reduce((sum, n) => sum + n, 0)).toBe(2)
    },
  )

  test('a call long ago leaves no endless empty chart', () => {
    const store = openStore()
    store.add([call(), call({ startedAt: START + 60_000 })])
    const { chart } = overview(store, 'feature', undefined, START + 86_400_000)
    expect((chart.times.at(-1) ?? 0) - START).toBeLessThan(90_000)
  })
})

describe('a file', () => {
  const path = (name: string): string => join(folder, name)

  test('is there when it is opened again, and can be read while it is written', () => {
    const writer = openStore({ path: path('kept.db') })
    writer.add([call()])
    const reader = openStore({ path: path('kept.db'), readOnly: true })
    expect(reader.totals().calls).toBe(1)
    writer.add([call()])
    expect(reader.totals().calls).toBe(2)
    reader.close()
    writer.close()
    const again = openStore({ path: path('kept.db') })
    expect(again.totals().calls).toBe(2)
    again.close()
  })

  test('stays within its limit; the oldest of 4,000 calls go, and how many is known', () => {
    const maxBytes = 512 * 1024
    const store = openStore({ path: path('small.db'), maxBytes })
    for (let n = 0; n < 40; n += 1) {
      store.add(Array.from({ length: 100 }, (_, k) => call({ startedAt: START + n * 100 + k })))
    }
    const { calls, pruned, first, last, keptFrom } = store.extent()
    const kept = store.rows().length
    expect(calls).toBe(4_000)
    expect(kept + pruned).toBe(4_000)
    expect(kept).toBeGreaterThan(500)
    expect(last).toBe(START + 3_999)
    expect(keptFrom).toBe(START + pruned)
    expect(first).toBe(START - (START % 3_600_000))
    store.close()
    expect(statSync(path('small.db')).size).toBeLessThan(maxBytes * 1.25)
  })

  test('that is damaged is set aside under a name that is told, and a new one begun', () => {
    writeFileSync(path('bad.db'), 'this is not a database, it is a sentence. '.repeat(200))
    const told: string[] = []
    const store = openStore({ path: path('bad.db'), notice: (line) => told.push(line) })
    store.add([call()])
    store.close()
    expect(told).toHaveLength(1)
    const aside = readdirSync(folder).find((name) => name.startsWith('bad.db.damaged-')) ?? ''
    expect(told[0]).toContain(aside)
    expect(told[0]).not.toContain('\n')
    expect(readFileSync(path(aside), 'utf8')).toMatch(/^this is not a database/)
  })

  test('with a page overwritten is found to be damaged', () => {
    const store = openStore({ path: path('torn.db') })
    for (let n = 0; n < 20; n += 1) store.add(Array.from({ length: 100 }, () => call()))
    store.close()
    const bytes = readFileSync(path('torn.db'))
    bytes.fill(0xa5, 4096 * 3, 4096 * 6)
    writeFileSync(path('torn.db'), bytes)
    const told: string[] = []
    openStore({ path: path('torn.db'), notice: (line) => told.push(line) }).close()
    expect(told[0]).toMatch(/damaged/)
  })

  test('of another program is refused and left as it is', () => {
    const other = new DatabaseSync(path('other.db'))
    other.exec('CREATE TABLE invoices (id INTEGER)')
    other.close()
    expect(() => openStore({ path: path('other.db') })).toThrow(/another program.*--db/)
    expect(readdirSync(folder).filter((name) => name.startsWith('other.db.'))).toEqual([])
  })

  test.each([
    ['missing.db', /no such file/],
    ['bad-for-reading.db', /not a costspan database/],
  ])('to be read only is not made or moved: %s', (name, message) => {
    if (name.startsWith('bad')) writeFileSync(path(name), 'nonsense '.repeat(1000))
    const before = readdirSync(folder)
    expect(() => openStore({ path: path(name), readOnly: true })).toThrow(message)
    expect(readdirSync(folder)).toEqual(before)
  })

  test('that is a folder is refused with one line that names it', () => {
    expect(() => openStore({ path: folder })).toThrow(
      /^\/.*name a file that can be read and written with --db$/,
    )
  })
})
