import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { collectUntil } from '../support/collect-garbage.ts'
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

let nth = 0
/** A fault of its own for each test: the simulator counts `times` by header and body. */
function fault(words: string): { headers: { 'x-sim-fault': string } } {
  nth += 1
  return { headers: { 'x-sim-fault': `${words}; id=${nth}` } }
}
const openai = (): OpenAI =>
  new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'none', maxRetries: 2 })
const anthropic = (): Anthropic =>
  new Anthropic({ baseURL: simulator.url, apiKey: 'none', maxRetries: 2 })
const chat = { model: 'gpt-5.4', messages: [{ role: 'user' as const, content: 'How are you?' }] }

describe('a streamed chat completion', () => {
  const stream = { ...chat, stream: true as const, max_completion_tokens: 400 }

  test('read to its end is completed, with the usage that was asked for on its behalf', async () => {
    for await (const chunk of await openai().chat.completions.create(stream)) {
      expect(chunk.choices.length).toBe(1)
      expect(chunk).not.toHaveProperty('usage')
    }
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('completed')
    expect(call?.answer.usage).toEqual({ input: 3, output: 400 })
    expect(call?.answer.finishReasons).toEqual(['stop'])
    expect(call?.firstChunkAt).toBeGreaterThanOrEqual(call?.startedAt ?? Infinity)
  })

  test('that the application asked usage of keeps its usage chunk', async () => {
    const asked = { ...stream, stream_options: { include_usage: true } }
    const chunks = []
    for await (const chunk of await openai().chat.completions.create(asked)) chunks.push(chunk)
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(400)
    expect((await seen.waitForCalls(1))[0]?.answer.usage).toEqual({ input: 3, output: 400 })
  })

  test('left by break is aborted, without usage, and the provider stops sending', async () => {
    const slow = { ...stream, max_completion_tokens: 4_000 }
    const before = simulator.ledger.entries.length
    for await (const _ of await openai().chat.completions.create(slow, fault('delay=1'))) break
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('aborted')
    expect(call?.errorType).toBeUndefined()
    expect(call?.answer.usage).toBeUndefined()
    expect(seen.calls.length).toBe(1)
    expect(simulator.ledger.entries.length).toBeGreaterThan(before)
  })

  test('aborted by the application in its middle is aborted', async () => {
    const controller = new AbortController()
    const answer = await openai().chat.completions.create(
      { ...stream, max_completion_tokens: 20_000 },
      { signal: controller.signal },
    )
    const reading = (async () => {
      for await (const _ of answer) controller.abort()
    })()
    await reading.catch(() => undefined)
    expect((await seen.waitForCalls(1))[0]?.end).toBe('aborted')
  })

  test('whose connection is reset is broken off, and the application gets the error', async () => {
    const reading = (async () => {
      for await (const _ of await openai().chat.completions.create(stream, fault('reset; after=3')))
        continue
    })()
    await expect(reading).rejects.toThrow()
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('broken_off')
    expect(call?.errorType).toMatch(/UND_ERR_SOCKET|ECONNRESET|terminated|TypeError/)
  })

  test('with an error event in it is broken off with the error type of the event', async () => {
    const reading = (async () => {
      for await (const _ of await openai().chat.completions.create(
        stream,
        fault('error-event; after=2'),
      ))
        continue
    })()
    await expect(reading).rejects.toThrow()
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('broken_off')
    expect(call?.errorType).toMatch(/^[a-z_]+$/)
  })
})

