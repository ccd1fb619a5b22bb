import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'

let simulator: Simulator
let sink: OtlpSink
let folder: string
beforeAll(async () => {
  simulator = await startSimulator()
  folder = mkdtempSync(join(tmpdir(), 'costspan-untouched-'))
})
afterAll(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  sink = await startOtlpSink()
})
afterEach(() => sink.close())

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

interface Asked {
  readonly path: string
  readonly headers?: Record<string, string>
}

async function askAll(base: string, requests: readonly Asked[]): Promise<void> {
  for (const { path, headers = {} } of requests) {
    await fetch(base + path, { method: 'POST', body: 'Hello there', headers })
  }
}

/** Runs the server with these settings, sends it a request for each path, and ends it. */
function serve(
  env: Readonly<Record<string, string>>,
  requests: readonly Asked[],
): Promise<RunResult> {
  return runNode({
    args: ['--require', REGISTER, 'test/attribution/apps/plain-server.cjs'],
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'shop-api',
      ...env,
    },
    onStart(child) {
      child.stdout?.once('data', (bytes: Buffer) => {
        const end = (): boolean => child.kill('SIGTERM')
        askAll(`http://127.0.0.1:${Number(String(bytes))}`, requests).then(end, end)
      })
    },
  })
}

test('a rules file attributes a server’s calls by service and path, and headers by allow-list, code untouched', async () => {
  const rules = `
- match: { service: shop-*, route: /api/support/* }
  set: { feature: support-bot, team: care }
- match: { model: gpt-* }
  set: { feature: anything-else }
`
  const result = await serve(
    {
      COSTSPAN_RULES: file('rules.yaml', rules),
      COSTSPAN_CONFIG: file('inbound.yaml', 'inbound: { headers: { x-tenant: customer } }'),
    },
    [
      { path: '/api/support/7', headers: { 'x-tenant': 'acme', 'x-user': 'u' } },
      { path: '/other' },
    ],
  )
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const seen = sink.spans.map(({ attributes }) => [
    attributes['costspan.feature'],
    attributes['costspan.team'],
    attributes['costspan.customer'],
  ])
  expect(seen).toEqual([
    ['support-bot', 'care', 'acme'],
    ['anything-else', undefined, undefined],
  ])
})

test('require and values warn in one line each, count every call, and send all of them', async () => {
  const yaml = `
require: [feature, team]
values: { costCenter: [cc-1] }
attribution: { feature: bot, costCenter: cc-9 }
`
  const requests = Array.from({ length: 3 }, () => ({ path: '/' }))
  const result = await serve({ COSTSPAN_CONFIG: file('policy.yaml', yaml) }, requests)
  expect(result.code).toBe(0)
  expect(result.stderr.trim().split('\n')).toEqual([
    "costspan: attribution: costCenter 'cc-9' is not allowed (values in COSTSPAN_CONFIG: cc-1); counted as 'other'. Further ones are only counted.",
    "costspan: attribution: an LLM call does not say its team (require in COSTSPAN_CONFIG); it is counted as 'unattributed'. Further ones are only counted.",
  ])
  expect(sink.spans.map(({ attributes }) => attributes['costspan.cost_center'])).toEqual([
    'other',
    'other',
    'other',
  ])
  const dropped = sink
    .points('costspan.dropped')
    .map(({ attributes, value }) => [
      attributes['costspan.signal'],
      attributes['costspan.reason'],
      value,
    ])
  expect(dropped.sort()).toEqual([
    ['attribution', 'unattributed', 3],
    ['attribution', 'value_not_allowed', 3],
  ])
  const [calls] = sink.points('costspan.calls')
  expect(calls).toMatchObject({ value: 3 })
  expect(calls?.attributes).toMatchObject({
    'costspan.feature': 'bot',
    'costspan.team': 'unattributed',
  })
})

test('every mistake in configuration and rules is a line before the first call, and the calls are made', async () => {
  const result = await serve(
    {
      COSTSPAN_RULES: file('bad.yaml', '- set: { feature: good }\n- set: { featur: bad }\n'),
      COSTSPAN_CONFIG: file('bad-config.yaml', 'require: [nobody]\ninbound: 7\nhashUsers: true\n'),
    },
    [{ path: '/' }],
  )
  expect(result.code).toBe(0)
  const lines = result.stderr.replaceAll(`${folder}/`, '').trim().split('\n')
  expect(lines.map((line) => line.slice(0, 64))).toEqual([
    'costspan: COSTSPAN_CONFIG bad-config.yaml:2: inbound must be a m',
    "costspan: bad.yaml:2: rule 2: no key 'featur'; allowed: feature,",
    "costspan: COSTSPAN_CONFIG bad-config.yaml:1: require: 'nobody' i",
    'costspan: COSTSPAN_CONFIG bad-config.yaml:3: hashUsers needs a k',
  ])
  expect(sink.spans.map(({ attributes }) => attributes['costspan.feature'])).toEqual(['good'])
})
