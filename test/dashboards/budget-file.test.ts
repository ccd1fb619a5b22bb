import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ruleFiles } from '../../dashboards/generate.ts'
import { parseBudgets } from '../../dashboards/rules/budget-file.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('parseBudgets', () => {
  test('an empty file is no budget, no limit and the local Grafana', () => {
    expect(parseBudgets('', 'b.yaml')).toEqual({
      grafana: 'http://127.0.0.1:3000',
      budgets: [],
      unitLimit: undefined,
      featureLimits: {},
    })
  })

  test('a budget of two things is for calls that are of both, and lasts a month unless it says', () => {
    const text = 'budgets: [{name: b, usd: 10.5, of: {team: care, model: m}}]'
    expect(parseBudgets(text, 'b.yaml').budgets).toEqual([
      {
        name: 'b',
        usd: 10.5,
        per: 'month',
        of: { costspan_team: 'care', gen_ai_request_model: 'm' },
      },
    ])
  })

  test.each([
    ['budgets: [', /^b\.yaml:1: .*allowed: YAML or JSON$/],
    ['- 1', /^b\.yaml: the file is a list; allowed: a map with grafana, budgets, limits$/],
    ['budget: []', /^b\.yaml:1: unknown key 'budget'; allowed: grafana, budgets, limits$/],
    [
      'grafana: localhost',
      /^b\.yaml:1: grafana is "localhost"; allowed: an http or https address$/,
    ],
    ['budgets: 5', /^b\.yaml:1: budgets is 5; allowed: a list of budgets$/],
    ['budgets: [{usd: 1}]', /^b\.yaml:1: budgets\.name is nothing; allowed: a text of 1 to 200/],
    [
      'budgets:\n  - name: a\n    usd: -1',
      /^b\.yaml:3: budgets\.usd is -1; allowed: USD, a number above 0$/,
    ],
    ['budgets:\n  - name: a\n    usd: "5"', /^b\.yaml:3: budgets\.usd is "5"; allowed: USD/],
    ['budgets: [{name: a, usd: .inf}]', /budgets\.usd is Infinity; allowed: USD/],
    [
      'budgets: [{name: a, usd: 1, per: year}]',
      /budgets\.per is "year"; allowed: day, week, month$/,
    ],
    [
      'budgets: [{name: a, usd: 1, of: {user: u}}]',
      /unknown key 'user'; allowed: environment, team/,
    ],
    ['budgets: [{name: a, usd: 1, of: {team: 5}}]', /budgets\.of\.team is 5; allowed: a text/],
    ['budgets: [{name: "a{{ 1 }}", usd: 1}]', /budgets\.name is "a\{\{ 1 \}\}"; allowed: a text/],
    [
      'budgets:\n  - {name: a, usd: 1}\n  - {name: a, usd: 2}',
      /^b\.yaml:3: budgets\.name is "a"; allowed: a name that no other budget has$/,
    ],
    ['limits: {usd_per_unit: 0}', /limits\.usd_per_unit is 0; allowed: USD/],
    [
      'limits:\n  features:\n    bot: none',
      /^b\.yaml:3: limits\.features\.bot is "none"; allowed: USD/,
    ],
    ['limits: {per_unit: 1}', /unknown key 'per_unit'; allowed: usd_per_unit, features$/],
  ])('%j is one line that says where', (text, line) => {
    expect(() => parseBudgets(text, 'b.yaml')).toThrow(line)
    expect(() => parseBudgets(text, 'b.yaml')).not.toThrow(/\n/)
  })
})

describe('ruleFiles', () => {
  test('without budgets there are no rules of budgets, and without limits no limit', () => {
    const files = ruleFiles(parseBudgets('', 'b.yaml'))
    expect(files.get('collector-config/rules/budgets.yaml')).toContain('rules: []')
    expect(files.get('collector-config/rules/fast.yaml')).not.toContain('record: costspan:limit')
  })

  test('links lead to the Grafana of the file', () => {
    const files = ruleFiles(parseBudgets('grafana: https://g.example/x/', 'b.yaml'))
    expect(files.get('collector-config/rules/fast.yaml')).toContain(
      'https://g.example/x/d/costspan-feature?',
    )
  })
})

/** Runs the generator in a copy of what it reads. */
function generate(
  change: (place: string) => void,
  ...args: string[]
): Promise<{ code: number; stderr: string }> {
  const place = mkdtempSync(join(tmpdir(), 'costspan-generate-'))
  for (const folder of ['dashboards', 'collector-config', 'instrumentation']) {
    cpSync(join(root, folder), join(place, folder), { recursive: true })
  }
  cpSync(join(root, 'package.json'), join(place, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  change(place)
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(place, 'dashboards/generate.ts'), ...args],
      (error, _out, stderr) => {
        rmSync(place, { recursive: true })
        done({ code: error === null ? 0 : Number(error.code), stderr })
      },
    )
  })
}

describe('node dashboards/generate.ts', () => {
  const budgets = 'collector-config/budgets.yaml'

  test('--check finds nothing stale in what is committed, and exits with 0', async () => {
    expect(await generate(() => undefined, '--check')).toEqual({ code: 0, stderr: '' })
  })

  test('--check names the 1 file that a changed limit makes stale, and exits with 1', async () => {
    const { code, stderr } = await generate((place) => {
      const text = readFileSync(join(place, budgets), 'utf8')
      writeFileSync(join(place, budgets), text.replace('usd_per_unit: 1', 'usd_per_unit: 2'))
    }, '--check')
    expect(code).toBe(1)
    expect(stderr).toBe(
      'collector-config/rules/fast.yaml is stale: run `npm run generate` and commit it\n',
    )
  })

  test('--check names both variants of a dashboard whose source has changed, and exits with 1', async () => {
    const { code, stderr } = await generate((place) => {
      const file = join(place, 'dashboards/units.ts')
      writeFileSync(file, readFileSync(file, 'utf8').replace("'18'", "'20'"))
    }, '--check')
    expect(code).toBe(1)
    expect(stderr).toBe(
      [
        'dashboards/json/provisioned/costspan-units.json is stale: run `npm run generate` and commit it\n',
        'dashboards/json/import/costspan-units.json is stale: run `npm run generate` and commit it\n',
      ].join(''),
    )
  })

  test('a dashboard that is missing is written, folder and all', async () => {
    const missing = await generate((place) => {
      rmSync(join(place, 'dashboards/json'), { recursive: true })
    })
    expect(missing).toEqual({ code: 0, stderr: '' })
  })

  test('a mistake in the file is 1 line and exit 2', async () => {
    const { code, stderr } = await generate((place) => {
      writeFileSync(join(place, budgets), 'budgets: [{name: a, usd: free}]')
    })
    expect(code).toBe(2)
    expect(stderr).toBe(
      'collector-config/budgets.yaml:1: budgets.usd is "free"; allowed: USD, a number above 0\n',
    )
  })

  test('a missing file is 1 line and exit 2', async () => {
    const { code, stderr } = await generate((place) => {
      rmSync(join(place, budgets))
    })
    expect(code).toBe(2)
    expect(stderr).toBe('collector-config/budgets.yaml: no such file; allowed: a YAML file\n')
  })
})
