/** Streams of every framing and of protocols without an installed client, through a bare `fetch` and each of its endings. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BilledUsage } from '../../demo/simulator/rates.ts'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import type { Call } from '../../instrumentation/core/call.ts'
import { inputTokens, tokenTotals } from '../../instrumentation/core/usage.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

let simulator: Simulator
let seen: Intercepted

beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(() => {
  seen = intercepted({ config: { streamUsage: 'on' } })
})
afterEach(() => {
  seen.restore()
})

const messages = [{ role: 'user', content: 'How are you today?' }]
type Body = (tokens: number, stream: boolean) => object
const CLAUDE = '/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0'
const converse = (maxTokens: number): object => ({
  messages: [{ role: 'user', content: [{ text: 'How are you today?' }] }],
  inferenceConfig: { maxTokens },
})
const invoke = (max_tokens: number): object => ({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens,
  messages,
})

/** Paths of a plain and of a streamed request, and the body. */
const protocols: readonly (readonly [string, string, string, Body])[] = [
  [
    'openai completions',
    '/v1/completions',
    '/v1/completions',
    (max_tokens, stream) => ({
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'How?',
      max_tokens,
      stream,
    }),
  ],
  [
    'cohere chat',
    '/v2/chat',
    '/v2/chat',
    (max_tokens, stream) => ({ model: 'command-a-03-2025', messages, max_tokens, stream }),
  ],
  [
    'ollama chat',
    '/api/chat',
    '/api/chat',
    (num_predict, stream) => ({
      model: 'gemma4',
      messages,
      options: { num_predict },
      ...(stream ? {} : { stream }),
    }),
  ],
  ['bedrock converse', `${CLAUDE}/converse`, `${CLAUDE}/converse-stream`, converse],
  ['bedrock invoke', `${CLAUDE}/invoke`, `${CLAUDE}/invoke-with-response-stream`, invoke],
]

let nth = 0
function post(path: string, body: object, fault = '', signal?: AbortSignal): Promise<Response> {
  nth += 1
  return fetch(`${simulator.url}${path}`, {
    method: 'POST',
    headers: { 'x-sim-fault': `${fault === '' ? '' : `${fault}; `}id=${nth}` },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })
}

async function ended(): Promise<Call> {
  const [call] = await seen.waitForCalls(1)
  expect(seen.calls.length).toBe(1)
  if (call === undefined) throw new Error('no call was recorded')
  return call
}

const billed = (): BilledUsage | undefined => simulator.ledger.entries.at(-1)?.billed?.usage

function expectBilled({ answer }: Call): void {
  const { input, output } = tokenTotals(answer.usage ?? {})
  expect({ input, output }).toEqual({ input: billed()?.input, output: billed()?.output })
  expect(answer.usageReason).toBeUndefined()
}

/** Of an answer that was left, what is known is no more than what was billed, and said to be not all. */
function expectLowerBound({ answer }: Call): void {
  const usage = answer.usage ?? {}
  expect(inputTokens(usage)).toBeLessThanOrEqual(billed()?.input ?? Infinity)
  if (answer.usage !== undefined) expect(answer.usageReason).toBe('usage_incomplete')
}

describe.each(protocols)('%s', (_, plainPath, streamPath, body) => {
  test('plain, read as JSON, has what was billed', async () => {
    await (await post(plainPath, body(40, false))).json()
    const call = await ended()
    expect(call.end).toBe('completed')
    expect(call.request.stream).toBe(false)
    expectBilled(call)
  })

  test('streamed and read to its end has what was billed', async () => {
    await (await post(streamPath, body(200, true))).arrayBuffer()
    const call = await ended()
    expect(call).toMatchObject({ end: 'completed', request: { stream: true } })
    expectBilled(call)
  })

  test('left after the first bytes is aborted', async () => {
    const { body: stream } = await post(streamPath, body(4_000, true), 'chunk-delay=1')
    for await (const _ of stream ?? []) break
    const call = await ended()
    expect(call.end).toBe('aborted')
    expectLowerBound(call)
  })

  test('aborted by its signal is aborted', async () => {
    const controller = new AbortController()
    const { body: stream } = await post(
      streamPath,
      body(4_000, true),
      'chunk-delay=1',
      controller.signal,
    )
    const reading = (async () => {
      for await (const _ of stream ?? []) controller.abort()
    })()
    await expect(reading).rejects.toThrow()
    expect((await ended()).end).toBe('aborted')
  })

  test('whose connection is reset in its middle is broken off', async () => {
    const response = await post(streamPath, body(400, true), 'reset; after=6')
    await expect(response.text()).rejects.toThrow()
    const call = await ended()
    expect(call.end).toBe('broken_off')
    expectLowerBound(call)
  })

  test('with an error inside the stream is broken off, with the error’s name', async () => {
    await (await post(streamPath, body(400, true), 'error-event; after=6')).text()
    const call = await ended()
    expect(call.end).toBe('broken_off')
    expect(call.errorType).toMatch(/^[a-zA-Z_]+$/)
    expectLowerBound(call)
  })

  test('answered with status 500 is failed, without usage', async () => {
    await (await post(streamPath, body(8, true), 'status=500')).text()
    seen.open.endAll()
    const call = await ended()
    expect(call).toMatchObject({ end: 'failed', statusCode: 500 })
    expect(call.answer.usage).toBeUndefined()
  })
})
