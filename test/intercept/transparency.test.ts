import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-5.4',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'ünïcödé "usage":{ 🙂' },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
}
const EVENTS = [
  {
    id: 'c',
    model: 'gpt-5.4',
    choices: [{ index: 0, delta: { content: 'say "usage":{"prompt_tokens":1} or "error"' } }],
  },
  {
    id: 'c',
    model: 'gpt-5.4',
    choices: [{ index: 0, delta: { content: 'grüß' }, finish_reason: 'stop' }],
  },
  { id: 'c', model: 'gpt-5.4', choices: [], usage: { prompt_tokens: 9, completion_tokens: 4 } },
]
const SSE =
  EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + 'data: [DONE]\n\n'

let server: Server
let url: string
let bodies: string[] = []
let seen: Intercepted
const bare = globalThis.fetch

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      bodies.push(body)
      const streamed = body.includes('"stream":true')
      response.setHeader('content-type', streamed ? 'text/event-stream' : 'application/json')
      response.end(streamed ? SSE : JSON.stringify(ANSWER))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  bodies = []
  seen = intercepted()
})
afterEach(() => {
  seen.restore()
})

const post = (stream = false): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'gpt-5.4', messages: [], ...(stream ? { stream: true } : {}) }),
  })

/** Every way of reading an answer whole, as something comparable. */
const readers: readonly [string, (response: Response) => Promise<unknown>][] = [
  ['json', (response) => response.json()],
  ['text', (response) => response.text()],
  ['arrayBuffer', async (response) => Buffer.from(await response.arrayBuffer()).toString('utf8')],
  ['bytes', async (response) => Buffer.from(await response.bytes()).toString('utf8')],
  ['blob', async (response) => (await response.blob()).text()],
  [
    'body',
    async (response) => {
      const parts: Uint8Array[] = []
      for await (const part of response.body ?? []) parts.push(part)
      return Buffer.concat(parts).toString('utf8')
    },
  ],
  [
    'a BYOB reader',
    async (response) => {
      const reader = response.body?.getReader({ mode: 'byob' })
      const parts: Uint8Array[] = []
      for (;;) {
        const result = await reader?.read(new Uint8Array(64))
        if (result === undefined || result.done) break
        parts.push(result.value.slice())
      }
      return Buffer.concat(parts).toString('utf8')
    },
  ],
  ['a clone', async (response) => response.clone().text()],
]

describe.each(readers)('a plain answer read through %s', (name, read) => {
  test('is the same, and is seen once', async () => {
    const value = await read(await post())
    expect(value).toEqual(name === 'json' ? ANSWER : JSON.stringify(ANSWER))
    const [call] = await seen.waitForCalls(1)
    expect(call?.answer).toMatchObject({
      id: 'chatcmpl-1',
      usage: { input: 7, output: 3 },
      finishReasons: ['stop'],
    })
    expect(seen.calls.length).toBe(1)
  })
})

const streamReaders = readers.filter(([name]) => name !== 'json')

describe.each(streamReaders)('a stream read through %s', (_, read) => {
  test('is the same to the byte, and its content triggers nothing', async () => {
    expect(await read(await post(true))).toBe(SSE)
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('completed')
    expect(call?.answer.usage).toEqual({ input: 9, output: 4 })
    expect(seen.calls.length).toBe(1)
  })
})

describe('the Response stays the application’s own', () => {
  test('status, url, headers, instanceof and bodyUsed are as without us', async () => {
    const response = await post()
    expect(response).toBeInstanceOf(Response)
    expect(response.url).toBe(`${url}/v1/chat/completions`)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.bodyUsed).toBe(false)
    await response.text()
    expect(response.bodyUsed).toBe(true)
  })

  test('reading twice fails with the same error class and message as without us', async () => {
    const failures = await Promise.all(
      [fetch, bare].map(async (how) => {
        const response = await how(`${url}/v1/chat/completions`, {
          method: 'POST',
          body: '{"messages":[],"model":"m"}',
        })
        await response.text()
        return response.json().catch((error: unknown) => error)
      }),
    )
    expect(failures[0]).toBeInstanceOf(TypeError)
    expect(String(failures[0])).toBe(String(failures[1]))
  })

  test('a body that is locked by a reader can’t be read as text, as without us', async () => {
    const outcomes = await Promise.all(
      [fetch, bare].map(async (how) => {
        const response = await how(`${url}/v1/chat/completions`, {
          method: 'POST',
          body: '{"messages":[],"model":"m"}',
        })
        response.body?.getReader()
        return response.text().then(
          () => 'read',
          (error: unknown) => String(error),
        )
      }),
    )
    expect(outcomes[0]).toBe(outcomes[1])
  })

  test('body is the same object each time and nothing is read ahead of the application', async () => {
    const response = await post(true)
    expect(response.body).toBe(response.body)
    expect(response.bodyUsed).toBe(false)
    const reader = response.body?.getReader()
    expect(response.body?.locked).toBe(true)
    const first = await reader?.read()
    expect(first?.done).toBe(false)
    await reader?.cancel()
    expect(response.bodyUsed).toBe(true)
  })

  test('fetch keeps its name, its length and its property', () => {
    expect(fetch.name).toBe('fetch')
    expect(fetch.length).toBe(bare.length)
    const property = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
    expect(property).toMatchObject({ configurable: true, enumerable: true, writable: true })
  })

  test('openai’s asResponse, withResponse, parse and tee work', async () => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })
    const request = { model: 'gpt-5.4', messages: [] }
    expect(await (await client.chat.completions.create(request).asResponse()).json()).toEqual(
      ANSWER,
    )
    const { data, response } = await client.chat.completions.create(request).withResponse()
    expect(data.id).toBe('chatcmpl-1')
    expect(response.status).toBe(200)
    expect((await client.chat.completions.parse(request)).id).toBe('chatcmpl-1')
    const [left, right] = (await client.chat.completions.create({ ...request, stream: true })).tee()
    for (const branch of [left, right]) {
      let chunks = 0
      for await (const _ of branch) chunks += 1
      expect(chunks).toBe(3)
    }
    expect((await seen.waitForCalls(4)).length).toBe(4)
  })
})

