import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startLocal } from '../../local/server.ts'
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

function run(app: string, env: Record<string, string> = {}): Promise<RunResult> {
  return runNode({
    // What OpenLLMetry's own dependencies print of Node's deprecations is not ours.
    args: ['--no-deprecation', '--require', REGISTER, `test/register/apps/${app}`],
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...env,
    },
  })
}

test('spans of another instrumentation in the same process come out priced with the same flag', async () => {
  const result = await run('other-instrumentation.cjs', { COSTSPAN_FEATURE: 'summaries' })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(sink.spans.length).toBe(1)
  expect(sink.spans[0]).toMatchObject({ scope: 'inference-of-others' })
  expect(sink.spans[0]?.attributes).toMatchObject({
    'costspan.cost.status': 'priced',
    'gen_ai.usage.cost.amount': 0.00228, // (600 * 2 + 400 * 0.2 + 100 * 10) / 1e6
    'costspan.cost.cache_read': 0.00008,
    'costspan.feature': 'summaries',
  })
  expect(sink.points('costspan.calls').map((point) => point.value)).toEqual([1])
})

test('OpenLLMetry’s span of an openai 7 call is adopted: one span, priced, through its exporter', async () => {
  const result = await run('traceloop.cjs', { TRACELOOP_TELEMETRY: 'false' })
  expect(result.stderr.trim()).toBe('')
  const lines = result.stdout.split('\n').filter((line) => line.startsWith('SPAN '))
  expect(lines.length).toBe(1)
  const span = JSON.parse(lines[0]?.slice(5) ?? '{}') as { attributes: Record<string, unknown> }
  expect(span.attributes['gen_ai.usage.cost.amount']).toBe(0.0009675)
  expect(span.attributes['gen_ai.usage.total_tokens']).toBe(67) // theirs, which we do not write
  expect(sink.spans).toEqual([])
})

test('an application that exports by OTLP itself delivers our span itself, once', async () => {
  const result = await run('own-exporter.cjs')
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(sink.spans.map((span) => span.name)).toEqual(['chat gpt-5.4'])
  expect(sink.spans[0]?.attributes['costspan.cost.status']).toBe('priced')
})

test('the default protocol, protobuf, arrives priced in the local store', async () => {
  const local = await startLocal({ port: 0 })
  const result = await runNode({
    args: ['--require', REGISTER, 'test/register/apps/ten-lines.cjs'],
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: local.url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    },
  })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const rows = local.store.rows({})
  expect(rows).toMatchObject([
    { requestModel: 'gpt-5.4', inputTokens: 3, outputTokens: 64, usd: 0.0009675, status: 'priced' },
  ])
  await local.close()
})
