import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallRow } from '../../local/row.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { openStore } from '../../local/store.ts'
import { runNode, type RunResult } from '../support/run-node.ts'
import { CHEAP, run, T0 } from './conversations.ts'
import { id } from './otlp.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-views-'))
const db = join(folder, 'calls.db')
let local: Local

function report(...args: readonly string[]): Promise<RunResult> {
  return runNode({ args: ['cli/main.ts', 'report', ...args] })
}

/** 10 conversations of prompt v1 and 10 of v2 with a repeat, tickets of which 15 are resolved, a vector database. */
beforeAll(async () => {
  local = await startLocal({ port: 0, db })
  const { store } = local
  const turns = (turn: number) => (row: CallRow) => ({ ...row, turn })
  store.add([
    ...run(10, 0, () => CHEAP).map(turns(1)),
    ...run(10, 100, () => ({ ...CHEAP, history: 1_000, attempts: 2, version: 'v2' })).map(turns(2)),
  ])
  const fixed = { service: 'crm', feature: 'support-bot', tags: {}, unitType: 'conversation' }
  const units = store.units().map((unit) => unit.id)
  store.addOutcomes(
    units.map((unitId, n) => ({
      ...fixed,
      at: T0,
      name: 'ticket.resolved',
      success: n < 15,
      unitId,
      recordId: id(26),
    })),
  )
  store.addCosts(
    units.map((unitId) => ({
      ...fixed,
      at: T0,
      component: 'vector_db',
      usd: 0.0012,
      source: 'rule',
      origin: 'measured',
      unitId,
      recordId: id(26),
    })),
  )
})
afterAll(async () => {
  await local.close()
  rmSync(folder, { recursive: true })
})

