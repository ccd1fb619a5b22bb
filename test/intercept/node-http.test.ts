import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { httpIntercepted } from '../support/http-intercepted.ts'
import type { Intercepted } from '../support/intercepted.ts'

let simulator: Simulator
let seen: Intercepted

beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(() => {
  seen = httpIntercepted({ config: { streamUsage: 'on' } })
})
afterEach(() => {
  seen.restore()
})

const messages = [{ role: 'user', content: 'How are you?' }]
const chat = { model: 'gpt-5.4', messages, max_completion_tokens: 40 }
const streamed = { ...chat, max_completion_tokens: 400, stream: true }

let nth = 0
function post(
  body: object,
  options: RequestOptions & { readonly fault?: string } = {},
): ClientRequest {
  nth += 1
  const { fault, ...rest } = options
  const text = JSON.stringify(body)
  const sent = request(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    ...rest,
    headers: {
      'content-type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      'x-sim-fault': `${fault === undefined ? '' : `${fault}; `}id=http-${nth}`,
    },
  })
  // A connection that breaks in the middle of an answer is reported on both.
  sent.on('error', () => undefined)
  sent.end(text)
  return sent
}

async function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

async function textOf(answer: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of answer) text += chunk.toString('latin1')
  return text
}

describe('a plain answer', () => {
  test('read to its end is completed, with its usage', async () => {
    const text = await textOf(await answerOf(post(chat)))
    expect(text).toContain('"completion_tokens":40')
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'completed', answer: { usage: { input: 3, output: 40 } } })
    expect(call?.request).toMatchObject({ model: 'gpt-5.4', serverAddress: '127.0.0.1' })
    expect(call?.request.serverPort).toBe(Number(new URL(simulator.url).port))
  })
})

describe('a streamed answer', () => {
  test('read to its end is completed, with the usage that was asked for on its behalf', async () => {
    const text = await textOf(await answerOf(post(streamed)))
    expect(text).not.toContain('usage')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'completed', answer: { usage: { input: 3, output: 400 } } })
    expect(call?.firstChunkAt).toBeGreaterThanOrEqual(call?.startedAt ?? Infinity)
  })

  test('left by break is aborted', async () => {
    const slow = { ...streamed, max_completion_tokens: 4_000 }
    for await (const _ of await answerOf(post(slow, { fault: 'chunk-delay=2' }))) break
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('aborted')
    expect(call?.errorType).toBeUndefined()
  })

  test('whose connection is reset is broken off', async () => {
    await expect(
      textOf(await answerOf(post(streamed, { fault: 'reset; after=3' }))),
    ).rejects.toThrow('aborted')
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'broken_off', errorType: 'ECONNRESET' })
  })
})
