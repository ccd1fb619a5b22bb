import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { periodsOf } from '../../cli/periods.ts'
import { openStore } from '../../local/store.ts'
import { runNode, type RunResult } from '../support/run-node.ts'
import { CHEAP, run, T0 } from './conversations.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-explain-'))
const db = join(folder, 'calls.db')

function explain(...args: readonly string[]): Promise<RunResult> {
  return runNode({ args: ['cli/main.ts', 'explain', ...args] })
}

/** T0 is 2026-11-24T14:00Z: a conversation a second from 14:00, and one three times as dear from 14:10. */
beforeAll(() => {
  const store = openStore({ path: db })
  store.add(run(30, 0, () => CHEAP))
  store.add(run(30, 600, () => ({ ...CHEAP, output: 4_000, history: 2_000 })))
  store.add(
    run(5, 700, () => CHEAP).map((row) => ({
      ...row,
      feature: 'mail',
      ...(row.startedAt % 2_000 === 0 ? {} : { usd: 0.001 }),
    })),
  )
  store.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const AFTER = ['2026-11-24T14:00Z..2026-11-24T14:10Z', '2026-11-24T14:10Z..2026-11-24T14:20Z']

describe('costspan explain', () => {
  test('says the change in a sentence, two periods and causes with ±, and what is estimated on stderr', async () => {
    const { code, stdout, stderr } = await explain(
      '--feature',
      'support-bot',
      '--between',
      ...AFTER,
      '--db',
      db,
    )
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'support-bot cost $0.0750 a conversation from 2026-11-24T14:10Z to 2026-11-24T14:20Z, 3.0 times the $0.0250 ' +
        'from 2026-11-24T14:00Z to 2026-11-24T14:10Z: +$0.0450 longer answers, +$0.0050 longer history. In all $1.50 more on 30 conversations.',
    )
    expect(stdout).toMatch(/ longer answers +\+\$0\.0450 +\+\$1\.35\n/)
    expect(stdout).toMatch(/ longer history +\+\$0\.0050 +\+\$0\.15 +±\$0\.0\d\n/)
    expect(stdout).toMatch(/ together +\+\$0\.0500 +\+\$1\.50\n/)
    expect(stderr).toBe('±: what a prompt was made of is estimated from the length of its parts\n')
  })

  test('finds the change by itself where no periods are named', async () => {
    const { stdout } = await explain('--json', '--feature', 'support-bot', '--db', db)
    expect(JSON.parse(stdout)).toMatchObject({
      feature: 'support-bot',
      since: T0 + 600_000,
      totalUsdExact: expect.any(String),
    })
  })

  test('explains every feature, the largest change first, where none is named', async () => {
    const { stdout } = await explain('--json', '--between', ...AFTER, '--db', db)
    const { explanations } = JSON.parse(stdout)
    expect(explanations.map(({ feature }: { feature: string }) => feature)).toEqual([
      'support-bot',
      'mail',
    ])
  })

  test('says null, or so in words, where nothing lasting changed', async () => {
    expect((await explain('--json', '--feature', 'mail', '--db', db)).stdout).toBe('null\n')
    expect(await explain('--feature', 'mail', '--db', db)).toMatchObject({
      code: 0,
      stdout: 'No lasting change was found.\n',
    })
  })

  const misuses: readonly (readonly [readonly string[], number, RegExp])[] = [
    [
      ['--between', '2026-11'],
      2,
      /^--between: must be followed by two periods, such as 2026-10 2026-11$/,
    ],
    [['--between', '2026-11', '--json'], 2, /^--between: must be followed by two periods/],
    [['--between', 'x', 'y'], 2, /^--between x y: must be two months 2026-10 2026-11, two days/],
    [['--between', '2026-11', '2h'], 2, /^--between 2026-11 2h: must be two months/],
    [
      ['--between', '2026-11', '2026-10'],
      2,
      /the first period must have ended when the second begins$/,
    ],
    [['--between', '1h', '2h'], 2, /^--between 1h 2h: the first must come before the second$/],
    [['--between', '2026-11-03..2026-11-01', '2026-12'], 2, /ends before it begins$/],
    [['--between', '2026-13', '2027-01'], 2, /^--between 2026-13 2027-01: must be two months/],
    [['--feature', ''], 2, /^--feature: must be a name$/],
    [['--bogus'], 2, /'--bogus'.*Allowed: --feature, --between, --db, --url, --json$/],
    [['--feature', 'nobody'], 1, /no calls of feature 'nobody'; known are support-bot, mail$/],
    [
      ['--feature', 'mail', '--between', '2026-09', '2026-10'],
      1,
      /'mail' has no calls in 2026-09, and none in 2026-10$/,
    ],
    [['--url', 'http://127.0.0.1:1', '--db', db], 2, /exclude each other/],
  ]
  test.each(misuses)('%j ends with %i and one line', async (args, code, message) => {
    const run = await explain(...(args.includes('--db') ? args : [...args, '--db', db]))
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr.trimEnd()).toMatch(message)
    expect(run.stderr.trimEnd()).not.toContain('\n')
  })
})

describe('the two periods', () => {
  const now = Date.UTC(2026, 10, 24, 12)
  const at = (text: string): number => Date.parse(text)

  test.each([
    ['2026-10', '2026-11', '2026-10-01', '2026-11-01', '2026-11-01', '2026-12-01', 'in 2026-11'],
    [
      '2026-11-03',
      '2026-11-10',
      '2026-11-03',
      '2026-11-04',
      '2026-11-10',
      '2026-11-11',
      'on 2026-11-10',
    ],
    [
      '2026-11-01..2026-11-08',
      '2026-11-08..now',
      '2026-11-01',
      '2026-11-08',
      '2026-11-08',
      '2026-11-24T12:00Z',
      'from 2026-11-08 to now',
    ],
    [
      '2h',
      '1h',
      '2026-11-24T09:00Z',
      '2026-11-24T10:00Z',
      '2026-11-24T10:00Z',
      '2026-11-24T11:00Z',
      'from 2h ago to 1h ago',
    ],
    [
      '2026-11-24T10:00Z',
      'now',
      '2026-11-24T08:00Z',
      '2026-11-24T10:00Z',
      '2026-11-24T10:00Z',
      '2026-11-24T12:00Z',
      'from 2026-11-24T10:00Z to now',
    ],
    ['2026-12-31', '2027-01', '2026-12-31', '2027-01-01', '2027-01-01', '2027-02-01', 'in 2027-01'],
  ])('%s %s is %s to %s against %s to %s', (a, b, from, to, from2, to2, name) => {
    expect(periodsOf(a, b, now)).toMatchObject({
      before: { from: at(from), to: at(to) },
      after: { from: at(from2), to: at(to2) },
      names: { after: name },
    })
  })
})
