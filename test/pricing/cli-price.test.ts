import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runNode, type RunResult } from '../support/run-node.ts'

let folder: string
let prices: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'costspan-price-'))
  prices = join(folder, 'mine.yaml')
  writeFileSync(prices, 'providers: {openai: {models: {gpt-4o: {rates: {input: 2}}}}}\n')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = (
  args: readonly string[],
  more: { input?: string; env?: Record<string, string> } = {},
) => runNode({ args: ['cli/main.ts', 'price', ...args], ...more })

function results(result: RunResult): readonly Record<string, unknown>[] {
  const lines = result.stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

const gpt4o = ['--provider', 'openai', '--model', 'gpt-4o', '--at', '2026-06-01']

describe('costspan price with flags', () => {
  test('takes inclusive counts and prints one JSON object on stdout', async () => {
    const counts = ['--input', '1000', '--cache-read', '800', '--output', '100']
    const result = await run([...gpt4o, ...counts, '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(results(result)).toMatchObject([
      {
        status: 'priced',
        usd: 0.0025,
        usd_exact: '0.0025',
        price_id: 'openai/gpt-4o',
        book: '2026-11-24',
        parts: { input: 0.0005, cache_read: 0.001, output: 0.001 },
        cache_savings: 0.001,
        lines: [{ meter: 'input' }, { meter: 'cacheRead' }, { meter: 'output' }],
      },
    ])
  })

  test('prints a table for people on stderr without --json', async () => {
    const result = await run([...gpt4o, '--input', '1000', '--output', '100'])
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toBe(
      [
        'openai/gpt-4o  $0.0035',
        '  input   1,000  x $0.0000025  $0.0025',
        '  output    100    x $0.00001   $0.001',
        '  rates: openai/gpt-4o, price book 2026-11-24',
        '',
      ].join('\n'),
    )
  })

  test('says why there is no price or only a lower bound', async () => {
    const [unknown, partial] = await Promise.all([
      run(['--provider', 'openai', '--model', 'gpt-4p', '--input', '1', '--json']),
      run([...gpt4o, '--input', '10', '--cache-write-1h', '9']),
    ])
    expect(results(unknown)).toMatchObject([
      { status: 'unpriced', usd: null, usd_exact: null, reason: 'unknown_model' },
    ])
    expect(partial.stderr).toContain('at least $0.0000025 (rate_missing: no rate for cacheWrite1h)')
  })

  test('lays price files over the bundled prices, by flag or by COSTSPAN_PRICES', async () => {
    const args = [...gpt4o, '--input', '1000000', '--json']
    const [byFlag, byEnvironment] = await Promise.all([
      run([...args, '--prices', prices]),
      run(args, { env: { COSTSPAN_PRICES: prices } }),
    ])
    expect(results(byFlag)).toMatchObject([{ usd: 2, book: '2026-11-24+user' }])
    expect(results(byEnvironment)).toMatchObject([{ usd: 2, book: '2026-11-24+user' }])
  })

  test.each([
    [['--model', 'gpt-4o'], 2, 'costspan price: --provider is missing; allowed: a name\n'],
    [
      [...gpt4o, '--input', 'ten'],
      2,
      '--input ten: must be a whole number from 0 to 9007199254740991\n',
    ],
    [
      [...gpt4o, '--input', '5', '--cache-read', '6'],
      2,
      'costspan price: usage: cache_read 6 is above input 5\n',
    ],
    [
      ['--provider', 'openai', '--model', 'm', '--at', 'noon'],
      2,
      '--at noon: must be a day or an instant, such as 2026-06-01T12:00:00Z\n',
    ],
    [
      [...gpt4o, '--inputs', '5'],
      2,
      "costspan price: Unknown option '--inputs'. Allowed: --provider, --model,",
    ],
    [
      [...gpt4o, '--prices', 'absent.yaml'],
      1,
      "costspan price: absent.yaml: can't be read (ENOENT); allowed: a YAML or JSON file\n",
    ],
  ])('refuses %j in one line', async (args, code, line) => {
    const result = await run(args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(line)
    expect(result.stderr.trimEnd()).not.toContain('\n')
  })
})

describe('costspan price with NDJSON', () => {
  test('prices the golden vectors, one result a line', async () => {
    const { vectors } = JSON.parse(
      readFileSync(new URL('price-vectors.json', import.meta.url), 'utf8'),
    ) as { vectors: readonly { id: string; provider: string; expected_usd_exact: string | null }[] }
    const ours = vectors.filter(({ provider }) => ['openai', 'anthropic'].includes(provider))
    const input = ours.map((vector) => JSON.stringify(vector)).join('\n')
    const result = await run(['--json'], { input })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(results(result).map(({ id, usd_exact }) => [id, usd_exact])).toEqual(
      ours.map(({ id, expected_usd_exact }) => [id, expected_usd_exact]),
    )
  })

  test('answers a bad line with an error that names it, prices the others, and ends with 1', async () => {
    const good =
      '{"id":1,"provider":"openai","model":"gpt-4o","usage":{"input":1000},"at":"2026-06-01"}'
    const lines = [
      good,
      'nonsense',
      '',
      '[]',
      '{"id":"b","provider":"openai","model":"gpt-4o","usage":{"inputs":1}}',
      '{"provider":"openai","model":"gpt-4o","usage":{"input":1,"cache_read":2}}',
      '{"provider":"openai","model":"gpt-4o","usage":{"input":-1}}',
      '{"provider":"openai","model":"gpt-4o","usage":{},"at":"soon"}',
      '{"provider":"openai","usage":{}}',
      good,
    ]
    const result = await run(['--json'], { input: lines.join('\n') })
    expect(result.code).toBe(1)
    expect(results(result)).toMatchObject(
      [
        { id: 1, status: 'priced', usd: 0.0025 },
        { status: 'error', message: 'line 2: is not JSON; allowed: one object a line' },
        { status: 'error', message: 'line 4: is not a JSON object' },
        {
          id: 'b',
          status: 'error',
          message: /^line 5: usage\.inputs is not known; allowed: input,/,
        },
        { status: 'error', message: 'line 6: usage: cache_read 2 is above input 1' },
        { status: 'error', message: /^line 7: usage\.input is not a count/ },
        { status: 'error', message: /^line 8: 'at' is not an instant/ },
        { status: 'error', message: "line 9: 'model' is missing; allowed: a name" },
        { id: 1, status: 'priced', usd: 0.0025 },
      ].map((expected) => ({
        ...expected,
        ...(expected.message instanceof RegExp
          ? { message: expect.stringMatching(expected.message) as string }
          : {}),
      })),
    )
  })
})
