/** A stream half read when the process ends: as bare for everybody else, and its record arrives. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'
import type { Client, Suite } from './cases.ts'

const ENDS = [
  // The provider's answer is complete on its side; the application never asks for the rest.
  { end: 'a natural end', stop: 'end', tokens: 200, fault: 'id=end' },
  { end: 'process.exit', stop: 'exit', tokens: 4_000, fault: 'chunk-delay=2; id=exit' },
  { end: 'an uncaught exception', stop: 'throw', tokens: 4_000, fault: 'chunk-delay=2; id=throw' },
  { end: 'SIGTERM', stop: 'wait', tokens: 4_000, fault: 'chunk-delay=2; id=wait' },
] as const
type End = (typeof ENDS)[number]

interface Subject {
  readonly simulator: Simulator
  readonly folder: string
  readonly client: Client
}

function run(
  { simulator, folder, client }: Subject,
  form: string,
  end: End,
  endpoint?: string,
): Promise<RunResult> {
  const cases = [
    { name: end.end, stream: true, tokens: end.tokens, fault: end.fault, stop: end.stop },
  ]
  return runNode({
    args: [
      '--no-warnings',
      ...(endpoint === undefined ? [] : ['--require', REGISTER]),
      `${folder}/run.${form}`,
      client.name,
      JSON.stringify(cases),
    ],
    env: {
      SIM_URL: simulator.url,
      SIM_BEDROCK_URL: simulator.bedrockUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint ?? '',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    },
    onStart(child) {
      child.stdout?.on('data', (bytes: Buffer) => {
        if (bytes.toString().includes('waiting')) child.kill('SIGTERM')
      })
    },
  })
}

/** Ids in the answers count up with the requests; our one warning about a dead endpoint is meant to be there. */
function seen({ code, signal, stdout, stderr }: RunResult): object {
  const lines = stderr.split('\n').filter((line) => !line.startsWith('costspan: telemetry'))
  const sameIds = (text: string): string => text.replace(/sim[0-9a-z]{8}/g, 'sim')
  return { code, signal, stdout: sameIds(stdout), stderr: sameIds(lines.join('\n')) }
}

/** @param names of the clients to try it with */
export function testProcessEnds(suite: Suite, names: readonly string[]): void {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startSimulator({ now: () => 1_790_000_000_000 })
  })
  afterAll(() => simulator.close())

  describe.each(suite.clients.filter(({ name }) => names.includes(name)))('$name', (client) => {
    const subject = (): Subject => ({ simulator, folder: suite.folder, client })
    describe.each(ENDS)('$end', (end) => {
      test.each(['cjs', 'mjs'])('%s, with an endpoint that answers', async (form) => {
        const sink: OtlpSink = await startOtlpSink()
        try {
          const [bare, observed] = await Promise.all([
            run(subject(), form, end),
            run(subject(), form, end, sink.url),
          ])
          expect(seen(observed)).toEqual(seen(bare))
          expect(observed.stderr).not.toContain('costspan')
          const records = sink.spans.filter(
            ({ attributes }) =>
              attributes['costspan.feature'] === end.end && 'costspan.call.end' in attributes,
          )
          expect(records.length).toBe(1)
          // A short answer may have arrived whole with its first bytes, and the AI SDK reads on by itself.
          const whole = end.stop === 'end' || client.readsOn === true
          const ends = whole ? ['aborted', 'completed'] : ['aborted']
          expect(ends).toContain(records[0]?.attributes['costspan.call.end'])
        } finally {
          await sink.close()
        }
      })

      test('with an endpoint that is dead', async () => {
        const [bare, observed] = await Promise.all([
          run(subject(), 'cjs', end),
          run(subject(), 'cjs', end, 'http://127.0.0.1:9'),
        ])
        expect(seen(observed)).toEqual(seen(bare))
        expect(observed.ms).toBeLessThan(bare.ms + 4_000)
      })
    })
  })
}