describe('costspan report VIEW', () => {
  const views: readonly (readonly [readonly string[], readonly RegExp[], RegExp])[] = [
    [
      ['units'],
      [
        /^support-bot +conversation +20 +1\.50 +\$0\.0412 +\$0\.0262 +\$0\.0562 +\$0\.0562 +\$0\.0562 +6\.8% +\$0\.8240$/m,
        /^support-bot +conversation +LLM calls +\$0\.040000 +\$0\.8000 +97\.1%$/m,
        /^support-bot +conversation +vector_db +\$0\.001200 +\$0\.0240 +2\.9%$/m,
        /^conversation c\d+-support-bot +support-bot +2026-11-24 14:01:\d\d +2 +\$0\.0562$/m,
      ],
      /^$/,
    ],
    [
      ['units', '--by', 'prompt-version'],
      [/^v1 +conversation +10 +1\.00 +\$0\.0262/m, /^v2 +conversation +10 +2\.00 +\$0\.0562/m],
      /^$/,
    ],
    [
      ['outcomes', '--baseline', 'ticket.resolved=18'],
      [
        /^ticket\.resolved +support-bot +20 +15 +5 +20 conversations +\$0\.8240 +\$0\.0412 +\$0\.0549$/m,
        /^ticket\.resolved +support-bot +\$18\.00 +\$17\.95 +328x +\$269\.18$/m,
      ],
      /^$/,
    ],
    [
      ['waste'],
      [
        /^Asked again, same request +support-bot +10 +\$0\.2750 +34\.4%$/m,
        /^Its outcome failed +support-bot +5 +\$0\.1375 +17\.2%$/m,
        /^together +15 +\$0\.4125 +51\.6%$/m,
      ],
      /^$/,
    ],
    [
      ['prompts'],
      [
        /^support-triage +v1 +support-bot +10 conversations +10 +4,000 +1,000 +\$0\.0262 +\$0\.2620$/m,
        /^support-triage +v2 +support-bot +10 conversations +20 +5,000 +1,000 +\$0\.0562 +\+\$0\.0300 +\+115% +\$0\.5620$/m,
        /^support-triage v1 → v2: \+\$0\.0275 repeated attempts, \+\$0\.0025 ±\$0\.000\d longer history$/m,
      ],
      /^±: what a prompt was made of is estimated from the length of its parts$/m,
    ],
    [
      ['context'],
      [
        /^support-bot +1 +10 +4,000 +3,500 +0 +0 +500 +\$0\.0250$/m,
        /^support-bot +2 +20 +5,000 +3,500 +0 +1,000 +500 +\$0\.0275$/m,
      ],
      /^support-bot: one more turn adds 1,000 input tokens$/m,
    ],
    [
      ['budget', '--budget', '500'],
      [/^support-bot /m, /^together /m, /^budget \$500\.00, /m],
      /^The pace is that of /m,
    ],
  ]
  test.each(views)(
    '%j prints its tables, and what they leave out on stderr',
    async (args, lines, note) => {
      const { code, stdout, stderr } = await report(...args, '--db', db)
      expect(code, stderr).toBe(0)
      for (const line of lines) expect(stdout).toMatch(line)
      expect(stderr).toMatch(note)
    },
  )

  test.each([
    [['units'], 'groups'],
    [['outcomes'], 'groups'],
    [['waste'], 'kinds'],
    [['prompts'], 'prompts'],
    [['context'], 'features'],
    [['--budget', '500'], 'features'],
  ])('%j --json is the same from a file and from a running costspan local', async (args, list) => {
    const [file, address] = await Promise.all([
      report(...args, '--json', '--db', db),
      report(...args, '--json', '--url', local.url),
    ])
    const answer = JSON.parse(file.stdout)
    expect(answer[list].length).toBeGreaterThan(0)
    if (list !== 'features' || args.length === 1) expect(JSON.parse(address.stdout)).toEqual(answer)
  })

  test('--baseline alone is the view of outcomes, --budget alone that of the budget', async () => {
    const baseline = await report('--baseline', 'ticket.resolved=18', '--db', db)
    expect(baseline.stdout).toMatch(/^ticket\.resolved .*\$269\.18$/m)
    const budget = await report('--budget', '0.5', '--db', db, '--json')
    expect(JSON.parse(budget.stdout)).toMatchObject({ budgetUsd: 0.5 })
  })

  test('--feature of another name leaves nothing', async () => {
    const { stdout } = await report('units', '--feature', 'mail', '--db', db)
    expect(stdout).toBe('No call names a unit: set conversation or unit in withAttribution.\n')
  })

  test('plain report says what is no LLM call and not in the dollars', async () => {
    const { stdout, stderr } = await report('--db', db)
    expect(stdout).toMatch(/^total .*\$0\.8000/m)
    expect(stderr).toBe(
      '$0.0240 for vector_db is no LLM call and not in the dollars: costspan report units\n',
    )
  })

  test('a costspan local that was told a budget and a baseline answers with them', async () => {
    const defaults = { budgetUsd: 300, baselines: new Map([['ticket.resolved', 18]]) }
    const other = await startLocal({ port: 0, defaults })
    other.store.keep({ calls: local.store.rows(), outcomes: local.store.outcomes() })
    const budget = await report('budget', '--url', other.url, '--json')
    expect(JSON.parse(budget.stdout)).toMatchObject({ budgetUsd: 300 })
    const outcomes = await report('outcomes', '--url', other.url)
    expect(outcomes.stdout).toContain('$18.00')
    await other.close()
  })

  test('says from when on calls are kept one by one where older ones are gone', async () => {
    const file = join(folder, 'full.db')
    const store = openStore({ path: file, maxBytes: 400_000 })
    store.add(run(3_000, 0, () => CHEAP))
    const { keptFrom = 0 } = store.extent()
    store.close()
    expect(keptFrom).toBeGreaterThan(T0)
    const minute = new Date(keptFrom).toISOString().slice(0, 16).replace('T', ' ')
    const said = `Single calls are kept from ${minute} UTC on: what is older is not in it\n`
    expect((await report('units', '--db', file, '--json')).stderr).toBe(said)
    expect((await report('--db', file)).stderr).toBe('')
    const explained = await runNode({
      args: ['cli/main.ts', 'explain', '--db', file, '--between', '2026-10', '2026-11'],
    })
    expect(explained.stderr).toContain(`Single calls are kept from ${minute} UTC on`)
  })

  const misuses: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['unit'],
      /no view 'unit'\. Allowed: spend, units, outcomes, waste, prompts, context, budget$/,
    ],
    [['units', 'waste'], /no view 'units waste'/],
    [
      ['units', '--budget', '5'],
      /costspan report units: --budget is not for it\. Allowed: --by, --since, --feature$/,
    ],
    [['waste', '--by', 'team'], /report waste: --by is not for it\. Allowed: --since, --feature$/],
    [
      ['units', '--by', 'model'],
      /--by model: no grouping 'model'\. Allowed: feature, team, customer/,
    ],
    [
      ['outcomes', '--baseline', 'ticket.resolved'],
      /--baseline ticket\.resolved: must be OUTCOME=USD/,
    ],
    [
      ['outcomes', '--baseline', 'a=-3'],
      /--baseline a=-3: must be OUTCOME=USD, such as ticket\.resolved=18$/,
    ],
    [['budget', '--budget', 'much'], /--budget much: must be USD a month, such as 500$/],
    [
      ['--budget', '5', '--baseline', 'a=1'],
      /of two views\. Allowed: report outcomes, report budget$/,
    ],
    [['units', '--feature', ''], /--feature: must be a name$/],
  ]
  test.each(misuses)('%j ends with 2 and one line', async (args, message) => {
    const { code, stdout, stderr } = await report(...args, '--db', db)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd()).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })
})