describe('attempts', () => {
  test('two 429 and an answer are one call with two failed attempts', async () => {
    await openai().chat.completions.create(chat, fault('status=429; retry-after-ms=10; times=2'))
    const calls = await seen.waitForCalls(1)
    expect(calls.length).toBe(1)
    expect(calls[0]?.end).toBe('completed')
    expect(calls[0]?.failedAttempts.map((attempt) => attempt.statusCode)).toEqual([429, 429])
  })

  test('that all fail are one failed call, recorded with its true end time', async () => {
    const failing = openai().chat.completions.create(chat, fault('status=500; retry-after-ms=5'))
    await expect(failing).rejects.toMatchObject({ status: 500 })
    const failedAt = Date.now()
    expect(seen.calls.length).toBe(0) // the last attempt waits for a resend that does not come
    seen.open.endAll()
    const [call] = seen.calls
    expect(call).toMatchObject({ end: 'failed', errorType: '500', statusCode: 500 })
    expect(call?.failedAttempts.length).toBe(2)
    expect(call?.endedAt).toBeLessThanOrEqual(failedAt + 1)
  })

  test('a 400 is not waited for', async () => {
    await expect(openai().chat.completions.create(chat, fault('status=400'))).rejects.toMatchObject(
      { status: 400 },
    )
    expect((await seen.waitForCalls(1))[0]).toMatchObject({
      end: 'failed',
      errorType: '400',
      failedAttempts: [],
    })
  })

  test('an equal request that the client calls a first attempt is a call of its own', async () => {
    const failing = fault('status=500')
    const once = { ...failing, maxRetries: 0 }
    await expect(openai().chat.completions.create(chat, once)).rejects.toThrow()
    await expect(openai().chat.completions.create(chat, once)).rejects.toThrow()
    seen.open.endAll()
    expect(seen.calls.length).toBe(2)
    expect(seen.calls.flatMap((call) => call.failedAttempts)).toEqual([])
  })

  test('a refused connection is retried by the client and stays one call', async () => {
    const client = new OpenAI({ baseURL: 'http://127.0.0.1:9/v1', apiKey: 'none', maxRetries: 1 })
    await expect(client.chat.completions.create(chat)).rejects.toThrow('Connection error')
    seen.open.endAll()
    expect(seen.calls.length).toBe(1)
    expect(seen.calls[0]).toMatchObject({ end: 'failed' })
    expect(seen.calls[0]?.failedAttempts.length).toBe(1)
    expect(seen.calls[0]?.errorType).toMatch(/ECONNREFUSED|TypeError|bad port/)
  })
})

describe('the other protocols', () => {
  test('Responses, plain and streamed', async () => {
    const request = { model: 'gpt-5-mini', input: 'Hello', max_output_tokens: 20 }
    await openai().responses.create(request)
    for await (const _ of await openai().responses.create({ ...request, stream: true })) continue
    const calls = await seen.waitForCalls(2)
    expect(calls.map((call) => call.answer.usage)).toEqual([
      { input: 2, output: 20 },
      { input: 2, output: 20 },
    ])
    expect(calls.map((call) => call.request.apiType)).toEqual(['responses', 'responses'])
  })

  test('response.failed in a stream is broken off', async () => {
    const request = { model: 'gpt-5-mini', input: 'Hello', stream: true as const }
    for await (const _ of await openai().responses.create(request, fault('failed; after=1')))
      continue
    expect((await seen.waitForCalls(1))[0]?.end).toBe('broken_off')
  })

  test('embeddings, whose vectors are not read', async () => {
    await openai().embeddings.create({ model: 'text-embedding-3-small', input: 'abcdefgh' })
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'completed', request: { operation: 'embeddings' } })
    expect(call?.answer.usage).toEqual({ input: 2 })
  })

  test('Anthropic messages, plain, streamed, and left by break with the input known', async () => {
    const request = { model: 'claude-sonnet-5', max_tokens: 2_000, messages: chat.messages }
    await anthropic().messages.create(request)
    for await (const _ of await anthropic().messages.create({ ...request, stream: true })) continue
    const calls = await seen.waitForCalls(2)
    expect(calls.map((call) => call.answer.usage)).toEqual([
      { input: 3, output: 2_000 },
      { input: 3, output: 2_000 },
    ])
  })

  test('an Anthropic stream cut in its middle keeps the input it was told of, and says that it is not all', async () => {
    const request = {
      model: 'claude-sonnet-5',
      max_tokens: 900,
      messages: chat.messages,
      stream: true as const,
    }
    const reading = (async () => {
      for await (const _ of await anthropic().messages.create(request, fault('reset; after=4')))
        continue
    })()
    await expect(reading).rejects.toThrow()
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('broken_off')
    expect(call?.answer.usage).toEqual({ input: 3 })
    expect(call?.answer.usageReason).toBe('usage_incomplete')
  })
})

describe('what nobody reads', () => {
  test('an answer that is collected unread ends as aborted', async () => {
    const drop = async (): Promise<void> => {
      await fetch(`${simulator.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ ...chat, stream: true, max_completion_tokens: 50_000 }),
      })
    }
    await drop()
    expect(seen.begun).toBe(1)
    await collectUntil(() => seen.calls.length > 0)
    expect(seen.calls[0]?.end).toBe('aborted')
  })

  test('a stream that is not pulled for the idle time ends as aborted', async () => {
    seen.restore()
    seen = intercepted({ config: { streamUsage: 'on', idleTimeoutMs: 60 } })
    const response = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...chat, stream: true }),
    })
    expect((await seen.waitForCalls(1, 2_000))[0]?.end).toBe('aborted')
    await response.body?.cancel()
  })
})
