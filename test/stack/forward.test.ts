/** forward.yaml: the same spans and the same money, to a backend of the user's. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingEngines } from './engines/engines.ts'
import { freePorts } from './support/engine-process.ts'
import { until } from './support/prometheus.ts'
import { pricedCall, sendSpans } from './support/spans.ts'
import { CONFIG, startStack, type Stack } from './support/stack.ts'

interface Received {
  readonly path: string
  readonly key: string | string[] | undefined
  readonly text: string
}

const more = [join(CONFIG, 'forward.yaml')]

describe.skipIf(missingEngines().length > 0)('forwarding', () => {
  const received: Received[] = []
  let backend: Server
  let stack: Stack

  beforeAll(async () => {
    backend = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const body = Buffer.concat(pieces)
        const packed = request.headers['content-encoding'] === 'gzip'
        // Protobuf keeps texts as they are.
        const text = (packed ? gunzipSync(body) : body).toString('latin1')
        received.push({ path: request.url ?? '', key: request.headers['api-key'], text })
        response.end()
      })
    })
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
    const { port } = backend.address() as AddressInfo
    stack = await startStack({
      more,
      env: {
        COSTSPAN_FORWARD_ENDPOINT: `http://127.0.0.1:${port}`,
        COSTSPAN_FORWARD_HEADERS: '{api-key: secret}',
        COSTSPAN_METRIC_INTERVAL: '1s',
      },
    })
  })
  afterAll(async () => {
    await stack?.close()
    backend?.close()
  })

  const arrived = (path: string, text: string): Promise<Received | undefined> =>
    until(
      () => received.find((one) => one.path === path && one.text.includes(text)),
      (one) => one !== undefined,
      15_000,
    )

  it('hands over spans and the money counted of them, with the headers of the environment', async () => {
    const call = pricedCall(1, { 'costspan.feature': 'forwarded' })
    expect(await sendSpans(stack.otlp, [call])).toMatchObject({ status: 200 })
    expect(await arrived('/v1/traces', 'forwarded')).toMatchObject({ key: 'secret' })
    expect(await arrived('/v1/metrics', 'forwarded')).toMatchObject({ key: 'secret' })
    expect((await arrived('/v1/metrics', 'costspan.cost'))?.text).toContain('service.instance.id')
  })

  it('takes spans while the backend is away, and says so with its address', async () => {
    const [nobody] = await freePorts(1)
    const env = { COSTSPAN_FORWARD_ENDPOINT: `http://127.0.0.1:${nobody}` }
    const lonely = await startStack({ more, env })
    try {
      expect(await sendSpans(lonely.otlp, [pricedCall(1)])).toMatchObject({ status: 200 })
      const refused = new RegExp(`Exporting failed.*127.0.0.1:${nobody}.*connection refused`)
      const said = await until(
        () =>
          lonely.collector.running
            .said()
            .split('\n')
            .filter((line) => refused.test(line)),
        (lines) => lines.length > 0,
        15_000,
      )
      expect(said[0]).toContain('otlp_http/forward')
    } finally {
      await lonely.close()
    }
  })
})
