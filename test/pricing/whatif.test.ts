import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const folder = mkdtempSync(join(tmpdir(), 'costspan-whatif-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function freshDb(name: string, rows: readonly CallRow[]): string {
  const path = join(folder, name)
  const store = openStore({ path })
  store.add(rows)
  store.close()
  return path
}

beforeAll(() => {
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
        // Not of the model: it keeps its amount, which the book could not say.
        { key: ['unattributed'], calls: 1, changed: 0, now: '0.5', then: '0.5' },
      ],
      total: { calls: 4, changed: 2, now: '21.75', then: '13.875', difference: '-7.875' },
      left: { was_unpriced: 1 },
      leftNow: '0',
      partial: 0,
    })
  })

  test('prices them at another provider, without the words of the first', async () => {
    const args = ['--db', db, '--model', 'gpt-5.4=anthropic/claude-sonnet-5', '--by', 'provider']
    const { stdout } = await run(...args, '--json')
    // 2M in at $2, 1M out at $10; a batch at OpenAI says nothing of Anthropic.
    expect(JSON.parse(stdout)).toMatchObject({ total: { now: '21.75', then: '24.5' } })
  })

  test('prices them at the rates of another day', async () => {
    const path = freshDb('o3.db', [row(1, { requestModel: 'o3', usage: { input: M }, usd: 2 })])
    const { stdout } = await run('--db', path, '--at', '2025-06-01', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ total: { now: '2', then: '10', changed: 0 } })
  })

  test('takes a price file of one’s own', async () => {
    const args = ['--db', db, '--model', 'gpt-5.4=gpt-5.4-mini', '--prices', contract, '--json']
    const { stdout } = await run(...args)
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ then: '1.6875' }, {}, {}] })
  })

  test('shows people a table, and on stderr what it leaves out', async () => {
    const { stdout, stderr } = await run('--db', db, '--model', 'gpt-5.4=gpt-5.4-mini')
    expect(stdout).toBe(
      [
        'feature       calls  changed     now    then  difference',
        'search            2        2  $11.25   $3.38      −$7.88  -70.0%',
        'bot               1        0  $10.00  $10.00       $0.00    0.0%',
        'unattributed      1        0   $0.50   $0.50       $0.00    0.0%',
        'total             4        2  $21.75  $13.88      −$7.88  -36.2%',
        '',
      ].join('\n'),
    )
    expect(stderr).toContain('1 call is in neither sum: was_unpriced 1\n')
    expect(stderr).toContain("Tokens as they were; another model's tokenizer may count otherwise.")
  })

  test('bills cached tokens as input where the other model has no rate for them', async () => {
    const path = freshDb('cache.db', [
      // A tenth of 3 + 3.75 + 15, the rates of a million each.
      row(1, {
        provider: 'anthropic',
        requestModel: 'claude-sonnet-4-5',
        usage: { input: M / 10, cacheWrite5m: M / 10, output: M / 10 },
        usd: 2.175,
      }),
    ])
    const args = ['--db', path, '--model', 'claude-sonnet-4-5=openai/gpt-4.1', '--json']
    // 200,000 in at $2, 100,000 out at $8.
    expect(JSON.parse((await run(...args)).stdout)).toMatchObject({
      total: { now: '2.175', then: '1.2' },
      partial: 0,
    })
  })

  test('takes inclusive counts where the store has no usage, and keeps a lower bound one', async () => {
    const path = freshDb('counts.db', [
      row(1, {
        requestModel: 'gpt-4.1',
        inputTokens: M,
        cacheReadTokens: M / 2,
        outputTokens: M,
        usd: 9.25,
      }),
      row(2, {
        requestModel: 'gpt-4.1',
        inputTokens: M,
        status: 'partial',
        reason: 'usage_incomplete',
        usd: 2,
      }),
      row(3, { requestModel: 'gpt-4.1', status: 'unpriced', reason: 'call_failed' }),
    ])
    const { stdout } = await run('--db', path, '--model', 'gpt-4.1=gpt-4.1-mini', '--json')
    // 0.5M at $0.40, 0.5M cached at $0.10, 1M out at $1.60; and 1M in.
    expect(JSON.parse(stdout)).toMatchObject({
      total: { calls: 2, now: '11.25', then: '2.25' },
      left: { call_failed: 1 },
      partial: 1,
    })
  })

  test('prices calls that were kept without their usage by their totals', async () => {
    const path = freshDb('totals.db', [
      row(1, { inputTokens: M, cacheReadTokens: M / 2, usd: 1.375 }),
    ])
    const { stdout } = await run('--db', path, '--model', 'gpt-5.4=gpt-5.4-mini', '--json')
    // Half of it at $0.75, the cached half at $0.075.
    expect(JSON.parse(stdout)).toMatchObject({ total: { now: '1.375', then: '0.4125' } })
  })

  test('groups by the model that was asked for, as the report does', async () => {
    const { stdout } = await run('--db', db, '--model', 'gpt-4o=gpt-4.1', '--by', 'model', '--json')
    const { rows } = JSON.parse(stdout) as { rows: readonly { key: readonly string[] }[] }
    expect(rows.map(({ key }) => key[0])).toEqual(['gpt-5.4', 'gpt-4o', 'own'])
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
    [['--db', 'DB', '--model', 'gpt-5.4=claude-sonnet-5'], 2, 'gpt-5.4=anthropic/claude-sonnet-5'],
    [
      ['--db', 'DB', '--model', 'gpt-5.4=gpt-5.4-mini', '--model', 'gpt-4.l=gpt-4o'],
      1,
      'none of the 5 calls is of gpt-4.l; they are of gpt-5.4, gpt-4o, own',
    ],
    [
      ['--db', 'DB', '--model', 'gpt-5.4=gpt-4o', '--model', 'gpt-5.4=gpt-4.1'],
      2,
      '--model gpt-5.4=…: stands twice',
    ],
    [
      ['--db', 'DB', '--at', '2026-01-01', '--provider', 'openai'],
      2,
      'not together with --db: --provider',
    ],
    [
      ['--trace', trace, '--model', 'gpt-4o=gpt-5', '--since', '1d'],
      2,
      'not together with --trace: --since',
    ],
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
    expect(attoText(toAtto(0.1 + 0.2))).toBe('0.3')
    expect(attoText(0n)).toBe('0')
  })
})