describe('what is sent', () => {
  test('stays as it is where usage may not be asked for', async () => {
    await (await post(true)).text()
    expect(bodies[0]).toBe('{"model":"gpt-5.4","messages":[],"stream":true}')
  })

  test('big integers and spacing survive the question for usage', async () => {
    seen.restore()
    seen = intercepted({ config: { streamUsage: 'on' } })
    const body = '{ "model":"gpt-5.4", "seed": 12345678901234567890, "messages":[], "stream":true }'
    await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).text()
    expect(bodies[0]).toBe(body.replace('{', '{"stream_options":{"include_usage":true},'))
  })

  test('a caller’s content-length keeps the question out: the request would hang', async () => {
    seen.restore()
    seen = intercepted({ config: { streamUsage: 'on' } })
    const body = '{"model":"gpt-5.4","messages":[],"stream":true}'
    const headers = { 'content-length': String(body.length) }
    await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body, headers })).text()
    expect(bodies[0]).toBe(body)
  })

  test('other requests are no calls: GET, other paths, other bodies', async () => {
    await (await fetch(`${url}/v1/chat/completions`)).text()
    await (await fetch(`${url}/v1/files`, { method: 'POST', body: '{}' })).text()
    await (
      await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{"say":"hello"}' })
    ).text()
    await (
      await fetch(`${url}/rooms/1/messages`, { method: 'POST', body: '{"messages":[]}' })
    ).text()
    const form = new FormData()
    form.append('file', new Blob(['x']))
    await (await fetch(`${url}/v1/responses`, { method: 'POST', body: form })).text()
    expect(seen.begun).toBe(0)
  })

  describe('a Request object', () => {
    const body = '{"model":"gpt-5.4","messages":[]}'
    const requestOf = (init: RequestInit): Request =>
      new Request(`${url}/v1/chat/completions`, { method: 'POST', ...init })

    test('is sent untouched, used up as without us, and its body is seen', async () => {
      const request = requestOf({ body })
      expect(await (await fetch(request)).json()).toEqual(ANSWER)
      expect(request.bodyUsed).toBe(true)
      expect(bodies).toEqual([body])
      const [call] = await seen.waitForCalls(1)
      expect(call?.request.model).toBe('gpt-5.4')
      expect(call?.answer).toMatchObject({ model: 'gpt-5.4', usage: { input: 7, output: 3 } })
    })

    test('with a body that is no call is none', async () => {
      await (await fetch(requestOf({ body: '{"say":"hello"}' }))).text()
      expect(seen.begun).toBe(0)
    })

    test('fails as without us where its body was read before', async () => {
      const request = requestOf({ body })
      await request.text()
      const bareError: unknown = await bare(request).catch((error: unknown) => error)
      await expect(fetch(request)).rejects.toEqual(bareError)
    })

    test('is not waited for where its body comes from elsewhere: recorded by its answer', async () => {
      let give: () => void = () => undefined
      const given = new Promise<void>((resolve) => (give = resolve))
      const late = new ReadableStream({
        async pull(controller) {
          await given
          controller.enqueue(new TextEncoder().encode(body))
          controller.close()
        },
      })
      const headers = { 'content-type': 'application/json' }
      const answer = fetch(requestOf({ body: late, headers, duplex: 'half' }))
      setTimeout(give, 30)
      expect(await (await answer).json()).toEqual(ANSWER)
      expect(bodies).toEqual([body])
      const [call] = await seen.waitForCalls(1)
      expect(call?.request.model).toBeUndefined()
      expect(call?.answer).toMatchObject({ model: 'gpt-5.4', usage: { input: 7, output: 3 } })
    })
  })
})

describe('a bug of ours', () => {
  const broken = (): never => {
    throw new Error('a bug of costspan')
  }

  const resume = (): undefined => undefined
  test.each([
    ['before the call', { suppressed: broken }],
    ['when the call starts', { start: broken }],
    [
      'while it is sent',
      { start: () => ({ canWait: false, run: broken, resume, end: () => undefined }) },
    ],
    [
      'when it is recorded',
      { start: () => ({ canWait: false, run: <T>(send: () => T) => send(), resume, end: broken }) },
    ],
  ])('%s does not reach the application', async (_, recorder) => {
    seen.restore()
    seen = intercepted({ recorder })
    expect(await (await post()).json()).toEqual(ANSWER)
    expect(await (await post(true)).text()).toBe(SSE)
    expect(bodies.length).toBe(2)
  })
})

test('after an answer no abort listener of ours is left on the application’s signal', async () => {
  const left = async (how: typeof fetch): Promise<number> => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...args)
    }
    const body = '{"model":"m","messages":[]}'
    await (await how(`${url}/v1/chat/completions`, { method: 'POST', body, signal })).text()
    return listeners
  }
  expect(await left(fetch)).toBe(await left(bare))
  expect(seen.calls.length).toBe(1)
})
