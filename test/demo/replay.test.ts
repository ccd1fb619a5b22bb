import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'dist/cli/main.js')
const TRACE = join(ROOT, 'test/fixtures/azure-llm-2023-conv/first-1000.csv')

test('1,000 production calls: `costspan report --json` equals the provider’s ledger, exactly and to 1e-9 dollars', async () => {
  const demo = spawn(process.execPath, [
    MAIN,
    'demo',
    '--json',
    '--trace',
    TRACE,
    '--calls',
    '1000',
  ])
  let said = ''
  let printed = ''
  demo.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  demo.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')))
  const ended = new Promise<unknown>((resolve) => demo.on('close', resolve))
  const deadline = Date.now() + 25_000
  while (!said.includes('stays up until Ctrl-C') && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const url = /stays up until Ctrl-C: (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1] ?? said
  const { stdout } = await promisify(execFile)(process.execPath, [
    MAIN,
    'report',
    '--json',
    '--url',
    url,
  ])
  demo.kill('SIGINT')
  await ended
  const { ledger } = JSON.parse(printed) as { ledger: Record<string, unknown> }
  const { totals } = JSON.parse(stdout) as { totals: Record<string, unknown> }
  expect(totals).toMatchObject({
    calls: 1000,
    attempts: 1000,
    inputTokens: 1_014_189,
    outputTokens: 247_262,
  })
  const counts = {
    calls: totals['calls'],
    attempts: totals['attempts'],
    inputTokens: totals['inputTokens'],
    outputTokens: totals['outputTokens'],
  }
  expect(ledger).toMatchObject(counts)
  expect(Math.abs(Number(totals['usdExact']) - Number(ledger['usd']))).toBeLessThanOrEqual(1e-9)
  expect(Number(ledger['usd'])).toBeGreaterThan(5)
}, 60_000)
