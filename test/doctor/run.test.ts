/** `costspan doctor -- COMMAND` on programs that run against the simulator and a receiver. */

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Report } from '../../cli/doctor/report.ts'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunOptions, type RunResult } from '../support/run-node.ts'

const APP = 'test/doctor/apps/calls.cjs'

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

function run(
  words: readonly string[],
  env: Record<string, string> = {},
  more: Partial<RunOptions> = {},
): Promise<RunResult> {
  return runNode({
    args: ['dist/cli/main.js', 'doctor', ...words],
    env: {
      BASE_URL: `${simulator.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...env,
    },
    ...more,
  })
}

/** The report, which is the last line of stderr. */
function reportIn({ stderr }: RunResult): Report {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Report
}

const aboutIn = (report: Report, about: string): readonly string[] =>
  report.findings.filter((one) => one.about === about).map(({ state, says }) => `${state}: ${says}`)

const diagnose = async (
  acts: readonly string[],
  env: Record<string, string> = {},
  more: Partial<RunOptions> = {},
): Promise<{ readonly result: RunResult; readonly report: Report }> => {
  const result = await run(['--json', '--', process.execPath, APP, ...acts], env, more)
  return { result, report: reportIn(result) }
}

describe('a run in which all is well', () => {
  test('is told in a table and lines of 80 columns, behind the output of the program', async () => {
    const attributed = { COSTSPAN_FEATURE: 'bot', COSTSPAN_TEAM: 'care' }
    const result = await run(['--', process.execPath, APP, 'plain', 'plain'], attributed)
    expect(result).toMatchObject({ code: 0, stdout: 'done\n' })
    const lines = result.stderr.split('\n')
    expect(lines[1]).toMatch(/^costspan doctor: .* ended with 0 after \d+\.\d s$/)
    expect(lines.slice(3, 6)).toEqual([
      'provider  model    calls  priced  partial  unpriced  failed      USD',
      'openai    gpt-5.4      2       2        -         -       -  $0.0019',
      '',
    ])
    const host = simulator.url.replace('http://', '')
    expect(lines.slice(6)).toEqual([
      '! hooked      undici, fetch, node:http, by costspan 0.1.0, for this run only',
      '              → node --require costspan/register app.js',
      '✓ clients     openai 7.57.0 by fetch',
      `✓ hosts       ${host}`,
      '✓ priced      every answer',
      '✓ attributed  every call says feature and team',
      `✓ exported    2 spans taken by ${sink.url}/v1/traces`,
      `✓ exported    1 export taken by ${sink.url}/v1/metrics`,
      '',
    ])
    expect(sink.spans.length).toBe(2)
  })

  test('is well in JSON too, and nothing of prompt, user, key or query is in it', async () => {
    const { result, report } = await diagnose(['plain', 'http', 'other'])
    expect(report).toMatchObject({ code: 0, signal: null, preloaded: false })
    expect(report.processes.map(({ program, ended }) => [program, ended])).toEqual([
      ['calls.cjs', true],
    ])
    expect(result.stderr).not.toMatch(/private|sk-secret|u-123456|\?/)
  })

  test('with a preload of its own is hooked for good', async () => {
    const result = await run([
      '--json',
      '--',
      process.execPath,
      '--require',
      REGISTER,
      APP,
      'plain',
    ])
    expect(aboutIn(reportIn(result), 'hooked')).toEqual([
      'ok: undici, fetch, node:http, by costspan 0.1.0',
    ])
    expect(sink.spans.length).toBe(1)
  })
})

describe('what is not priced', () => {
  test('is told by reason with its remedy; a failure and an early end are no fault of prices', async () => {
    const { report } = await diagnose(['unknown', 'failed', 'aborted'])
    const [unknown, ...more] = report.findings.filter(({ about }) => about === 'unpriced')
    expect(unknown).toMatchObject({ state: 'mend' })
    expect(unknown?.says).toMatch(
      /^1 call of openai.gpt-5\.4-mni: .*nearest: gpt-5\.4-mini.*: unknown_model$/,
    )
    expect(unknown?.remedy).toContain('COSTSPAN_PRICES')
    expect(more.map(({ state, says }) => [state, says.slice(-13)])).toEqual([
      ['note', 'usage_missing'],
    ])
    expect(report.well).toBe(false)
    const [facts] = report.processes
    // What ended well is recorded a moment later than what failed: the order is the machine's.
    expect(
      facts?.calls.map(({ end, status, calls }) => `${end} ${status} ${calls}`).toSorted(),
    ).toEqual(['aborted unpriced 1', 'completed unpriced 1', 'failed unpriced 1'])
  })
})

describe('what is not seen', () => {
  test('is named by host and path: a body that is no call, a path that nobody knows', async () => {
    const { report } = await diagnose(['formless', 'other'])
    const host = simulator.url.replace('http://', '')
    expect(aboutIn(report, 'not seen').toSorted()).toEqual([
      `note: POST ${host}/v1/chat/completions by node:http, a path of openai.chat`,
      `note: POST ${host}/v1/v9/…/generate by fetch`,
    ])
    expect(aboutIn(report, 'calls')).toEqual(['mend: no LLM call was seen'])
  })

  test('nothing of a request by node:http that is a call', async () => {
    const { report } = await diagnose(['http'])
    expect(aboutIn(report, 'not seen')).toEqual([])
    expect(report.processes[0]?.clients).toEqual([
      { name: 'node:http', hook: 'node:http', calls: 1 },
    ])
  })

  test('a program without a client is told so, and its own words are untouched', async () => {
    const result = await run(['--json', '--', process.execPath, 'test/register/apps/idle.cjs'])
    expect(result).toMatchObject({ code: 0, stdout: 'no calls here\n' })
    expect(aboutIn(reportIn(result), 'calls')).toEqual(['mend: no LLM call was seen'])
  })

  test('a command that is no Node program', async () => {
    const result = await run(['--json', '--', 'false'])
    expect(result.code).toBe(1)
    expect(aboutIn(reportIn(result), 'hooked')[0]).toMatch(/^mend: no Node process told of itself/)
  })

  test('nothing, where costspan is switched off', async () => {
    const { report } = await diagnose(['plain'], { COSTSPAN_DISABLED: 'true' })
    expect(aboutIn(report, 'hooked')).toEqual(['mend: COSTSPAN_DISABLED: nothing is observed'])
  })
})

describe('export', () => {
  test('an endpoint where nobody listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const url = `http://127.0.0.1:${port}`
    const { report } = await diagnose(['plain'], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
    expect(aboutIn(report, 'exported')).toEqual([
      `mend: 1 span not taken by ${url}/v1/traces: ECONNREFUSED`,
      `mend: 1 export not taken by ${url}/v1/metrics: ECONNREFUSED`,
    ])
  })

  test('one that refuses', async () => {
    sink.answerWith(401)
    const { report } = await diagnose(['plain'])
    const refused = report.findings.find(({ about }) => about === 'exported')
    expect(refused).toMatchObject({ says: `1 span not taken by ${sink.url}/v1/traces: HTTP 401` })
    expect(refused?.remedy).toContain('OTEL_EXPORTER_OTLP_HEADERS')
  })
})

describe('an application that sets up OpenTelemetry 2.0 itself', () => {
  const app = async (env: Record<string, string>): Promise<Report> =>
    reportIn(
      await run(['--json', '--', process.execPath, 'test/apps/otel2/app.cjs'], {
        SETUP: 'after',
        OTEL_LOGS_EXPORTER: 'none',
        ...env,
      }),
    )

  test('without CostSpanProcessor is told the line that is missing', async () => {
    const report = await app({})
    const setUp = report.findings.find(({ about }) => about === 'set-up')
    expect(setUp).toMatchObject({ state: 'mend' })
    expect(setUp?.says).toMatch(/^OpenTelemetry, by app\.cjs with API 1\.9\.0, without/)
    expect(setUp?.remedy).toMatch(/spanProcessors:.\[new.CostSpanProcessor\(\)/)
    expect(aboutIn(report, 'spans')).toEqual([])
  })

  test('with it is well, and spans of others are counted', async () => {
    const report = await app({ COST_PROCESSOR: '1' })
    expect(aboutIn(report, 'set-up')[0]).toMatch(/^ok: OpenTelemetry, by app\.cjs .* with CostSpan/)
    expect(aboutIn(report, 'spans')).toEqual(['ok: of elsewhere: 1 priced by what they say'])
  })
})

describe('endings of the program are its own', () => {
  test('process.exit', async () => {
    const { result, report } = await diagnose(['plain'], { THEN: 'exit' })
    expect(result).toMatchObject({ code: 3, stdout: 'done\n' })
    expect(report).toMatchObject({ code: 3 })
    expect(aboutIn(report, 'exported')[0]).toMatch(/^ok: 1 span taken/)
  })

  test('an uncaught exception', async () => {
    const { result, report } = await diagnose(['plain'], { THEN: 'crash' })
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('an error of the application')
    expect(report.processes[0]).toMatchObject({ ended: true, calls: [{ calls: 1 }] })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s is passed on, and ends both the program and the command',
    async (signal) => {
      const onStart: RunOptions['onStart'] = (child) => {
        let out = ''
        child.stdout?.on('data', (chunk: Buffer) => {
          out += chunk.toString('utf8')
          if (out.includes('waiting')) child.kill(signal)
        })
      }
      const { result, report } = await diagnose(['plain'], { THEN: 'wait' }, { onStart })
      expect(result).toMatchObject({ code: null, signal })
      expect(report).toMatchObject({ code: null, signal })
      expect(report.processes[0]).toMatchObject({ ended: true, calls: [{ calls: 1 }] })
      expect(sink.spans.length).toBe(1)
    },
  )

  test('killed, it leaves what it had told, and that it did not end', async () => {
    // Facts are written every second.
    const script =
      `out=$(mktemp); "$0" ${APP} plain > $out & until grep -q waiting $out; do sleep 0.1; done; ` +
      'sleep 2.5; kill -9 $!; wait $!'
    const args = ['--json', '--', 'sh', '-c', script, process.execPath]
    const result = await run(args, { THEN: 'wait' })
    const report = reportIn(result)
    expect(result.code).toBe(137)
    expect(report.processes[0]).toMatchObject({ ended: false, calls: [{ calls: 1 }] })
    expect(aboutIn(report, 'hooked')).toContain(
      'note: 1 process did not end by itself: what it did last may be missing',
    )
  })

  test('its input reaches it', async () => {
    const { result } = await diagnose([], {}, { input: 'hello\n' })
    expect(result.stdout).toBe('done\nheard hello\n')
  })
})

describe('misuse', () => {
  test.each([
    [['--'], 'costspan doctor: no command after --, such as: -- node app.js\n'],
    [
      ['--', 'no-such-command-9'],
      "costspan doctor: can't start 'no-such-command-9': no such command\n",
    ],
    [['--jsn'], "costspan doctor: Unknown option '--jsn'. Allowed: --json\n"],
    [['app.js'], /^costspan doctor: Unexpected argument 'app\.js'/],
  ])('%j is one line and exit code 2', async (words, said) => {
    const result = await run(words)
    expect([result.code, result.stdout]).toEqual([2, ''])
    if (typeof said === 'string') expect(result.stderr).toBe(said)
    else expect(result.stderr).toMatch(said)
  })

  test('--help of the command behind -- is not ours', async () => {
    const result = await run(['--json', '--', process.execPath, '--help'])
    expect(result.stdout).toContain('Usage: node')
  })
})
