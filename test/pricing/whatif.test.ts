import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { attoText, toAtto } from '../../cli/money-sum.ts'
import { openStore } from '../../local/store.ts'
import type { CallRow } from '../../local/row.ts'
import { runNode } from '../support/run-node.ts'

const trace = 'test/fixtures/azure-llm-2023-conv/first-1000.csv'
const M = 1_000_000

const run = (...args: readonly string[]) => runNode({ args: ['cli/main.ts', 'whatif', ...args] })

let db = ''
let contract = ''

function row(n: number, fields: Partial<CallRow>): CallRow {
  return {
    traceId: `t${n}`,
    spanId: `s${n}`,
    service: 'shop',
    startedAt: Date.parse('2026-10-01') + n,
    endedAt: Date.parse('2026-10-01') + n + 5,
    operation: 'chat',
    provider: 'openai',
    requestModel: 'gpt-5.4',
    attempts: 1,
    status: 'priced',
    parts: {},
    tags: {},
    ...fields,
  }
}

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-whatif-'))
  db = join(folder, 'calls.db')
  contract = join(folder, 'prices.yaml')
  writeFileSync(contract, 'discounts: [{ provider: openai, model: gpt-5.4-mini, percent: 50 }]\n')
  const store = openStore({ path: db })
  store.add([
    row(1, {
      feature: 'search',
      responseModel: 'gpt-5.4-2026-03-05',
      usage: { input: M },
      usd: 2.5,
    }),
    row(2, {
      feature: 'search',
      usage: { input: M, output: M },
      priceContext: { serviceTier: 'batch' },
      usd: 8.75,
    }),
    row(3, { feature: 'bot', requestModel: 'gpt-4o', usage: { output: M }, usd: 10 }),
    row(4, { feature: 'bot', status: 'unpriced', reason: 'usage_missing' }),
    row(5, { provider: 'acme', requestModel: 'own', usage: { input: 5 }, usd: 0.5 }),
  ])
  store.close()
})

