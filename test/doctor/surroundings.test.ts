/** `costspan doctor` without a command: what it finds in folders and settings that are made for it. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../../cli/doctor/finding.ts'
import { nodeFinding } from '../../cli/doctor/node.ts'
import { KNOWN_VARIABLES } from '../../instrumentation/config/variables.ts'
import { startLocal } from '../../local/server.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { runNode, type RunResult } from '../support/run-node.ts'

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'costspan-doctor-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let sink: OtlpSink
beforeEach(async () => {
  sink = await startOtlpSink()
})
afterEach(() => sink.close())

/** A folder with these files, by path; packages by name have a version for a content. */
function application(name: string, packages: Readonly<Record<string, string>>, manifest = {}) {
  const here = join(folder, name)
  mkdirSync(here, { recursive: true })
  writeFileSync(join(here, 'package.json'), JSON.stringify(manifest))
  for (const [path, version] of Object.entries(packages)) {
    const file = join(here, 'node_modules', path, 'package.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ name: path, version }))
  }
  return here
}

async function doctor(
  cwd: string,
  env: Record<string, string> = {},
  words: readonly string[] = ['--json'],
): Promise<{ result: RunResult; found: (about: string) => readonly string[] }> {
  const result = await runNode({
    args: [MAIN, 'doctor', ...words],
    cwd,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env },
  })
  return {
    result,
    found(about) {
      const { findings } = JSON.parse(result.stdout) as { findings: readonly Finding[] }
      return findings
        .filter((one) => one.about === about)
        .map(({ state, says, remedy }) => [state, says, remedy].filter(Boolean).join(': '))
    },
  }
}

test('all well: exit code 0, and lines of at most 80 columns', async () => {
  const here = application(
    'well',
    { costspan: '0.1.0', openai: '7.57.0', axios: '1.21.1' },
    { scripts: { start: 'node --require costspan/register app.js' } },
  )
  const { result } = await doctor(here, {}, [])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout.split('\n').every((line) => line.length <= 80)).toBe(true)
  expect(result.stdout).toMatch(/^✓ preload +in package\.json: start$/m)
  expect(result.stdout).toMatch(/^✓ clients +by fetch: openai 7\.57\.0$/m)
  expect(result.stdout).toMatch(/^✓ clients +by node:http: axios 1\.21\.1$/m)
  expect(result.stdout).not.toMatch(/[✗!]/)
  expect(sink.requests.map(({ path }) => path).toSorted()).toEqual(['/v1/metrics', '/v1/traces'])
  expect(sink.spans).toEqual([])
})

test('nothing installed and nobody listening: exit code 1', async () => {
  const here = application('empty', {})
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9'
  const { result, found } = await doctor(here, { OTEL_EXPORTER_OTLP_ENDPOINT })
  expect(result.code).toBe(1)
  expect(found('costspan')[0]).toMatch(/^mend: not installed in this folder: npm.install.costspan/)
  expect(found('export')[0]).toMatch(
    /^mend: traces, metrics to http:\/\/127\.0\.0\.1:9: nobody answers \(\w+\): /,
  )
  expect(found('clients')).toEqual(['note: no client that is known is installed in this folder'])
})

