import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { checkLedger } from '../../demo/show/check.ts'
import { frameOf, lineOf, openScreen, type Moment } from '../../demo/show/screen.ts'
import type { Story } from '../../demo/run.ts'
import { ledgerLines, storyLines, unitLines } from '../../demo/show/words.ts'
import { charge, createLedger } from '../../demo/simulator/ledger.ts'
import type { SimulatorRequest } from '../../demo/simulator/scenario.ts'
import type { Group } from '../../local/answers.ts'
import { openStore } from '../../local/store.ts'

const empty = openStore()
const figures = empty.totals()
empty.close()

const USAGE = { input: 4_000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 1_000 }

function ledgerOfTwo() {
  const ledger = createLedger()
  const request = (id: number): SimulatorRequest => ({
    ...{ id, at: 0, protocol: 'chat_completions', provider: 'openai', path: '', raw: '' },
    ...{ headers: {}, body: {}, model: 'gpt-5.4', stream: false, attempt: 1, repeat: 1, same: 1 },
    ...{ parts: { system: 0, history: 0, tools: 0, rest: 4_000 }, inputTokens: 4_000 },
  })
  ledger.open(request(1))
  ledger.open(request(2))
  const both = charge('gpt-5.4', USAGE)
  ledger.change(1, { ended: 'completed', billed: both, told: both })
  ledger.change(2, { ended: 'disconnected', billed: both })
  return ledger.totals()
}

describe('checkLedger', () => {
  const same = {
    ...{ ...figures, calls: 2, attempts: 2, inputTokens: 4_000, outputTokens: 1_000 },
    ...{ usd: 0.025, usdExact: '0.025' },
  }

  it('agrees on what the provider said, and puts aside what it billed without saying so', () => {
    const check = checkLedger(same, ledgerOfTwo())
    expect(check).toMatchObject({
      agrees: true,
      differenceUsd: 0,
      untold: { calls: 1, outputTokens: 1_000, usd: '0.025' },
    })
    expect(ledgerLines(check).join('\n')).toContain('billed $0.0250 for 1 call')
  })

  it.each([
    ['a call', { calls: 1 }],
    ['an attempt', { attempts: 3 }],
    ['an input token', { inputTokens: 3_999 }],
    ['an output token', { outputTokens: 1_001 }],
    ['two billionths of a dollar', { usdExact: '0.025000002' }],
  ])('disagrees over %s', (_, change) => {
    const check = checkLedger({ ...same, ...change }, ledgerOfTwo())
    expect(check.agrees).toBe(false)
    expect(ledgerLines(check).join('\n')).toContain('They differ')
  })
})

const bot: Group = {
  ...{ ...figures, calls: 30, pricedCalls: 30, usd: 3 },
  key: { feature: 'support-bot' },
  unit: { type: 'conversation', count: 24, callsPerUnit: 1.25, usd: 3, usdPerUnit: 0.125 },
}
const moment: Moment = {
  seconds: 63.4,
  phase: 'month 3: a long description that goes on for longer than any narrow terminal is wide',
  usd: 3.2,
  calls: 40,
  usdPerHour: 240,
  features: [bot, { ...figures, calls: 2, key: { feature: null } }],
  lately: [],
}

describe('screen', () => {
  it('says spend, features and cost per conversation in one plain line', () => {
    expect(lineOf(moment)).toBe(
      `01:03 ${moment.phase}: $3.20 in 40 calls; support-bot $3.00; support-bot $0.1250 a conversation`,
    )
  })

  it.each([40, 60, 80, 200])('keeps every line below a width of %i', (width) => {
    const lines = frameOf(moment, width).map(stripVTControlCharacters)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(width)
    expect(lines.join('\n')).toContain('support-bot')
    expect(lines.join('\n')).toContain('unpriced')
  })

  it.each([
    ['a pipe', {}],
    ['a terminal without colours', { isTTY: true, hasColors: () => false, columns: 80 }],
  ])('moves no cursor on %s', (_, stream) => {
    let written = ''
    const write = (text: string) => (written += text)
    const screen = openScreen({ ...stream, write } as never)
    screen.show(moment)
    screen.show(moment)
    expect(written).not.toContain('\u001B[2F')
    expect(written.split('\n')).toHaveLength(3)
  })

  it('erases what it wrote before on a terminal', () => {
    let written = ''
    const write = (text: string) => (written += text)
    const screen = openScreen({ isTTY: true, hasColors: () => true, columns: 80, write } as never)
    screen.show(moment)
    screen.show(moment)
    expect(written).toContain('\u001B[4F\u001B[J')
  })
})

describe('the closing words', () => {
  const story: Story = {
    change: undefined,
    causes: { ledger: {}, furthest: 0, agrees: false },
    units: { by: [], groups: [], dearest: [], unjoined: [] },
    outcomes: { groups: [], unjoined: [], duplicates: {}, unused: [] },
  }

  it('say so where nothing changed, and nothing of units where there are none', () => {
    expect(storyLines(story).join('\n')).toContain('No lasting change')
    expect(unitLines(story)).toEqual([])
  })
})
