import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { startOtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-span-costs-'))
const config = join(folder, 'config.yaml')
let simulator: Simulator
let local: Local

beforeAll(async () => {
  const [, yaml = ''] =
    /```yaml\n(costs:\n.*?)```/s.exec(readFileSync('docs/units.md', 'utf8')) ?? []
  writeFileSync(config, yaml)
  simulator = await startSimulator()
})
afterAll(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  local = await startLocal({ port: 0 })
})
afterEach(() => local.close())

function run(args: readonly string[], endpoint: string, env = {}): Promise<RunResult> {
  return runNode({
    args,
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      COSTSPAN_CONFIG: config,
      ...env,
    },
  })
}

describe('a service whose spans have prices', () => {
  const APP = ['--require', REGISTER, 'test/units/apps/retrieval.cjs']

  test('has the query and the request of each conversation as costs of its unit', async () => {
    const result = await run(APP, local.url)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const rows = local.store.costs().map((row) => [row.component, row.unitId, row.feature, row.usd])
    expect(rows.sort()).toEqual([
      // Nobody's: its handler works for no unit.
      ['gateway', undefined, undefined, 0.0000035],
      ['gateway', 'c1', 'support', 0.0000035],
      ['gateway', 'c2', 'support', 0.0000035],
      ['gateway', 'c3', 'support', 0.0000035],
      ['vector_db', 'c1', 'support', 0.00002],
      ['vector_db', 'c2', 'support', 0.00002],
    ])
    const groups = local.store.costGroups({}, [])
    expect(groups).toMatchObject([
      { component: 'vector_db', origin: 'measured', records: 2, usdExact: '0.00004' },
      { component: 'gateway', origin: 'allocated', records: 4, usdExact: '0.000014' },
    ])
    expect(
      local.store
        .rows()
        .map(({ unitId }) => unitId)
        .sort(),
    ).toEqual(['c1', 'c2', 'c3'])
  })

  test('says on the span and on metrics what it is, where it is from and whom it was for', async () => {
    const sink = await startOtlpSink()
    await run(APP, sink.url)
    const query = sink.spans.find(
      (span) => span.attributes['costspan.unit.id'] === 'c1' && span.name === 'query tickets',
    )
    expect(query?.attributes).toEqual({
      'db.system.name': 'qdrant',
      'db.operation.name': 'query',
      'costspan.feature': 'support',
      'costspan.unit.type': 'conversation',
      'costspan.unit.id': 'c1',
      'gen_ai.conversation.id': 'c1',
      'costspan.cost.component': 'vector_db',
      'costspan.cost.amount': 0.00002,
      'gen_ai.usage.cost.currency': 'USD',
      'costspan.cost.source': 'vector database, per query',
      'costspan.cost.origin': 'measured',
      'costspan.cost.by': 'sdk',
    })
    const byComponent = sink
      .points('costspan.cost')
      .filter((point) => point.attributes['gen_ai.provider.name'] === 'none')
      .map((point) => [
        point.attributes['costspan.cost.component'],
        point.attributes['costspan.feature'],
        point.value,
      ])
    expect(byComponent.sort()).toEqual([
      ['gateway', 'support', 0.0000105],
      ['gateway', 'unattributed', 0.0000035],
      ['vector_db', 'support', 0.00004],
    ])
    await sink.close()
  })

  test('has none without rules', async () => {
    await run(APP, local.url, { COSTSPAN_CONFIG: '' })
    expect(local.store.rows()).toHaveLength(3)
    expect(local.store.costs()).toEqual([])
  })
})

describe.each([
  ['3.x', './test/register/apps/otel3-setup.cjs', 'test/register/apps/otel3-app.cjs'],
  ['2.x', './test/apps/otel2/setup.cjs', 'test/apps/otel2/app.cjs'],
])("in an application's own OpenTelemetry %s, with CostSpanProcessor", (_, setup, app) => {
  test('prices the spans that the rules mean, and leaves calls to the price book', async () => {
    const rules = join(folder, 'names.yaml')
    const both =
      'costs: [{component: gateway, per_call: 0.5, match: {name: ["request", "chat *"]}}]'
    writeFileSync(rules, both)
    const result = await run(['--require', setup, '--require', REGISTER, app], local.url, {
      COSTSPAN_CONFIG: rules,
      COST_PROCESSOR: '1',
      SETUP: 'before',
    })
    const spans = result.stdout
      .split('\n')
      .filter((line) => line.startsWith('SPAN '))
      .map(
        (line) =>
          JSON.parse(line.slice(5)) as { name: string; attributes: Record<string, unknown> },
      )
    const costs = spans.map(({ name, attributes }) => [name, attributes['costspan.cost.amount']])
    expect(costs).toContainEqual(['request', 0.5])
    expect(costs.filter(([name]) => String(name).startsWith('chat '))).toEqual([
      ['chat gpt-5.4', undefined],
      ['chat gpt-4o', undefined],
    ])
  })
})
