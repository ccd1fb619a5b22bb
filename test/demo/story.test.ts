import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../demo/simulator/ledger.ts'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { perform } from '../../demo/stage.ts'
import { checkCauses } from '../../demo/show/causes.ts'
import { BASELINES, PHASES } from '../../demo/story/phases.ts'
import { storyScenario } from '../../demo/story/scenario.ts'
import { findChange } from '../../local/explain/find-change.ts'
import { outcomesReport } from '../../local/reports/outcomes.ts'
import { unitsReport } from '../../local/reports/units.ts'
import { startLocal, type Local } from '../../local/server.ts'

let simulator: Simulator
let local: Local
let code: number

beforeAll(async () => {
  simulator = await startSimulator({ scenario: storyScenario() })
  local = await startLocal({ port: 0 })
  const app = perform('support-bot', {
    simulator: simulator.url,
    endpoint: local.url,
    arguments: ['--seconds', '6'],
    tell: () => undefined,
  })
  code = await app.ended
})

afterAll(async () => {
  await local.close()
  await simulator.close()
})

/** The bot's requests of a phase, told apart by the length of its system prompt and its history. */
function entriesOf(phase: number): readonly LedgerEntry[] {
  const { systemPrompt, history } = PHASES[phase] ?? { systemPrompt: 0, history: [] }
  const tokens = history.reduce((sum, each) => sum + each.question + each.answer, 0)
  return simulator.ledger.entries.filter(
    (entry) =>
      entry.model === 'gpt-5.4' &&
      entry.parts.system === systemPrompt &&
      entry.parts.history === tokens,
  )
}

const usdOf = (entries: readonly LedgerEntry[]): number =>
  entries.reduce((sum, entry) => sum + Number(entry.billed?.pico ?? 0n) / 1e12, 0)
const sum = (entries: readonly LedgerEntry[], of: (entry: LedgerEntry) => number): number =>
  entries.reduce((total, entry) => total + of(entry), 0)

describe("the support bot's story", () => {
  it('costs $0.025, then $0.125, then about $0.025 a conversation by the ledger', () => {
    expect(code).toBe(0)
    const perConversation = PHASES.map((_, phase) => usdOf(entriesOf(phase)) / 24)
    expect(perConversation[0]).toBeCloseTo(0.025, 12)
    expect(perConversation[1]).toBeCloseTo(0.125, 12)
    expect(perConversation[2]).toBeCloseTo(0.02575, 12)
    const tokens = sum(entriesOf(1), (entry) => {
      const { input = 0, output = 0 } = entry.billed?.usage ?? {}
      return input + output
    })
    expect(tokens / 24).toBe(25_000)
  })

  it('is explained by costspan within 1% of what the ledger books for each cause', () => {
    const found = findChange(local.store.rows(), local.store.costs())
    expect(found).toMatchObject({
      feature: 'support-bot',
      unitType: 'conversation',
      before: { units: 24, calls: 24 },
      after: { units: 24, calls: 48 },
    })
    const { agrees, furthest, ledger } = checkCauses(found, simulator.ledger.entries)
    expect(furthest).toBeLessThan(0.01)
    expect(agrees).toBe(true)
    // gpt-5.4: $2.5 in and $15 out per million tokens. Both phases have 24 conversations.
    const again = entriesOf(1).filter((entry) => entry.repeat > 1)
    expect(ledger['attempts']).toBeCloseTo(usdOf(again), 9)
    expect(ledger['history']).toBeCloseTo(24 * 3_500 * 2.5e-6, 9)
    expect(ledger['system']).toBeCloseTo(24 * 2_500 * 2.5e-6, 9)
    expect(ledger['output']).toBeCloseTo(24 * 1_500 * 15e-6, 9)
    const rise = (of: readonly number[]): number => of.reduce((sum, usd) => sum + usd, 0)
    expect(rise(Object.values(ledger))).toBeCloseTo(usdOf(entriesOf(1)) - usdOf(entriesOf(0)), 9)
  })

  it('is not explained where a cause is 2% off, or where nothing was found', () => {
    const found = findChange(local.store.rows(), local.store.costs())
    const causes = found?.causes.map((cause) => ({ ...cause, usd: cause.usd * 1.02 })) ?? []
    expect(found && checkCauses({ ...found, causes }, simulator.ledger.entries).agrees).toBe(false)
    expect(checkCauses(undefined, simulator.ledger.entries).agrees).toBe(false)
  })

  it('is told by unit: $0.025, then $0.125 of LLM calls, and $0.0024 of vector database and gateway', () => {
    const { groups } = unitsReport(local.store, { feature: 'support-bot' }, ['promptVersion'])
    const month = (version: string) => groups.find(({ key }) => key.promptVersion === version)
    for (const [version, llm] of [
      ['v1', 0.025],
      ['v2', 0.125],
      ['v3', 0.025_75],
    ] as const) {
      expect(month(version)).toMatchObject({ type: 'conversation', units: 24 })
      expect(month(version)?.usdPerUnit).toBeCloseTo(llm + 0.0024, 9)
      const parts = month(version)?.parts.map(({ component, usdPerUnit }) => [
        component,
        Number(usdPerUnit.toFixed(9)),
      ])
      expect(parts).toEqual([
        ['llm', llm],
        ['vector_db', 0.0016],
        ['gateway', 0.0008],
      ])
    }
  })

  it('resolves 63 of 72 tickets, for 7 cents each with all that failed, against $18', () => {
    const { groups, unjoined } = outcomesReport(local.store, {}, BASELINES)
    expect(unjoined).toEqual([])
    expect(groups).toMatchObject([
      {
        name: 'ticket.resolved',
        outcomes: 72,
        succeeded: 63,
        failed: 9,
        units: 72,
        unitsWithout: 0,
      },
    ])
    // Per conversation $0.025, $0.125, $0.02575 and $0.0024 each.
    const each = ((0.025 + 0.125 + 0.025_75) / 3 + 0.0024) * (72 / 63)
    expect(groups[0]?.usdPerSuccess).toBeCloseTo(each, 9)
    expect(groups[0]?.margin?.times).toBeCloseTo(18 / each, 6)
  })

  it('leaves the steady vector database and gateway out of what changed, and says so', () => {
    const found = findChange(local.store.rows(), local.store.costs())
    expect(found?.before.usdPerUnit).toBeCloseTo(0.025, 12)
    expect(found?.beside?.map(({ component }) => component)).toEqual(['vector_db', 'gateway'])
    expect(found?.sentence).toContain(
      'beside the same $0.002 a conversation for vector_db and gateway.',
    )
  })

  it('has an unattributed call, an unpriced model, a stopped stream and retries to show', () => {
    expect(local.store.reasons({}, 'unpriced')).toMatchObject({
      unknown_model: 2,
      usage_missing: 1,
    })
    const rows = local.store.rows()
    expect(rows.filter((row) => row.feature === undefined)).toHaveLength(2)
    expect(rows.filter((row) => row.attempts === 2).length).toBeGreaterThanOrEqual(4)
    expect(simulator.ledger.entries.filter((entry) => entry.ended === 'disconnected')).toHaveLength(
      1,
    )
    expect(rows.some((row) => (row.cacheReadTokens ?? 0) > 0)).toBe(true)
  })
})
