import { Agent, request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink, type SunkSpan } from '../support/otlp-sink.ts'
import { REGISTER, runNode } from '../support/run-node.ts'

const REQUESTS = 1_000
const CALLS = 3
const FEATURES = ['support', 'search', 'summary', 'triage', 'draft']

let simulator: Simulator
let sink: OtlpSink
beforeAll(async () => {
  simulator = await startSimulator({ keep: 20_000 })
  sink = await startOtlpSink()
})
afterAll(async () => {
  await simulator.close()
  await sink.close()
})

/** All at once: each on a connection of its own. */
const agent = new Agent({ keepAlive: false, maxSockets: Infinity })

function ask(port: number, index: number): Promise<readonly string[]> {
  const body = JSON.stringify({ question: `q${index}`, failing: index % 4 === 0 })
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'x-feature': FEATURES[index % FEATURES.length] ?? '',
    'x-request': String(index),
  }
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.on('data', (bytes: Buffer) => (text += bytes.toString()))
      response.on('end', () => {
        resolve(JSON.parse(text) as readonly string[])
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What is wrong with the span of this call of that request; nothing where all is right. */
function fault(span: SunkSpan | undefined, index: number, place: number): string | undefined {
  const got = span?.attributes ?? {}
  const expected: Record<string, unknown> = {
    'costspan.feature': FEATURES[index % FEATURES.length],
    'costspan.customer': `customer-of-${index}`,
    'user.id': `user-of-${index}`,
    'gen_ai.prompt.name': place === 1 ? 'stream' : undefined,
    'gen_ai.prompt.version': place === 1 ? `q${index}` : undefined,
    'http.request.resend_count': index % 4 === 0 ? 1 : undefined,
    'costspan.call.end': 'completed',
  }
  const wrong = Object.keys(expected).filter((name) => got[name] !== expected[name])
  return wrong.length === 0
    ? undefined
    : `request ${index}, call ${place}: ${wrong.map((name) => `${name}=${String(got[name])}`).join(', ')}`
}

test(`${REQUESTS} requests at once with five features, ${CALLS} calls each, streams, timers and retries: no call carries another’s values`, async () => {
  let answers: readonly (readonly string[])[] = []
  const result = await runNode({
    args: ['--require', REGISTER, 'test/attribution/apps/support.cjs'],
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BSP_MAX_QUEUE_SIZE: '10000',
    },
    timeoutMs: 90_000,
    onStart(child) {
      child.stdout?.once('data', (bytes: Buffer) => {
        const port = Number(String(bytes))
        const all = Array.from({ length: REQUESTS }, (_, index) => ask(port, index))
        Promise.all(all).then(
          (done) => {
            answers = done
            child.kill('SIGTERM')
          },
          () => child.kill('SIGKILL'),
        )
      })
    },
  })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(answers.flat().length).toBe(REQUESTS * CALLS)
  expect(sink.spans.length).toBe(REQUESTS * CALLS)

  const spans = new Map(sink.spans.map((span) => [span.attributes['gen_ai.response.id'], span]))
  expect(spans.size).toBe(REQUESTS * CALLS)
  const faults = answers.flatMap((ids, index) =>
    ids.flatMap((id, place) => fault(spans.get(id), index, place) ?? []),
  )
  expect(faults).toEqual([])

  const calls = sink.points('costspan.calls')
  for (const feature of FEATURES) {
    const own = calls.filter((point) => point.attributes['costspan.feature'] === feature)
    const count = own.reduce((sum, point) => sum + point.value, 0)
    expect(count).toBe((REQUESTS * CALLS) / FEATURES.length)
  }
  const points = ['costspan.calls', 'costspan.cost', 'costspan.attempts'].flatMap(sink.points)
  expect(JSON.stringify(points)).not.toContain('user-of-')

  // Whom the calls were for stayed at home.
  expect(simulator.requests.length).toBe(REQUESTS * CALLS * 1.25)
  const travelled = JSON.stringify(simulator.requests)
  expect(travelled).not.toContain('user-of-')
  expect(travelled).not.toContain('customer-of-')
}, 120_000)
