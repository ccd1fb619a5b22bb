/** The npm package undici, three versions of it: what is seen, and that the application sees what it sees bare. */

import { createRequire } from 'node:module'
import { Readable, Writable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AttributionRequiredError } from '../../instrumentation/index.ts'
import * as requests from '../../instrumentation/intercept/undici-request.ts'
import { createUndiciHook, interceptUndici } from '../../instrumentation/intercept/undici.ts'
import type { CallEnd } from '../../instrumentation/core/call.ts'
import { configured } from '../support/attribution-settings.ts'
import { startChatServer, type ChatServer } from '../support/chat-server.ts'
import { intercepted, type Intercepted, type InterceptedOptions } from '../support/intercepted.ts'

type Undici = typeof import('undici')
type RequestOptions = NonNullable<Parameters<Undici['request']>[1]>

const load = createRequire(import.meta.url)
const VERSIONS = ['undici', 'undici7', 'undici6']
const originals = new Map(VERSIONS.map((name) => [name, (load(name) as Undici).fetch]))

let server: ChatServer
let seen: Intercepted | undefined
let restore: (() => void) | undefined
beforeAll(async () => {
  server = await startChatServer()
})
afterAll(() => server.close())
afterEach(() => {
  restore?.()
  restore = undefined
})

function observe(options: InterceptedOptions = { config: { streamUsage: 'on' } }): Intercepted {
  const started = intercepted(options)
  const stop = interceptUndici(started.observation, () => requests)
  const hook = createUndiciHook(started.observation)
  for (const name of VERSIONS) hook(load(name))
  restore = () => {
    stop()
    started.restore()
    for (const [name, fetch] of originals) (load(name) as { fetch: Undici['fetch'] }).fetch = fetch
  }
  seen = started
  return started
}

const messages = [{ role: 'user', content: 'Grüße' }]
const PLAIN = JSON.stringify({ model: 'gpt-5.4', messages })
const STREAMED = JSON.stringify({ model: 'gpt-5.4', messages, stream: true })

const post = (body: RequestOptions['body'], more: object = {}): RequestOptions =>
  ({ method: 'POST', headers: { 'content-type': 'application/json' }, body, ...more }) as never

type Use = (undici: Undici, url: string) => Promise<unknown>

const failure = (error: unknown): unknown => [String(error), String((error as Error).cause)]

const uses: Readonly<Record<string, readonly [Use, CallEnd]>> = {
  'fetch, as JSON': [
    async ({ fetch }, url) => (await fetch(url, post(PLAIN) as never)).json(),
    'completed',
  ],
  'fetch with its own Headers, a stream by its body': [
    async ({ fetch, Headers }, url) => {
      const headers = new Headers({ 'content-type': 'application/json' })
      const response = await fetch(url, { method: 'POST', headers, body: STREAMED })
      let text = ''
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString('latin1')
      return [text, Object.keys(response), response.headers.get('content-type')]
    },
    'completed',
  ],
  'request, as JSON': [
    async ({ request }, url) => {
      const { body, statusCode, headers } = await request(url, post(PLAIN))
      return [await body.json(), statusCode, headers['content-type']]
    },
    'completed',
  ],
  'request, a stream, with a length and codings of its own': [
    async ({ request }, url) => {
      const length = String(Buffer.byteLength(STREAMED))
      const headers = ['Content-Length', length, 'Accept-Encoding', 'gzip', 'x-a', 'b']
      const { body } = await request(url, post(STREAMED, { headers }))
      return body.text()
    },
    'completed',
  ],
  'request, compressed': [
    async ({ request }, url) => {
      const { body } = await request(`${url}?coding=br`, post(PLAIN))
      return Buffer.from(await body.arrayBuffer()).toString('hex')
    },
    'completed',
  ],
  'request whose body is a stream': [
    async ({ request }, url) => {
      const { body } = await request(url, post(Readable.from([Buffer.from(PLAIN)])))
      return body.json()
    },
    'completed',
  ],
  'stream, into a writer': [
    async ({ stream }, url) => {
      let text = ''
      const write = (chunk: Buffer, _: unknown, done: () => void): void => {
        text += chunk.toString('latin1')
        done()
      }
      await stream(url, post(STREAMED) as never, () => new Writable({ write }))
      return text
    },
    'completed',
  ],
  'a body left by break': [
    async ({ request }, url) => {
      const { body } = await request(`${url}?pause=5000`, post(STREAMED))
      for await (const _ of body) break
      return body.destroyed
    },
    'aborted',
  ],
  'aborted before its answer, with a reason': [
    async ({ request }, url) => {
      const signal = AbortSignal.abort(new Error('of the application'))
      const late = new AbortController()
      setTimeout(() => late.abort(signal.reason), 20)
      return request(`${url}?hold=5000`, post(PLAIN, { signal: late.signal })).catch(failure)
    },
    'aborted',
  ],
  'a connection that is cut': [
    async ({ request }, url) => {
      const { body } = await request(`${url}?cut=1`, post(STREAMED))
      return body.text().catch((error: unknown) => (error as Error).name)
    },
    'broken_off',
  ],
  'a connection that is refused': [
    async ({ request }) =>
      request('http://127.0.0.1:1/v1/chat/completions', post(PLAIN)).catch(failure),
    'failed',
  ],
  'status 400': [
    async ({ request }, url) => {
      const { body, statusCode } = await request(`${url}?status=400`, post(PLAIN))
      return [statusCode, await body.text()]
    },
    'failed',
  ],
}

describe.each(VERSIONS)('%s', (name) => {
  const undici = load(name) as Undici

  test.each(Object.entries(uses))('%s', async (use, [run, end]) => {
    const bare = await run({ ...undici }, server.url)
    const observed = observe()
    expect(await run({ ...undici }, server.url)).toEqual(bare)
    if (use.includes('refused')) observed.open.endAll()
    const calls = await observed.waitForCalls(1)
    expect(calls.map((call) => call.end)).toEqual([end])
    if (end === 'completed') expect(calls[0]?.answer.usage).toEqual({ input: 7, output: 11 })
    expect(calls[0]?.request.model).toBe('gpt-5.4')
  })

  test('a request that must not be sent is not, and fails with the typed error', async () => {
    observe({ config: configured('require: { team: block }').config })
    const before = server.received.length
    await expect(undici.request(server.url, post(PLAIN))).rejects.toThrow(AttributionRequiredError)
    expect(server.received.length).toBe(before)
  })

  test('baggage that is not allow-listed is not sent', async () => {
    observe()
    const headers = { 'content-type': 'application/json', baggage: 'user=jane' }
    await (await undici.request(server.url, post(PLAIN, { headers }))).body.dump()
    expect(server.received.at(-1)?.headers['baggage']).toBeUndefined()
  })
})

test('the global fetch is seen once, also where its requests wait in a pool for each other', async () => {
  const observed = observe()
  const { Agent } = load('undici7') as Undici
  const dispatcher = new Agent({ connections: 1 })
  const call = async (): Promise<unknown> =>
    (await fetch(server.url, { ...post(PLAIN), dispatcher } as never)).json()
  await Promise.all([call(), call(), call()])
  await observed.waitForCalls(3)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(seen?.calls.length).toBe(3)
  expect(observed.begun).toBe(3)
})
