import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePriceFile } from '../../instrumentation/prices-file.ts'
import { readFileSync } from 'node:fs'
import { runNode } from '../support/run-node.ts'

let folder = ''
let mine = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'costspan-prices-'))
  mine = join(folder, 'mine.yaml')
  writeFileSync(mine, 'providers: {vllm: {models: {own: {rates: {input: 0.5}}}}}\n')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runNode({ args: ['cli/main.ts', 'prices', ...args], env: { XDG_CACHE_HOME: folder, ...env } })

const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await run([...args, '--json'])).stdout)

describe('costspan prices', () => {
  test('lists providers with how sure their rates are, and the models of one', async () => {
    expect(await json('list', '--prices', mine)).toMatchObject({
      version: '2026-11-24+user',
      providers: expect.arrayContaining([
        { provider: 'vllm', models: 1, vendor: 0, secondary: 0, catalogue: 0, own: 1 },
      ]) as unknown,
    })
    expect(await json('list', '--provider', 'google', '--at', '2026-06-01')).toMatchObject({
      provider: 'gcp.gemini',
      models: expect.arrayContaining([
        {
          model: 'gemini-2.5-pro',
          rates: {
            input: '1.25',
            cache_read: '0.125',
            output: '10',
            web_search: '35',
          },
        },
      ]) as unknown,
    })
  })

  test('shows every rate that a model ever had, by any name that a call could have', async () => {
    const { stdout } = await run(['show', 'o3-2025-04-16', '--provider', 'openai'])
    expect(stdout).toContain('openai/o3\n')
    expect(stdout).toContain('  until 2025-06-10\n      input 10, cache_read 2.5, output 40\n')
    expect(stdout).toContain('  from 2025-06-10\n      input 2, cache_read 0.5, output 8\n')
    expect(stdout).toMatch(/vendor, \d{4}-\d\d-\d\d: https:/)
    expect(stdout.split('\n').every((line) => line.length <= 120)).toBe(true)
    const profile = 'global.anthropic.claude-sonnet-4-5-20250929-v1:0'
    expect(await json('show', profile, '--provider', 'aws.bedrock')).toMatchObject({
      found: [{ provider: 'aws.bedrock', implied: { routing: 'global' }, rates: { input: '3' } }],
    })
  })

  test('compares with the catalogue and with a file; merges nothing', async () => {
    const found = (await json('check', '--at', '2026-09-20')) as { equal: number; missing: [] }
    expect(found.equal).toBeGreaterThan(1_000)
    const { stdout } = await run(['check', '--against', mine])
    expect(stdout).toContain('only theirs: vllm/own\n')
    expect(stdout).toContain(
      '0 models agree, 0 rates differ, 1 models are only theirs, 0 only ours.\n',
    )
  })

  test('compares with the published data of genai-prices, and says how sure ours is', async () => {
    const file = join(folder, 'data.json')
    const model = (start: string): string =>
      JSON.stringify([
        {
          id: 'openai',
          models: [
            {
              id: 'gpt-4o',
              match: { equals: 'gpt-4o' },
              prices: [
                { prices: { input_mtok: 2.5, output_mtok: 10 } },
                { constraint: { start_date: start }, prices: { input_mtok: 9, output_mtok: 10 } },
              ],
            },
          ],
        },
      ])
    writeFileSync(file, model('2026-06-01'))
    expect(await json('check', '--against', file, '--at', '2026-05-31')).toMatchObject({
      equal: 1,
      differences: [],
    })
    expect(await json('check', '--against', file, '--at', '2026-06-01')).toMatchObject({
      differences: [
        {
          model: 'gpt-4o',
          rate: 'input',
          ours: '2.5',
          theirs: '9',
          confidence: 'vendor',
          source: expect.stringMatching(/^https:/) as unknown,
        },
      ],
    })
    writeFileSync(file, '[{"id": "openai", "models": [{"id": "gpt-4o", "prices": 1}]}]')
    const { code, stderr } = await run(['check', '--against', file])
    expect(stderr.trim()).toBe(
      `costspan prices check: ${file}: item 0 is no provider; allowed: a price file, or a data.json of genai-prices`,
    )
    expect(code).toBe(1)
  })

  test('fetches newer list prices, keeps them, and refuses older ones', async () => {
    const book = (version: string): string =>
      JSON.stringify({
        version,
        providers: { openai: { models: { 'gpt-4o': { rates: { input: '1', output: '10' } } } } },
      })
    let body = book('2027-01-01')
    const server = createServer((_, response) => response.end(body))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const update = (...more: readonly string[]) => run(['update', '--url', url, ...more, '--json'])
    try {
      const first = await update()
      expect(JSON.parse(first.stdout)).toMatchObject({ from: '2026-11-24', to: '2027-01-01' })
      const gpt4o = ['--provider', 'openai', '--model', 'gpt-4o', '--at', '2027-01-02']
      const priced = await runNode({
        args: ['cli/main.ts', 'price', ...gpt4o, '--input', '1000000', '--json'],
        env: { XDG_CACHE_HOME: folder, COSTSPAN_PRICES_URL: url },
      })
      expect(JSON.parse(priced.stdout)).toMatchObject({ usd: 1, book: '2026-11-24+2027-01-01' })
      body = book('2026-12-31')
      const older = await update()
      expect([older.code, older.stderr.trim()]).toEqual([
        1,
        `costspan prices update: ${url}: of 2026-12-31, older than 2027-01-01, which is in use`,
      ])
      expect(JSON.parse((await update('--force')).stdout)).toMatchObject({ to: '2026-12-31' })
    } finally {
      server.close()
    }
  })

  test.each([
    [[], 2, "no ''. Allowed: list, show MODEL, check, update"],
    [['lst'], 2, "no 'lst'. Allowed: list, show MODEL, check, update"],
    [['list', '--provider', 'acme'], 2, '--provider acme: not in the price book. Allowed: '],
    [['list', '--at', 'now'], 2, '--at now: must be a day or an instant'],
    [['show'], 2, 'one model. Allowed: costspan prices show gpt-4o'],
    [['show', 'gpt-4p'], 1, "no model 'gpt-4p' in the price book; nearest: gpt-4"],
    [['show', 'gpt-4o', '--provider', 'acme'], 1, "show: no provider 'acme'; costspan prices list"],
    [['show', 'gpt-4p', '--provider', 'openai'], 1, 'nearest: gpt-4o'],
    [['check', '--against', '/nowhere.yaml'], 1, "/nowhere.yaml: can't be read (ENOENT)"],
    [['update'], 2, 'Allowed: --url URL, --from FILE, COSTSPAN_PRICES_URL'],
    [['update', '--url', 'a', '--from', 'b'], 2, '--url and --from exclude each other'],
    [['update', '--from', '/nowhere.json'], 1, '/nowhere.json: no such file'],
  ])('%j ends with %d and says: %s', async (args, expected, message) => {
    const { code, stderr } = await run(args)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(expected)
  })
})

describe('the prices page', () => {
  test('shows a price file that is one', () => {
    const page = readFileSync('docs/pricing.md', 'utf8')
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect(parsePriceFile(example, 'docs/pricing.md')).toMatchObject({ version: 'contract-2026' })
  })
})
