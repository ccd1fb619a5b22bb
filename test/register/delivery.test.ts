import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunOptions, type RunResult } from '../support/run-node.ts'

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

const app = (name: string): string => `test/register/apps/${name}`

function run(
  args: readonly string[],
  env: Record<string, string> = {},
  more: Partial<RunOptions> = {},
): Promise<RunResult> {
  return runNode({
    args,
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...env,
    },
    ...more,
  })
}

/** The lines that costspan itself wrote. */
const ours = (result: RunResult): readonly string[] =>
  result.stderr.split('\n').filter((line) => line.startsWith('costspan:'))

describe('ten lines that know nothing of costspan', () => {
  test.each([
    ['--require', 'CommonJS', 'ten-lines.cjs'],
    ['--import', 'CommonJS', 'ten-lines.cjs'],
    ['--require', 'ES module', 'ten-lines.mjs'],
    ['--import', 'ES module', 'ten-lines.mjs'],
  ])(
    'with %s, %s: one span with the contract’s attributes, and the process ends by itself',
    async (flag, _, file) => {
      const result = await run([flag, REGISTER, app(file)])
      expect(result).toMatchObject({ code: 0, stdout: 'stop\n', stderr: '' })
      expect(sink.spans.length).toBe(1)
      const [span] = sink.spans
      expect(span).toMatchObject({ name: 'chat gpt-5.4', kind: 3, scope: 'costspan' })
      expect(span?.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5.4',
        'gen_ai.response.model': 'gpt-5.4',
        'gen_ai.response.finish_reasons': ['stop'],
        'server.address': '127.0.0.1',
        'gen_ai.usage.input_tokens': 3,
        'gen_ai.usage.output_tokens': 64,
        'gen_ai.usage.cost.amount': 0.0009675, // (3 * 2.5 + 64 * 15) / 1e6
        'gen_ai.usage.cost.currency': 'USD',
        'gen_ai.usage.cost.source': 'local',
        'costspan.cost.status': 'priced',
        'costspan.cost.by': 'sdk',
        'costspan.cost.input': 0.0000075,
        'costspan.cost.output': 0.00096,
        'costspan.call.end': 'completed',
        'costspan.waste': 'none',
        'costspan.turn': 1,
      })
      expect(span?.resource['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/)
      expect(sink.points('costspan.cost').map((point) => point.value)).toEqual([0.0000075, 0.00096])
      expect(sink.points('costspan.calls').map((point) => point.value)).toEqual([1])
    },
  )

  test('process.exit loses nothing and keeps its code', async () => {
    const result = await run(['--require', REGISTER, app('ten-lines.cjs')], { THEN: 'exit' })
    expect(result).toMatchObject({ code: 3, stderr: '' })
    expect(sink.spans.map((span) => span.attributes['costspan.call.end'])).toEqual(['completed'])
  })

  test('an uncaught exception loses nothing and ends as it would', async () => {
    const result = await run(['--require', REGISTER, app('ten-lines.cjs')], { THEN: 'throw' })
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('an error of the application')
    expect(ours(result)).toEqual([])
    expect(sink.spans.length).toBe(1)
  })

  test('a stream that is open at process.exit is recorded as aborted', async () => {
    const result = await run(['--require', REGISTER, app('open-stream.cjs')])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(sink.spans.map((span) => span.attributes['costspan.call.end'])).toEqual(['aborted'])
    expect(sink.spans[0]?.attributes['costspan.cost.reason']).toBe('usage_missing')
  })

  test('a program without calls sends nothing and says nothing', async () => {
    const result = await run(['--require', REGISTER, app('idle.cjs')])
    expect(result).toMatchObject({ code: 0, stdout: 'no calls here\n', stderr: '' })
    expect(sink.requests).toEqual([])
  })

  test('attribution of the environment is on span and metrics', async () => {
    const env = {
      COSTSPAN_FEATURE: 'greeting',
      COSTSPAN_TEAM: 'growth',
      COSTSPAN_COST_CENTER: 'cc-7',
    }
    await run(['--require', REGISTER, app('ten-lines.cjs')], env)
    expect(sink.spans[0]?.attributes).toMatchObject({
      'costspan.feature': 'greeting',
      'costspan.team': 'growth',
      'costspan.cost_center': 'cc-7',
    })
    expect(sink.points('costspan.calls')[0]?.attributes).toMatchObject({
      'costspan.feature': 'greeting',
      'costspan.team': 'growth',
      'gen_ai.prompt.name': 'unattributed',
    })
  })

  test('a second register, and COSTSPAN_DISABLED, change nothing', async () => {
    await run(['--require', REGISTER, '--import', REGISTER, app('ten-lines.cjs')])
    expect(sink.spans.length).toBe(1)
    const off = await run(['--require', REGISTER, app('ten-lines.cjs')], {
      COSTSPAN_DISABLED: 'true',
    })
    expect(off).toMatchObject({ code: 0, stdout: 'stop\n', stderr: '' })
    expect(sink.spans.length).toBe(1)
  })
})

describe('signals', () => {
  test('SIGTERM without a handler of the application: flushed, then ended by the signal', async () => {
    const result = await run(
      ['--require', REGISTER, app('ten-lines.cjs')],
      { THEN: 'wait' },
      {
        onStart: (child) => child.stdout?.once('data', () => child.kill('SIGTERM')),
      },
    )
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM' })
    expect(sink.spans.length).toBe(1)
  })

  test('SIGTERM with a handler of the application is the application’s', async () => {
    const result = await run(
      ['--require', REGISTER, app('sigterm-handler.cjs')],
      { THEN: 'wait' },
      {
        onStart: (child) => child.stdout?.once('data', () => child.kill('SIGTERM')),
      },
    )
    expect(result.code).toBe(7)
    expect(result.stdout).toContain('the application handles SIGTERM')
    expect(sink.spans.length).toBe(1)
  })
})

describe('nobody receives', () => {
  const bare = async (env: Record<string, string>): Promise<number> =>
    (await run([app('ten-lines.cjs')], env)).ms

  test.each([
    ['at the natural end', {}, 0, 2_500],
    [
      'after a failed export and a wait',
      { THEN: 'linger', OTEL_BSP_SCHEDULE_DELAY: '50' },
      0,
      2_500,
    ],
    ['at process.exit', { THEN: 'exit' }, 3, 2_000],
  ])('a dead endpoint %s costs bounded time and one warning', async (_, env, code, limit) => {
    const dead = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
    const result = await run(['--require', REGISTER, app('ten-lines.cjs')], dead)
    expect(result.code).toBe(code)
    expect(result.stdout).toBe('stop\n')
    expect(ours(result).length).toBe(1)
    expect(ours(result)[0]).toContain('http://127.0.0.1:9/v1/traces')
    expect(ours(result)[0]).toContain('OTEL_EXPORTER_OTLP_ENDPOINT')
    expect(result.ms - (await bare(env))).toBeLessThan(limit)
  })

  test.each([
    ['at the natural end', {}, 4_000],
    ['at process.exit', { THEN: 'exit' }, 3_000],
  ])(
    'an endpoint that never answers %s costs bounded time and one warning',
    async (_, env, limit) => {
      const silent = createServer(() => undefined)
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
      const result = await run(['--require', REGISTER, app('ten-lines.cjs')], {
        ...env,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      })
      silent.close()
      expect(ours(result).length).toBe(1)
      expect(result.ms - (await bare(env))).toBeLessThan(limit)
    },
  )
})

describe('bad settings', () => {
  test.each([
    [
      { COSTSPAN_STREAM_USAGE: 'yes' },
      'costspan: COSTSPAN_STREAM_USAGE=yes is not allowed; allowed: known, on, off. Using known.',
    ],
    [
      { COSTSPAN_DISABLED: 'perhaps' },
      'costspan: COSTSPAN_DISABLED=perhaps is not allowed; allowed: true, false, 1, 0. Using false.',
    ],
    [
      { OTEL_TRACES_EXPORTER: 'otlp,carrier-pigeon' },
      'costspan: OTEL_TRACES_EXPORTER=carrier-pigeon is not known here; allowed: console, otlp, none. It is left out.',
    ],
  ])('%j: one line, and the call is made and recorded', async (env, line) => {
    const result = await run(['--require', REGISTER, app('ten-lines.cjs')], env)
    expect(result).toMatchObject({ code: 0, stdout: 'stop\n' })
    expect(ours(result)).toEqual([line])
    expect(sink.spans.length).toBe(1)
  })

  test('a price file that can’t be read is named, and the bundled prices are used', async () => {
    const result = await run(['--require', REGISTER, app('ten-lines.cjs')], {
      COSTSPAN_PRICES: 'no/such.yaml',
    })
    expect(ours(result).length).toBe(1)
    expect(ours(result)[0]).toContain('no/such.yaml')
    expect(sink.spans[0]?.attributes['costspan.cost.status']).toBe('priced')
  })

  test('a configuration file that can’t be read is named', async () => {
    const result = await run(['--require', REGISTER, app('ten-lines.cjs')], {
      COSTSPAN_CONFIG: 'no/such.yaml',
    })
    expect(ours(result).length).toBe(1)
    expect(ours(result)[0]).toContain('no/such.yaml')
    expect(sink.spans.length).toBe(1)
  })
})