describe('costspan whatif on stored calls', () => {
  test('prices them on another model, by feature; names that mean the same count, tiers stay', async () => {
    const { code, stdout } = await run('--db', db, '--model', 'gpt-5.4=gpt-5.4-mini', '--json')
    expect(code).toBe(0)
    // 1M in at $0.75, and half of (0.75 + 4.50) in batch. gpt-4o stays what it was.
    expect(JSON.parse(stdout)).toMatchObject({
      by: ['feature'],
      rows: [
        {
          key: ['search'],
          calls: 2,
          changed: 2,
          now: '11.25',
          then: '3.375',
          difference: '-7.875',
        },
        { key: ['bot'], calls: 1, changed: 0, now: '10', then: '10', difference: '0' },
      ],
      total: { calls: 3, changed: 2, now: '21.25', then: '13.375', difference: '-7.875' },
      left: { was_unpriced: 1, unknown_model: 1 },
      partial: 0,
    })
  })

  test('prices them at another provider, without the words of the first', async () => {
    const args = ['--db', db, '--model', 'gpt-5.4=anthropic/claude-sonnet-5', '--by', 'provider']
    const { stdout } = await run(...args, '--json')
    // 2M in at $2, 1M out at $10; a batch at OpenAI says nothing of Anthropic.
    expect(JSON.parse(stdout)).toMatchObject({ total: { now: '21.25', then: '24' } })
  })

  test('prices them at the rates of another day', async () => {
    const store = openStore({ path: join(tmpdir(), `costspan-o3-${process.pid}.db`) })
    store.add([row(1, { requestModel: 'o3', usage: { input: M }, usd: 2 })])
    store.close()
    const path = join(tmpdir(), `costspan-o3-${process.pid}.db`)
    const { stdout } = await run('--db', path, '--at', '2025-06-01', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ total: { now: '2', then: '10', changed: 0 } })
  })

  test('prices calls that were kept without their usage by their totals', async () => {
    const path = join(tmpdir(), `costspan-totals-${process.pid}.db`)
    const store = openStore({ path })
    store.add([row(1, { inputTokens: M, cacheReadTokens: M / 2, usd: 1.375 })])
    store.close()
    const { stdout } = await run('--db', path, '--model', 'gpt-5.4=gpt-5.4-mini', '--json')
    // Half of it at $0.75, the cached half at $0.075.
    expect(JSON.parse(stdout)).toMatchObject({ total: { now: '1.375', then: '0.4125' } })
  })

  test('takes a price file of one’s own', async () => {
    const args = ['--db', db, '--model', 'gpt-5.4=gpt-5.4-mini', '--prices', contract, '--json']
    const { stdout } = await run(...args)
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ then: '1.6875' }, {}] })
  })

  test('shows people a table, and on stderr what it leaves out', async () => {
    const { stdout, stderr } = await run('--db', db, '--model', 'gpt-5.4=gpt-5.4-mini')
    expect(stdout).toBe(
      [
        'feature  calls  changed     now    then  difference',
        'search       2        2  $11.25   $3.38      −$7.88  -70.0%',
        'bot          1        0  $10.00  $10.00       $0.00    0.0%',
        'total        3        2  $21.25  $13.38      −$7.88  -37.1%',
        '',
      ].join('\n'),
    )
    expect(stderr).toContain('1 calls are in neither sum: unknown_model\n')
    expect(stderr).toContain("Tokens as they were; another model's tokenizer may count otherwise.")
  })

  test.each([
    [
      ['--model', 'gpt-5.4=gpt-5.4-mini'],
      2,
      'what to price is missing. Allowed: one of --db, --trace',
    ],
    [['--db', 'DB'], 2, 'nothing is changed. Allowed: --model A=B, --at DATE'],
    [['--db', 'DB', '--model', 'gpt-5.4'], 2, '--model gpt-5.4: must be A=B'],
    [['--db', 'DB', '--model', 'gpt-5.4=gpt-5.4-mimi'], 2, 'nearest: gpt-5.4-mini'],
    [['--db', 'DB', '--at', 'yesterday'], 2, '--at yesterday: must be a day or an instant'],
    [['--db', 'DB', '--at', '2026-01-01', '--since', 'ever'], 2, '--since ever: must be an age'],
    [
      ['--db', 'DB', '--at', '2026-01-01', '--by', 'moon'],
      2,
      "no grouping 'moon'. Allowed: feature",
    ],
    [['--db', 'DB', '--model', 'gpt-4.1=gpt-4o'], 1, 'none of the 5 calls is of gpt-4.1'],
    [['--db', 'DB', '--at', '2026-01-01', '--since', '1s'], 1, 'no calls in that time'],
    [['--db', '/nowhere.db', '--at', '2026-01-01'], 1, '/nowhere.db: no such file'],
    [['--trace', '/nowhere.csv', '--model', 'gpt-4o=gpt-5'], 1, "/nowhere.csv: can't be read"],
    [['--trace', trace, '--at', '2026-01-01'], 2, '--trace needs one --model A=B'],
  ])('of %j ends with %d and says: %s', async (args, expected, message) => {
    const words = args.map((word) => (word === 'DB' ? db : word))
    const { code, stderr } = await run(...words)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(expected)
  })
})

describe('costspan whatif on a trace', () => {
  test('of 1,000 production calls agrees with a sum made by hand', async () => {
    const { stdout } = await run('--trace', trace, '--model', 'gpt-5.4=gpt-5.4-mini', '--json')
    const cents = (rateIn: bigint, rateOut: bigint): bigint =>
      readFileSync(trace, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').map((cell) => cell.trim()))
        .reduce(
          (sum, cell) => sum + BigInt(cell[1] ?? '') * rateIn + BigInt(cell[2] ?? '') * rateOut,
          0n,
        )
    // $2.50 / $15 and $0.75 / $4.50 per million tokens, in units of 10^-8 dollars.
    const total = (JSON.parse(stdout) as { total: { now: string; then: string } }).total
    expect(toAtto(total.now)).toBe(cents(250n, 1_500n) * 10n ** 10n)
    expect(toAtto(total.then)).toBe(cents(75n, 450n) * 10n ** 10n)
  })
})

describe('exact sums', () => {
  test('keep every digit, and the sign', () => {
    expect(attoText(toAtto('0.1') + toAtto('0.2'))).toBe('0.3')
    expect(attoText(-toAtto('12.500'))).toBe('-12.5')
    expect(toAtto('-1.5')).toBe(-15n * 10n ** 17n)
    expect(attoText(toAtto(0.1 + 0.2))).toBe('0.3')
    expect(attoText(0n)).toBe('0')
  })
})
