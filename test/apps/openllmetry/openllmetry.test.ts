/**
 * The example of docs/examples/openllmetry, as it stands there, with the real `@traceloop/node-server-sdk`: it brings
 * OpenTelemetry 2.0, whose spans have no `onEnding`. Against the simulator and the local store.
 */

import { copyFileSync, readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../../demo/simulator/server.ts'
import { startLocal, type Local } from '../../../local/server.ts'
import { runNode, type RunResult } from '../../support/run-node.ts'
import { installApp, linkCostspan } from '../install.ts'

const HERE = import.meta.dirname
const EXAMPLE = `${HERE}/../../../docs/examples/openllmetry`

let simulator: Simulator
let local: Local

beforeAll(async () => {
  await installApp(HERE)
  linkCostspan(HERE)
  copyFileSync(`${EXAMPLE}/app.js`, `${HERE}/app.js`)
  simulator = await startSimulator()
}, 600_000)
afterAll(() => simulator.close())
beforeEach(async () => {
  local = await startLocal({ port: 0 })
})
afterEach(() => local.close())

async function run(
  words: readonly string[],
  { observed = true, ...env }: { readonly observed?: boolean } & Record<string, unknown> = {},
): Promise<RunResult> {
  return await runNode({
    cwd: HERE,
    // What OpenLLMetry's own dependencies print of Node's deprecations is nobody's matter here.
    args: ['--no-deprecation', ...(observed ? ['--require', 'costspan/register'] : []), ...words],
    env: {
      OPENAI_BASE_URL: `${simulator.url}/v1`,
      ANTHROPIC_BASE_URL: simulator.url,
      TRACELOOP_BASE_URL: local.url,
      TRACELOOP_TELEMETRY: 'false',
      COSTSPAN_STREAM_USAGE: 'on',
      ...(env as Record<string, string>),
    },
  })
}

const rows = () => local.store.rows({})

describe('the example', () => {
  test('has every call priced once, with what OpenLLMetry was told as attribution', async () => {
    const booked = simulator.ledger.totals()
    const result = await run(['app.js'])
    expect(result).toMatchObject({ code: 0, stdout: 'stop, then a stream\n', stderr: '' })
    const told = {
      feature: 'support-bot',
      team: 'care',
      customer: 'acme',
      user: 'u-1',
      session: 's-1',
      status: 'priced',
      pricedBy: 'sdk',
      end: 'completed',
    }
    expect(rows()).toMatchObject([
      { ...told, requestModel: 'gpt-5.4-mini', usd: 0.00029175 }, // (5 * 0.75 + 64 * 4.5) / 1e6
      { ...told, requestModel: 'gpt-5.4', stream: true, usd: 0.0009725 }, // (5 * 2.5 + 64 * 15) / 1e6
    ])
    expect(simulator.ledger.totals().calls - booked.calls).toBe(2)
  })

  test('without the flag prints the same, and has what its spans say: a stream of OpenLLMetry says no usage', async () => {
    const result = await run(['app.js'], { observed: false })
    expect(result).toMatchObject({ code: 0, stdout: 'stop, then a stream\n', stderr: '' })
    expect(rows()).toMatchObject([
      { requestModel: 'gpt-5.4-mini', status: 'priced', usd: 0.00029175, feature: 'support-bot' },
      { requestModel: 'gpt-5.4', status: 'unpriced', reason: 'usage_missing', team: 'care' },
    ])
  })

  test('names the versions that are tested', () => {
    const { dependencies } = manifest(`${EXAMPLE}/package.json`)
    const tested = manifest(`${HERE}/package.json`).dependencies
    const { costspan, ...others } = dependencies
    expect(costspan).toBe(manifest(`${HERE}/../../../package.json`).version)
    expect(tested).toMatchObject(others)
  })
})

function manifest(path: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof manifest>
}

describe('beyond it', () => {
  test.each(['yes', 'no'])(
    'a call outside any workflow, its client instrumented: %s',
    async (INSTRUMENTED) => {
      const result = await run(['more.js', 'plain'], { INSTRUMENTED })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expect(rows()).toMatchObject([
        {
          status: 'priced',
          usd: 0.0009725,
          customer: 't-1',
          unitType: 'conversation',
          unitId: 'c-7',
        },
      ])
    },
  )

  test('what withAttribution says is stronger, field by field', async () => {
    await run(['more.js', 'plain'], { ATTRIBUTED: 'by both' })
    expect(rows()).toMatchObject([{ team: 'growth', feature: 'search', customer: 'acme' }])
  })

  test('a stream that is left, whose span OpenLLMetry does not end, is one call', async () => {
    const result = await run(['more.js', 'left'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(rows().map(({ end, customer }) => [end, customer])).toEqual([['aborted', 't-1']])
  })

  test('a span of another instrumentation is priced by CostSpanProcessor, without onEnding', async () => {
    await run(['more.js', 'other'])
    expect(rows()).toMatchObject([
      { provider: 'anthropic', status: 'priced', usd: 0.003, customer: 't-1' }, // (1000 * 2 + 100 * 10) / 1e6
    ])
  })
})

describe('@anthropic-ai/sdk 1', () => {
  test.each(['handed over', 'required after'])(
    '%s, crashes in OpenLLMetry 0.27, bare as well',
    async (how) => {
      for (const observed of [false, true]) {
        const result = await run(['anthropic.js', how], { observed })
        expect(result.code).toBe(1)
        expect(result.stderr).toContain(
          "TypeError: Cannot read properties of undefined (reading 'prototype')",
        )
        expect(result.stderr).toContain('@traceloop/instrumentation-anthropic')
      }
    },
  )

  test('left out of what OpenLLMetry instruments, is seen by costspan', async () => {
    const result = await run(['anthropic.js', 'left out'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(rows()).toMatchObject([{ provider: 'anthropic', status: 'priced', end: 'completed' }])
  })
})