describe('the endpoint', () => {
  test.each([
    [401, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [404, 'without /v1/traces'],
    [503, 'whoever runs it'],
  ])('that answers %d is named with its remedy', async (status, remedy) => {
    sink.answerWith(status)
    const { result, found } = await doctor(application('refused', {}))
    expect(result.code).toBe(1)
    expect(found('export')[0]).toContain(`mend: traces, metrics to ${sink.url}: HTTP ${status}: `)
    expect(found('export')[0]).toContain(remedy)
  })

  test.each(['http/protobuf', 'http/json'])('of costspan local takes %s', async (protocol) => {
    const local = await startLocal({ port: 0 })
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: local.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      // A key in the address is nobody's matter.
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=sk-secret',
    }
    const { result, found } = await doctor(application('local', {}), env)
    await local.close()
    expect(found('export')).toEqual([`ok: traces, metrics to ${local.url}: taken`])
    expect(result.stdout).not.toContain('sk-secret')
  })

  test('is not asked where exporters are others', async () => {
    const env = { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none' }
    const { found } = await doctor(application('console', {}), env)
    expect(found('export')).toEqual(['note: traces go to: console', 'note: metrics go to: none'])
    expect(sink.requests).toEqual([])
  })
})

describe('settings', () => {
  test('that are misspelt or not allowed are named with what is', async () => {
    const { result, found } = await doctor(application('settings', {}), {
      COSTSPAN_STREAM_USAGE: 'maybe',
      COSTSPAN_FEATUER: 'bot',
      OTEL_EXPORTER_OTLP_ENDPONT: 'x',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_NODE_RESOURCE_DETECTORS: 'all',
    })
    expect(result.code).toBe(1)
    expect(found('settings').slice(1).toSorted()).toEqual([
      'mend: COSTSPAN_FEATUER is not known: meant: COSTSPAN_FEATURE?',
      'mend: COSTSPAN_STREAM_USAGE=maybe is not allowed; allowed: known, on, off. Using known.',
      'mend: OTEL_BSP_SCHEDULE_DELAY=soon is not allowed; allowed: a number from 0',
      'mend: OTEL_EXPORTER_OTLP_ENDPONT is not known: meant: OTEL_EXPORTER_OTLP_ENDPOINT?',
      expect.stringMatching(
        /^mend: OTEL_TRACES_SAMPLER=sometimes is not allowed; allowed: always_on/,
      ),
    ])
  })

  test('of files: rules and prices, with their line', async () => {
    const here = application('files', {})
    writeFileSync(join(here, 'rules.yaml'), '- set: { feture: bot }\n')
    writeFileSync(join(here, 'prices.yaml'), 'discounts: [{ percent: 110 }]\n')
    const { found } = await doctor(here, {
      COSTSPAN_RULES: 'rules.yaml',
      COSTSPAN_PRICES: 'prices.yaml',
    })
    expect(found('settings')[1]).toMatch(/^mend: .*rules\.yaml:1.*feture/)
    expect(found('prices')).toEqual([
      'mend: prices.yaml:1: discounts.0.percent: 110 is not allowed; allowed: percent from 0 to 100, such as 12.5',
    ])
  })

  test('known to doctor are those that are read, and no others', () => {
    const root = new URL('../../instrumentation/', import.meta.url)
    const read = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'config/variables.ts')
      .flatMap((path) => readFileSync(new URL(path, root), 'utf8').match(/COSTSPAN_[A-Z_]+/g) ?? [])
    // An error's code, and the folder that the command itself names.
    const others = ['COSTSPAN_ATTRIBUTION_REQUIRED', 'COSTSPAN_DOCTOR']
    const own = [...new Set(read)].filter((name) => !others.includes(name))
    expect(KNOWN_VARIABLES.filter((name) => name.startsWith('COSTSPAN_'))).toEqual(own.toSorted())
  })
})

test('two copies of the API of different ages are told, with the remedy', async () => {
  const here = application('copies', {
    '@opentelemetry/api': '1.10.0',
    'old-tracer/node_modules/@opentelemetry/api': '1.9.1',
  })
  const { found } = await doctor(here)
  expect(found('API copies')[0]).toMatch(
    /^note: .*1\.10 and older: 1\.9\.1.of.old-tracer\..*overrides/,
  )
  const { found: foundAlike } = await doctor(
    application('alike', {
      '@opentelemetry/api': '1.10.0',
      'tracer/node_modules/@opentelemetry/api': '1.10.0',
    }),
  )
  expect(foundAlike('API copies')).toEqual([])
})

test.each([
  ['20.19.0', 'mend'],
  ['22.14.0', 'mend'],
  ['22.15.0', 'note'],
  ['22.22.3', 'ok'],
  ['24.11.0', 'note'],
  ['24.11.1', 'ok'],
  ['25.0.0', 'note'],
  ['25.1.0', 'ok'],
  ['26.0.0', 'ok'],
])('Node %s: %s', (version, state) => {
  expect(nodeFinding(version).state).toBe(state)
})
