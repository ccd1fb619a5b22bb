import type { ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocal, type Local } from '../../local/server.ts'
import { REGISTER, runNode, type RunOptions, type RunResult } from '../support/run-node.ts'

let local: Local
beforeEach(async () => {
  local = await startLocal({ port: 0 })
})
afterEach(() => local.close())

const APP = 'test/units/apps/outcomes.cjs'

function run(
  args: readonly string[],
  env: Record<string, string> = {},
  more: Partial<RunOptions> = {},
): Promise<RunResult> {
  return runNode({ args, env: { OTEL_EXPORTER_OTLP_ENDPOINT: local.url, ...env }, ...more })
}

const ours = (result: RunResult): readonly string[] =>
  result.stderr.split('\n').filter((line) => line.startsWith('costspan:'))

/** What reached the store: one outcome, its duplicate ignored, and the cost. */
function expectKept(): void {
  expect(local.store.outcomes()).toMatchObject([
    {
      name: 'ticket.resolved',
      success: true,
      value: 18,
      feature: 'desk',
      unitType: 'ticket',
      unitId: 't1',
      service: 'shop',
    },
  ])
  expect(local.store.duplicateOutcomes()).toEqual({ 'ticket.resolved': 1 })
  expect(local.store.costs()).toMatchObject([
    { component: 'gateway', usd: 0.0004, origin: 'allocated', unitId: 't1' },
  ])
}

describe('outcomes and costs of an application without a set-up of its own', () => {
  const NAMED = { OTEL_SERVICE_NAME: 'shop' }

  test.each(['http/protobuf', 'http/json'])(
    'reach the store by %s, and the process ends by itself',
    async (protocol) => {
      const result = await run(['--require', REGISTER, APP], {
        ...NAMED,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      })
      expect(result).toMatchObject({ code: 0, stderr: '', stdout: 'sdk-logs false true\n' })
      expect(result.ms).toBeLessThan(5_000)
      expectKept()
    },
  )

  test.each([
    ['exit', 3, null],
    ['throw', 1, null],
  ])('reach the store where the application ends by %s', async (THEN, code, signal) => {
    const result = await run(['--require', REGISTER, APP], { ...NAMED, THEN })
    expect(result).toMatchObject({ code, signal })
    expectKept()
  })

  test('reach the store on SIGTERM', async () => {
    const result = await run(
      ['--require', REGISTER, APP],
      { ...NAMED, THEN: 'stay' },
      {
        onStart(child) {
          child.stdout?.once('data', () => child.kill('SIGTERM'))
        },
      },
    )
    expect(result.signal).toBe('SIGTERM')
    expectKept()
  })

  test('reach the store a second later where it goes on', async () => {
    let child: ChildProcess | undefined
    const running = run(
      ['--require', REGISTER, APP],
      { ...NAMED, THEN: 'stay' },
      { onStart: (started) => (child = started) },
    )
    const deadline = Date.now() + 10_000
    while (local.store.costs().length === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expectKept()
    child?.kill('SIGKILL')
    await running
  })

  test('load nothing of the log signal before the first of them', async () => {
    const result = await run(['--require', REGISTER, APP], { RECORD: 'no' })
    expect(result).toMatchObject({ code: 0, stdout: 'sdk-logs false false\n', stderr: '' })
  })

  test('do not hold the process against an endpoint that is dead, and the loss is one line', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const url = `http://127.0.0.1:${port}`
    const result = await run(['--require', REGISTER, APP], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
    expect(result.code).toBe(0)
    expect(result.ms).toBeLessThan(5_000)
    expect(ours(result)).toHaveLength(1)
    expect(ours(result)[0]).toMatch(/could not be delivered to .*ECONNREFUSED/)
  })

  test('go nowhere with OTEL_LOGS_EXPORTER=none, in silence', async () => {
    const result = await run(['--require', REGISTER, APP], { OTEL_LOGS_EXPORTER: 'none' })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(local.store.outcomes()).toEqual([])
  })

  test('an exporter that is not known is named with what is allowed', async () => {
    const result = await run(['--require', REGISTER, APP], { OTEL_LOGS_EXPORTER: 'loki' })
    expect(ours(result)).toEqual([
      'costspan: OTEL_LOGS_EXPORTER=loki is not known here; allowed: console, otlp, none. It is left out.',
    ])
  })

  test.each(['COSTSPAN_DISABLED', 'OTEL_SDK_DISABLED'])('do nothing with %s=true', async (name) => {
    const result = await run(['--require', REGISTER, APP], { [name]: 'true' })
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: 'sdk-logs false false\n' })
    expect(local.store.outcomes()).toEqual([])
  })

  test('do nothing, and say nothing, where costspan was not started', async () => {
    const result = await run([APP])
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: 'sdk-logs false false\n' })
  })
})

describe.each([
  ['3.x', './test/units/apps/own-logs3.cjs'],
  ['2.x', './test/units/apps/own-logs2.cjs'],
])('an application with its own OpenTelemetry %s', (_, setup) => {
  const env = { OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' }

  test.each([
    ['before', ['--require', setup, '--require', REGISTER]],
    ['after', ['--require', REGISTER, '--require', setup]],
    ['without', ['--require', setup]],
  ])('has the events on its own logger provider, set up %s the preload', async (_name, args) => {
    const result = await run([...args, APP], env)
    const events = result.stdout.split('\n').filter((line) => line.startsWith('EVENT'))
    expect(events).toHaveLength(3)
    expect(JSON.parse(events[0]?.slice(6) ?? '')).toMatchObject({
      eventName: 'costspan.outcome',
      attributes: { 'costspan.outcome.name': 'ticket.resolved', 'costspan.unit.id': 't1' },
    })
    expect(ours(result)).toEqual([])
    expect(local.store.outcomes()).toEqual([])
  })

  test('and no logger provider is told once where the events go: nowhere', async () => {
    const none = { OTEL_METRICS_EXPORTER: 'none', LOGS: 'no', OTEL_LOGS_EXPORTER: 'none' }
    const result = await run(['--require', setup, '--require', REGISTER, APP], none)
    expect(ours(result)).toEqual([
      'costspan: outcomes and costs are counted on metrics, but their events go nowhere: OpenTelemetry is set up ' +
        'without a logger provider. Add logRecordProcessors to NodeSDK.',
    ])
  })
})
