import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookCauses, type BookedCauses } from '../../demo/simulator/causes.ts'
import type { LedgerEntry } from '../../demo/simulator/ledger.ts'
import type { RateTable } from '../../demo/simulator/rates.ts'
import type { Plan, SimulatorRequest } from '../../demo/simulator/scenario.ts'
import { startSimulator } from '../../demo/simulator/server.ts'
import type { Explanation } from '../../local/explain/explanation.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { REGISTER, runNode } from '../support/run-node.ts'
import type { Shape } from './apps/shapes.ts'

/** A shape, and what only the provider decides. */
type Case = Omit<Shape, 'feature' | 'unit' | 'version'> & {
  readonly answer: number
  readonly cached: number
  /** The provider says 429 first. */
  readonly limited?: boolean
}

const BASE: Case = {
  model: 'gpt-5.4',
  system: 3_000,
  history: 1_000,
  tools: 500,
  question: 500,
  answer: 800,
  cached: 0,
  attempts: 1,
}
const CACHED: Case = { ...BASE, cached: 3_000 }
const HOUSE: Case = { ...BASE, model: 'house-1' }

/** Features, what their conversations are like before and after, and how many there are after; 6 before. */
const CASES: Readonly<Record<string, readonly [Case, Case, number]>> = {
  nothing: [BASE, BASE, 6],
  volume: [BASE, BASE, 12],
  retries: [BASE, { ...BASE, limited: true }, 6],
  attempts: [BASE, { ...BASE, attempts: 3 }, 6],
  system: [BASE, { ...BASE, system: 5_000 }, 6],
  history: [BASE, { ...BASE, history: 3_000 }, 6],
  tools: [BASE, { ...BASE, tools: 2_500 }, 6],
  rest: [BASE, { ...BASE, question: 2_500 }, 6],
  output: [BASE, { ...BASE, answer: 2_000 }, 6],
  cache: [CACHED, { ...CACHED, cached: 0 }, 6],
  model: [BASE, { ...BASE, model: 'gpt-5-mini' }, 6],
  price: [HOUSE, HOUSE, 6],
  mixed: [
    CACHED,
    {
      ...CACHED,
      model: 'gpt-5-mini',
      system: 4_000,
      history: 2_500,
      answer: 1_200,
      cached: 2_000,
      attempts: 2,
    },
    9,
  ],
}

const HOUSE_RATES: readonly RateTable[] = [
  { 'house-1': { input: '1.00', output: '4.00' } },
  { 'house-1': { input: '1.50', output: '6.00' } },
]

const folder = mkdtempSync(join(tmpdir(), 'costspan-causes-'))
let local: Local
/** Before the first period, between the two, after the second. Epoch milliseconds. */
const bounds: number[] = []
const entries: (readonly LedgerEntry[])[] = []

function shapesOf(period: 0 | 1): readonly (readonly [Shape, Case])[] {
  return Object.entries(CASES).flatMap(([feature, [before, after, units]]) =>
    Array.from({ length: period === 0 ? 6 : units }, (_, index) => {
      const one = period === 0 ? before : after
      const unit = `${feature}-${period}-${index}`
      return [{ ...one, feature, unit, version: `v${period + 1}` }, one] as const
    }),
  )
}

/** The simulator knows a conversation by its words, and bills what the case says. */
function scenarioOf(cases: ReadonlyMap<string, Case>): (request: SimulatorRequest) => Plan {
  return (request) => {
    const unit = /Unit ([\w-]+)\. /.exec(request.raw)?.[1] ?? ''
    const found = cases.get(unit)
    if (found?.limited === true && request.attempt === 1) {
      return { unit, fault: { kind: 'status', status: 429, retryAfterMs: 10 } }
    }
    return { unit, outputTokens: found?.answer ?? 0, cacheReadTokens: found?.cached ?? 0 }
  }
}

async function play(period: 0 | 1): Promise<void> {
  const rates = HOUSE_RATES[period] ?? {}
  const prices = join(folder, `prices-${period}.json`)
  const { input, output } = rates['house-1'] ?? { input: '0', output: '0' }
  const models = { 'house-1': { rates: { input: Number(input), output: Number(output) } } }
  writeFileSync(prices, JSON.stringify({ version: 'test', providers: { openai: { models } } }))
  const shapes = shapesOf(period)
  const cases = new Map(shapes.map(([{ unit }, one]) => [unit, one]))
  const simulator = await startSimulator({ scenario: scenarioOf(cases), rates, keep: 1 })
  const run = await runNode({
    args: ['--require', REGISTER, 'test/demo/apps/shapes.ts', `${simulator.url}/v1`],
    input: JSON.stringify(shapes.map(([shape]) => shape)),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: local.url, COSTSPAN_PRICES: prices },
  })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  entries[period] = simulator.ledger.entries
  await simulator.close()
}

beforeAll(async () => {
  local = await startLocal({ port: 0, db: join(folder, 'calls.db') })
  bounds.push(Date.now())
  await play(0)
  bounds.push(Date.now())
  await play(1)
  bounds.push(Date.now() + 1)
}, 60_000)

