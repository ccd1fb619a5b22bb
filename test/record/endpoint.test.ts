import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createDelivery } from '../../instrumentation/record/delivery.ts'
import { readEndpoint } from '../../instrumentation/record/endpoint.ts'

afterEach(() => vi.unstubAllEnvs())

test('5 batches one after another go through 1 connection', async () => {
  const [connections, requests] = [new Set<unknown>(), [] as string[]]
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end())
  })
  server.on('connection', (socket) => connections.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`)
  const load = createRequire(import.meta.url)
  const delivery = createDelivery(readEndpoint(load, 'TRACES', 'application/x-protobuf'))
  for (let batch = 0; batch < 5; batch += 1) {
    delivery.send(new Uint8Array([batch]), 1)
    await delivery.settled()
  }
  expect([delivery.delivered, connections.size]).toEqual([5, 1])
  expect(requests).toEqual(Array<string>(5).fill('POST /v1/traces'))
  server.closeAllConnections()
  server.close()
})
