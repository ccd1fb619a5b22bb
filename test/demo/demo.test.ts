import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const main = join(import.meta.dirname, '../../dist/cli/main.js')
const folder = mkdtempSync(join(tmpdir(), 'costspan-demo-'))

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function demo(...words: readonly string[]): Promise<{
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'demo', ...words], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe('costspan demo --once', () => {
  it('tells the story, names the feature and its causes, and agrees with the ledger', async () => {
    const { code, stdout, stderr } = await demo('--once', '--json', '--seconds', '6')
    expect(code, stderr).toBe(0)
    const result = JSON.parse(stdout)
    expect(result.story).toMatchObject({ feature: 'support-bot', unitType: 'conversation' })
    const ratio = result.story.after.usdPerUnit / result.story.before.usdPerUnit
    expect(ratio).toBeCloseTo(5, 6)
    const names = result.story.causes.map((cause: { readonly name: string }) => cause.name)
    expect(names).toEqual(expect.arrayContaining(['attempts', 'history', 'system', 'output']))
    expect(result).toMatchObject({ agrees: true, untold: { calls: 1 } })
    expect(result.costspan).toEqual(result.ledger)
    expect(Math.abs(result.differenceUsd)).toBeLessThanOrEqual(1e-9)
    expect(result.causes).toMatchObject({ agrees: true })
    expect(result.causes.furthest).toBeLessThan(0.01)
    expect(stderr).toContain('5.0 times the $0.025 before')
    expect(stderr).toMatch(/\$0\.0250 +\$0\.0016 +\$0\.0008 +\$0\.0274 +month 1\n/)
    expect(stderr).toMatch(/\$0\.1250 +\$0\.0016 +\$0\.0008 +\$0\.1274 +month 3\n/)
    expect(stderr).toContain(
      "ticket.resolved: 63 of 72, at $0.0697 each, the unresolved included; a person's $18",
    )
    expect(stderr).toContain(result.url)
    expect(stderr).toContain('They agree')
  })

  it('replays 400 calls of a trace, half of them streamed, to the token and 1e-9 dollars', async () => {
    const file = join(folder, 'trace.csv')
    const rows = Array.from(
      { length: 400 },
      (_, index) => `t,${2 + index * 9},${7 + (index % 300)}`,
    )
    writeFileSync(file, ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\r\n'))
    const { code, stdout, stderr } = await demo('--once', '--json', '--trace', file)
    expect(code, stderr).toBe(0)
    const { costspan, ledger, story, untold } = JSON.parse(stdout)
    expect(story).toBeNull()
    expect(costspan).toEqual(ledger)
    expect(costspan.calls).toBe(400)
    // Sums of 2 + 9i over 400 rows and of 7 + (i mod 300).
    expect(costspan.inputTokens).toBe(800 + (9 * 399 * 400) / 2)
    expect(costspan.outputTokens).toBe(2_800 + (299 * 300) / 2 + (99 * 100) / 2)
    expect(untold.calls).toBe(0)
  })

  const misuses: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['--bogus'], 2, /costspan demo: .*--bogus.*Allowed: --once/],
    [['--calls', '5'], 2, /^--calls: only together with --trace FILE\.csv$/],
    [['--trace', 'x.csv', '--calls', '0'], 2, /^--calls 0: must be a whole number from 1/],
    [['--seconds', 'long'], 2, /^--seconds long: must be a whole number from 6 to 600$/],
    [['--trace', '/nowhere/x.csv'], 1, /^costspan demo: \/nowhere\/x\.csv: .*no such file/],
  ]
  it.each(misuses)('%j exits with %i and one line', async (words, expected, message) => {
    const { code, stderr, stdout } = await demo('--once', ...words)
    expect(code).toBe(expected)
    expect(stderr.trim()).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
  })
})
