import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../local/report.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { runNode, type RunResult } from '../support/run-node.ts'
import { pricedCall, traces } from './otlp.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-commands-'))
const db = join(folder, 'calls.db')
let local: Local

function costspan(...args: readonly string[]): Promise<RunResult> {
  return runNode({ args: ['cli/main.ts', ...args] })
}

async function send(url: string, spans: Parameters<typeof traces>[0]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(traces(spans))
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })
  expect(response.status).toBe(200)
}

beforeAll(async () => {
  local = await startLocal({ port: 0, db })
  const now = Date.now()
  const bot = {
    'costspan.feature': 'bot',
    'gen_ai.conversation.id': 'c1',
    'http.request.resend_count': 1,
  }
  await send(local.url, [
    {
      startedAt: now - 1_000,
      attributes: pricedCall(1.25, {
        ...bot,
        'gen_ai.usage.cache_read.input_tokens': 40,
        'gen_ai.usage.cache_write.input_tokens': 7,
      }),
    },
    { startedAt: now - 2_000, attributes: pricedCall(0.000_000_000_001, bot) },
    { startedAt: now - 7_200_000, attributes: pricedCall(2, { 'costspan.feature': 'old' }) },
    {
      startedAt: now - 3_000,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'no-such-model-9',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 5,
        'costspan.feature': 'lab',
      },
    },
  ])
})
afterAll(async () => {
  await local.close()
  rmSync(folder, { recursive: true })
})

describe('costspan report --json', () => {
  test.each(['--db', '--url'])(
    'from %s gives exact totals, and rows by feature',
    async (source) => {
      const run = await costspan(
        'report',
        '--json',
        '--by',
        'feature',
        source,
        source === '--db' ? db : local.url,
      )
      expect(run).toMatchObject({ code: 0, stderr: '' })
      const report = JSON.parse(run.stdout) as Report
      expect(report.totals).toMatchObject({
        calls: 4,
        attempts: 6,
        inputTokens: 305,
        outputTokens: 35,
        cacheReadTokens: 40,
        cacheWriteTokens: 7,
        usd: 3.250_000_000_001,
        usdExact: '3.250000000001',
        unpriced: { calls: 1, reasons: { unknown_model: 1 } },
        partial: { calls: 0, reasons: {} },
        failed: { calls: 0 },
      })
      expect(report.rows.map(({ key, usdExact }) => [key.feature, usdExact])).toEqual([
        ['old', '2'],
        ['bot', '1.250000000001'],
        ['lab', null],
      ])
      expect(report.rows[1]?.unit).toMatchObject({
        type: 'conversation',
        count: 1,
        callsPerUnit: 2,
      })
    },
  )

  test('--since 1h leaves out what started two hours ago', async () => {
    const run = await costspan('report', '--json', '--since', '1h', '--db', db)
    expect(JSON.parse(run.stdout)).toMatchObject({
      totals: { calls: 3, usdExact: '1.250000000001' },
    })
  })
})

