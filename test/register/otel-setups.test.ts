import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'

let simulator: Simulator
let sink: OtlpSink

beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(async () => {
  sink = await startOtlpSink()
})
afterEach(() => sink.close())

interface Printed {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent?: string
  readonly attributes: Readonly<Record<string, unknown>>
}

function printed(result: RunResult): readonly Printed[] {
  return result.stdout
    .split('\n')
    .filter((line) => line.startsWith('SPAN '))
    .map((line) => JSON.parse(line.slice(5)) as Printed)
}

const lines = [
  {
    line: '3.x',
    setup: './test/register/apps/otel3-setup.cjs',
    app: 'test/register/apps/otel3-app.cjs',
  },
  { line: '2.x', setup: './test/apps/otel2/setup.cjs', app: 'test/apps/otel2/app.cjs' },
]
const orders = ['before the preload', 'after the preload'] as const
const cases = lines.flatMap((one) => orders.map((order) => ({ ...one, order })))

async function run(
  setup: string,
  app: string,
  order: (typeof orders)[number],
  env: Record<string, string> = {},
): Promise<RunResult> {
  const before = order === 'before the preload'
  return runNode({
    args: [...(before ? ['--require', setup] : []), '--require', REGISTER, app],
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'none',
      SETUP: before ? 'before' : 'after',
      ...env,
    },
  })
}

describe.each(cases)(
  'an application that sets up OpenTelemetry $line itself, $order',
  ({ setup, app, order }) => {
    test('gets its spans and ours in one trace through its exporter, and nothing is registered twice', async () => {
      const result = await run(setup, app, order)
      expect(result.stderr).toBe('')
      expect(result.code).toBe(0)
      const spans = printed(result)
      const names = spans.map((span) => span.name)
      expect(names.toSorted()).toEqual(['chat gpt-4o', 'chat gpt-5.4', 'request'])
      const request = spans.find((span) => span.name === 'request')
      const call = spans.find((span) => span.name === 'chat gpt-5.4')
      expect(new Set(spans.map((span) => span.traceId)).size).toBe(1)
      expect(call?.parent).toBe(request?.spanId)
      expect(call?.attributes['gen_ai.usage.cost.amount']).toBe(0.0009675)
      expect(result.stdout).not.toContain('DIAG')
      expect(sink.spans).toEqual([])
    })

    test('prices spans of others with the documented line, `spanProcessors: [new CostSpanProcessor()]`', async () => {
      const result = await run(setup, app, order, { COST_PROCESSOR: '1' })
      const foreign = printed(result).find((span) => span.name === 'chat gpt-4o')
      expect(foreign?.attributes).toMatchObject({
        'costspan.cost.status': 'priced',
        'gen_ai.usage.cost.amount': 0.0035, // (1000 * 2.5 + 100 * 10) / 1e6
      })
      const own = printed(result).find((span) => span.name === 'chat gpt-5.4')
      expect(own?.attributes['gen_ai.usage.cost.amount']).toBe(0.0009675)
    })
  },
)

describe('an application without a set-up', () => {
  test('has ours from its first line: its own spans become parents, and spans of others are priced', async () => {
    const result = await run('', 'test/register/apps/otel3-app.cjs', 'after the preload', {
      SETUP: 'none',
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const request = sink.spans.find((span) => span.name === 'request')
    const call = sink.spans.find((span) => span.name === 'chat gpt-5.4')
    const foreign = sink.spans.find((span) => span.name === 'chat gpt-4o')
    expect(call?.parentSpanId).toBe(request?.spanId)
    expect(foreign?.attributes['gen_ai.usage.cost.amount']).toBe(0.0035)
    const calls = sink
      .points('costspan.calls')
      .map((point) => point.attributes['gen_ai.request.model'])
    expect(calls.toSorted()).toEqual(['gpt-4o', 'gpt-5.4'])
  })

  test('that brings an API of 1.9 finds our provider as well', async () => {
    const result = await run('', 'test/apps/otel2/app.cjs', 'after the preload', { SETUP: 'none' })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(sink.spans.map((span) => span.name).toSorted()).toEqual([
      'chat gpt-4o',
      'chat gpt-5.4',
      'request',
    ])
    expect(new Set(sink.spans.map((span) => span.traceId)).size).toBe(1)
  })
})
