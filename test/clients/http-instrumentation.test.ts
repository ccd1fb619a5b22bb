/** OpenTelemetry's instrumentations of `node:http` and undici, which an application has around and below our hooks. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink, type SunkSpan } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'

let simulator: Simulator
let sink: OtlpSink

beforeEach(async () => {
  simulator = await startSimulator()
  sink = await startOtlpSink()
})
afterEach(() => Promise.all([simulator.close(), sink.close()]))

const SETUP = './test/clients/apps/http-instrumentation-setup.cjs'
const APP = 'test/clients/apps/http-instrumentation-app.cjs'
const ORDERS = [
  { order: 'before the preload', before: ['--require', SETUP] },
  { order: 'after the preload', before: [] },
]

function run(before: readonly string[], preload: readonly string[]): Promise<RunResult> {
  return runNode({
    // What openai 4's own dependencies print of Node's deprecations is not ours.
    args: ['--no-deprecation', ...before, ...preload, APP],
    env: {
      BASE_URL: simulator.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'none',
    },
  })
}

const isCall = (span: SunkSpan): boolean => 'gen_ai.operation.name' in span.attributes
/** As the two instrumentations name their client spans. */
const isHttp = (span: SunkSpan): boolean => span.kind === 3 && !isCall(span)

describe.each(ORDERS)('an application with HTTP instrumentations, set up $order', ({ before }) => {
  test('has one priced span for each call, whatever HTTP spans are around it', async () => {
    const result = await run(before, ['--require', REGISTER])
    expect(result.stderr).toBe('')
    expect(result.code).toBe(0)
    const calls = sink.spans.filter(isCall)
    const statuses = calls.map((span) => span.attributes['costspan.cost.status'])
    expect(statuses).toEqual(Array<string>(5).fill('priced'))
    const usd = calls.reduce(
      (sum, { attributes }) => sum + Number(attributes['gen_ai.usage.cost.amount']),
      0,
    )
    expect(usd).toBeCloseTo(Number(simulator.ledger.totals().billed.usd), 12)
    // By fetch they are below the call. `node:http` tells of a request when its HTTP span has begun: the call is below the
    // first attempt's. Undici's own has none active, and the two are beside each other.
    const below = (call: SunkSpan): number =>
      sink.spans.filter((span) => span.parentSpanId === call.spanId).length
    const above = (call: SunkSpan): number =>
      sink.spans.filter((span) => isHttp(span) && span.spanId === call.parentSpanId).length
    expect(calls.map(below)).toEqual([2, 1, 0, 0, 0])
    expect(calls.map(above)).toEqual([0, 0, 1, 1, 0])
    const resends = calls.map((call) => call.attributes['http.request.resend_count'])
    expect(resends).toEqual([1, undefined, 1, undefined, undefined])
    expect(sink.spans.filter(isHttp).length).toBe(7)
    expect(sink.points('costspan.calls').reduce((sum, { value }) => sum + value, 0)).toBe(5)
  })
})