afterAll(async () => {
  await local.close()
  rmSync(folder, { recursive: true })
})

const iso = (at: number | undefined): string => new Date(at ?? 0).toISOString()

async function explained(feature: string): Promise<Explanation> {
  const [a, b, c] = bounds
  const query = new URLSearchParams({ feature, before: `${a},${b}`, after: `${b},${c}` })
  const response = await fetch(`${local.url}/api/explain?${query.toString()}`)
  const { explanations } = (await response.json()) as { explanations: Explanation[] }
  return explanations[0]!
}

function booked(feature: string): BookedCauses {
  const own = (period: number): readonly LedgerEntry[] =>
    (entries[period] ?? []).filter(({ unit }) => unit?.startsWith(`${feature}-`))
  return bookCauses(own(0), own(1))
}

const billed = (feature: string, period: number): number =>
  (entries[period] ?? [])
    .filter(({ unit }) => unit?.startsWith(`${feature}-`))
    .reduce((sum, entry) => sum + Number(entry.billed?.pico ?? 0n), 0) / 1e12

describe('explained from real clients, a real receiver and spans, against the ledger', () => {
  it.each(Object.keys(CASES).filter((name) => name !== 'mixed'))(
    '%s: that cause is named within 1%% of the ledger, and nothing else reaches 1%% of the change',
    async (name) => {
      const found = await explained(name)
      const change = billed(name, 1) - billed(name, 0)
      expect(found.totalUsd).toBeCloseTo(change, 9)
      if (name === 'nothing' || name === 'retries') {
        expect(found).toMatchObject({ totalUsdExact: '0', causes: [] })
        return
      }
      const usd = Object.fromEntries(found.causes.map((cause) => [cause.name, cause.usd]))
      const others = found.causes.filter((cause) => cause.name !== name)
      expect(Math.abs((usd[name] ?? 0) / (booked(name)[name] ?? 0) - 1)).toBeLessThan(0.01)
      for (const other of others) {
        expect(Math.abs(other.usd / change), other.label).toBeLessThan(0.01)
      }
      // By the ledger it is that cause alone.
      for (const [cause, amount] of Object.entries(booked(name))) {
        if (cause !== name) expect(Math.abs(amount), cause).toBeLessThan(1e-9)
      }
    },
  )

  it('volume: named alone, to the pico-dollar', async () => {
    const { causes, totalUsdExact } = await explained('volume')
    expect(causes).toMatchObject([{ name: 'volume', usdExact: totalUsdExact }])
  })

  it('retries: 12 HTTP attempts instead of 6 cost nothing, so that no cause is named', async () => {
    const attempts = (period: number): number =>
      (entries[period] ?? []).filter(({ unit }) => unit?.startsWith('retries-')).length
    expect([attempts(0), attempts(1)]).toEqual([6, 12])
    const rows = local.store.rows({ feature: 'retries', from: bounds[1] ?? 0 })
    expect(rows.map((row) => row.attempts)).toEqual([2, 2, 2, 2, 2, 2])
  })

  it('everything at once: each of 8 causes within 1% of the ledger, and together the change', async () => {
    const found = await explained('mixed')
    const ledger = booked('mixed')
    const sum = Object.values(ledger).reduce((total, usd) => total + usd, 0)
    expect(sum).toBeCloseTo(billed('mixed', 1) - billed('mixed', 0), 12)
    const usd = Object.fromEntries(found.causes.map((cause) => [cause.name, cause.usd]))
    for (const name of ['volume', 'attempts', 'system', 'history', 'output', 'cache', 'model']) {
      const amount = ledger[name] ?? 0
      expect(Math.abs(amount), name).toBeGreaterThan(1e-5)
      expect(Math.abs((usd[name] ?? 0) - amount) / Math.abs(amount), name).toBeLessThan(0.01)
    }
  })

  it('says the same from the command, by file and by address, with the parts adding up', async () => {
    const [a, b, c] = bounds.map(iso)
    const explain = (...source: readonly string[]) =>
      runNode({
        args: [
          'cli/main.ts',
          'explain',
          '--feature',
          'history',
          '--between',
          `${a}..${b}`,
          `${b}..${c}`,
          '--json',
          ...source,
        ],
      })
    const file = await explain('--db', join(folder, 'calls.db'))
    const address = await explain('--url', local.url)
    expect(file).toMatchObject({ code: 0 })
    expect(address.stdout).toBe(file.stdout)
    const found = JSON.parse(file.stdout) as Explanation
    const pico = (exact: string): number => Math.round(Number(exact) * 1e12)
    expect(found.causes.reduce((total, cause) => total + pico(cause.usdExact), 0)).toBe(
      pico(found.totalUsdExact),
    )
    expect(found.causes[0]).toMatchObject({ name: 'history', label: 'longer history' })
    expect(found.causes[0]?.plusMinusUsd).toBeGreaterThan(0)
    expect(found.sentence).toContain(`from ${b} to ${c}`)
  })
})