describe('costspan report', () => {
  test('prints a table on stdout, what it leaves out on stderr, and unpriced instead of $0', async () => {
    const run = await costspan('report', '--by', 'feature,prompt-version', '--db', db)
    expect(run.code).toBe(0)
    const lines = run.stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatch(
      /^feature +promptVersion +calls +attempts\/call .*USD +share +USD\/unit +unit$/,
    )
    expect(lines[2]).toMatch(
      /^bot +not stated +2 +2\.00 +100 +10 +\$1\.25 +38\.5% +\$1\.2500 +conversation$/,
    )
    expect(lines[3]).toMatch(/^lab .* unpriced /)
    expect(lines[4]).toMatch(/^total .*≥ \$3\.25/)
    expect(run.stderr).toBe('1 call is unpriced and not in the dollars: unknown_model 1\n')
  })

  test.each<[readonly string[], number, RegExp]>([
    [['--by', 'colour'], 2, /'colour'.*Allowed: feature, team, customer/],
    [['--since', 'yesterday'], 2, /--since yesterday: must be an age such as 90s/],
    [['--db', 'a', '--url', 'http://b'], 2, /exclude each other/],
    [['--url', 'nowhere'], 2, /--url nowhere: must be a URL/],
    [
      ['--bogus'],
      2,
      /'--bogus'.*Allowed: --by, --since, --feature, --baseline, --budget, --db, --url, --json/,
    ],
    [['--url', 'http://127.0.0.1:1'], 1, /nothing answers at http:\/\/127\.0\.0\.1:1/],
    [['--db', join(folder, 'none.db')], 1, /none\.db: no such file/],
    [['--db', folder], 1, /name a file that can be read/],
  ])('%j ends with %i and one line', async (args, code, message) => {
    const run = await costspan('report', ...args)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(message)
    expect(run.stderr.trimEnd()).not.toContain('\n')
  })

  test('a file that is no database, and a server that is no costspan local, are named', async () => {
    const text = join(folder, 'text.db')
    writeFileSync(text, 'nonsense '.repeat(1000))
    expect(await costspan('report', '--db', text)).toMatchObject({
      code: 1,
      stderr: `costspan report: ${text}: not a costspan database, or a damaged one\n`,
    })
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    expect(await costspan('report', '--url', url)).toMatchObject({
      code: 1,
      stderr: `costspan report: ${url} is no costspan local: HTTP 200\n`,
    })
    other.close()
  })
})

describe('costspan local', () => {
  test('says where the page is and what to set, and on Ctrl-C what came in', async () => {
    let url = ''
    const run = await runNode({
      args: ['cli/main.ts', 'local', '--port', '0'],
      onStart(child) {
        child.stderr?.on('data', (chunk: Buffer) => {
          const found = /OTEL_EXPORTER_OTLP_ENDPOINT=(\S+)/.exec(chunk.toString())?.[1]
          if (found === undefined) return
          url = found
          send(url, [{ attributes: pricedCall(1.5) }])
            .then(() => child.kill('SIGINT'))
            .catch(() => child.kill('SIGKILL'))
        })
      },
    })
    expect(run).toMatchObject({ code: 0, stdout: '' })
    expect(run.stderr).toContain(`Spend of LLM calls on this machine: ${url}\n`)
    expect(run.stderr.trimEnd().split('\n').at(-1)).toBe('costspan local: 1 call, $1.50')
  })

  test('ends with 1 and one line with the remedy where the port is in use', async () => {
    const run = await costspan('local', '--port', String(local.port))
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toBe(
      `costspan local: port ${local.port} on 127.0.0.1 is in use; stop what listens there or choose another with --port\n`,
    )
  })

  test.each<[readonly string[], RegExp]>([
    [['--port', 'abc'], /^--port abc: must be a whole number from 0 to 65535\n$/],
    [['--port', '65536'], /^--port 65536: must be/],
    [['--db', ''], /^--db: must name a file\n$/],
    [['--budget', 'x'], /^--budget x: must be USD a month, such as 500\n$/],
    [['--baseline', 'x'], /^--baseline x: must be OUTCOME=USD, such as ticket\.resolved=18\n$/],
    [
      ['extra'],
      /^costspan local: .*extra.*Allowed: --port, --db, --max-size, --budget, --baseline\n$/,
    ],
  ])('%j ends with 2', async (args, message) => {
    const run = await costspan('local', ...args)
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(message)
  })

  test('ends with 1 where COSTSPAN_PRICES names no readable file', async () => {
    const env = { COSTSPAN_PRICES: join(folder, 'none.yaml') }
    const run = await runNode({ args: ['cli/main.ts', 'local', '--port', '0'], env })
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/^costspan local: .*none\.yaml/)
    expect(run.stderr.trimEnd()).not.toContain('\n')
  })
})
