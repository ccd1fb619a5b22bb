/** Whichever way a call is made, in both module forms, with both flags: one record, of what the provider booked. */

import { expect, test } from 'vitest'
import { startSimulator } from '../../demo/simulator/server.ts'
import { startOtlpSink } from '../support/otlp-sink.ts'
import { REGISTER, runNode } from '../support/run-node.ts'

const WAYS = [
  'request',
  'new ClientRequest',
  'global fetch',
  'global fetch through a pool of undici',
  'fetch of undici',
  'request of undici',
  'a fetch that was a polyfill before us',
  'Bedrock over HTTP/1',
]

test.each([
  ['cjs', '--require'],
  ['mjs', '--require'],
  ['mjs', '--import'],
])('.%s with %s', async (form, flag) => {
  const [simulator, sink] = await Promise.all([startSimulator(), startOtlpSink()])
  const { stdout, stderr, code } = await runNode({
    args: [
      ...['--require', './test/intercept/apps/polyfill.cjs'],
      ...[flag, REGISTER],
      `test/intercept/apps/every-way.${form}`,
    ],
    env: {
      SIM_URL: simulator.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    },
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.trim().split('\n')).toEqual(WAYS.map((way) => `${way}: true`))
  await Promise.all([simulator.close(), sink.close()])
  const { spans } = sink
  const recorded = spans.map(({ attributes }) => attributes['costspan.feature'])
  expect(recorded.toSorted()).toEqual(WAYS.toSorted())
  expect(simulator.ledger.entries.length).toBe(WAYS.length)
  for (const { attributes } of spans) {
    expect(attributes['costspan.call.end']).toBe('completed')
    expect(attributes['costspan.cost.status']).toBe('priced')
  }
})
