import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDelivery, type Delivery } from '../../instrumentation/record/delivery.ts'
import type { Endpoint } from '../../instrumentation/record/endpoint.ts'

const TIMEOUT_MS = 300

/** 503 while the receiver behind a proxy is away. */
let status = 503
const server = createServer((request, response) => {
  response.statusCode = status
  request.resume().on('end', () => response.end())
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
beforeEach(() => {
  status = 503
})
afterAll(() => server.close())

function toNobody(signal: Endpoint['signal'], superseded?: () => boolean): Delivery {
  const agent = new Agent()
  const endpoint: Endpoint = {
    signal,
    url: `http://127.0.0.1:${port}/v1/${signal}`,
    headers: () => Promise.resolve({}),
    knownHeaders: () => ({}),
    gzip: false,
    timeoutMs: TIMEOUT_MS,
    agent: () => agent,
  }
  return createDelivery(endpoint, superseded)
}

/** Until it is delivered or given up, which its unreferenced timers would not keep a process waiting for. */
async function settled(delivery: Delivery): Promise<void> {
  const alive = setInterval(() => undefined, 1_000)
  await delivery.settled()
  clearInterval(alive)
}

test.each(['traces', 'logs', 'metrics'] as const)(
  'of %s outlasts a receiver that is away for longer than the time-out of an export',
  async (signal) => {
    const delivery = toNobody(signal)
    delivery.send(new Uint8Array([1]), 7)
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS))
    expect(delivery.lost.items).toBe(0)
    status = 200
    await settled(delivery)
    expect(delivery.delivered).toBe(7)
  },
)

test('of cumulative metrics is given up by then, and made good by the next that arrives', async () => {
  const delivery = toNobody('metrics', () => true)
  delivery.send(new Uint8Array([1]), 1)
  await settled(delivery)
  expect(delivery.lost).toEqual({ items: 1, reason: 'HTTP 503' })
  status = 200
  delivery.send(new Uint8Array([2]), 1)
  await settled(delivery)
  expect(delivery.lost.items).toBe(0)
})

test('that is hurried waits for nobody', async () => {
  const delivery = toNobody('traces')
  delivery.send(new Uint8Array([1]), 7)
  delivery.hurry(true)
  await settled(delivery)
  expect(delivery.lost).toEqual({ items: 7, reason: 'HTTP 503' })
})
