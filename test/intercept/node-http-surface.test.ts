/* eslint-disable @typescript-eslint/no-deprecated -- what clients of today still use must look the same */
/** The same use of `node:http`, bare and observed: what the application sees, and in which order, must be the same. */

import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { CallEnd } from '../../instrumentation/core/call.ts'
import { startChatServer, type ChatServer } from '../support/chat-server.ts'
import { httpIntercepted } from '../support/http-intercepted.ts'
import { closed, facts, note, run, textOf, type Scenario } from '../support/http-use.ts'
import type { Intercepted } from '../support/intercepted.ts'

let server: ChatServer
let seen: Intercepted | undefined
beforeAll(async () => {
  server = await startChatServer()
})
afterAll(() => server.close())
afterEach(() => {
  seen?.restore()
  seen = undefined
})

const messages = [{ role: 'user', content: 'Grüße' }]
const PLAIN = JSON.stringify({ model: 'gpt-5.4', messages })
const STREAMED = JSON.stringify({ model: 'gpt-5.4', messages, stream: true })

function take(response: IncomingMessage, size?: number): string | null {
  return response.read(size) as string | null
}

const scenarios: Readonly<Record<string, readonly [Scenario, CallEnd | undefined]>> = {
  'flowing, by data and end': [
    async ({ send, answerTo, log }) => {
      const sent = send('?pause=200', PLAIN)
      const response = await answerTo(sent)
      log.facts.push(facts(sent, response))
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      await once(response, 'end')
      return [text, response.complete, sent.destroyed]
    },
    'completed',
  ],
  'a stream, flowing, with an encoding': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('?size=60', STREAMED))
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (chunk: string) => (text += chunk))
      await once(response, 'end')
      return [text, response.complete]
    },
    'completed',
  ],
  'paused, by readable and read': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('?size=6000', STREAMED))
      let text = ''
      response.setEncoding('latin1')
      response.on('readable', () => {
        for (let chunk = take(response, 100); chunk !== null; chunk = take(response, 100))
          text += chunk
        text += (response.readableLength > 0 ? take(response) : null) ?? ''
      })
      await once(response, 'end')
      return text
    },
    'completed',
  ],
  'async iteration': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('', STREAMED))
      return [await textOf(response), response.complete, response.destroyed]
    },
    'completed',
  ],
  'pipe into a slow writer': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('?size=300000', PLAIN))
      let bytes = 0
      const slow = new Writable({
        highWaterMark: 1000,
        write(chunk: Buffer, _, done) {
          bytes += chunk.byteLength
          setImmediate(done)
        },
      })
      response.pipe(slow)
      await once(slow, 'finish')
      return bytes
    },
    'completed',
  ],
  'a pipeline through gunzip': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('?coding=gzip', PLAIN))
      const gunzip = createGunzip()
      const [text] = await Promise.all([textOf(gunzip), pipeline(response, gunzip)])
      return [text, response.headers['content-encoding'], response.complete]
    },
    'completed',
  ],
  'a stream left by break': [
    async ({ send, answerTo }) => {
      const sent = send('?pause=5000', STREAMED)
      const response = await answerTo(sent)
      for await (const _ of response) break
      await sleep(20)
      return [response.complete, response.destroyed, response.errored?.message, sent.destroyed]
    },
    'aborted',
  ],
  'a stream destroyed with an error': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('?pause=5000', STREAMED))
      response.on('error', () => undefined)
      await once(response.resume(), 'data')
      response.destroy(new Error('of the application'))
      await closed(response)
      return [response.complete, response.errored?.message]
    },
    'aborted',
  ],
  'a request destroyed before its answer': [
    async ({ send }) => {
      const sent = send('?status=200', PLAIN)
      sent.destroy(new Error('of the application'))
      await closed(sent)
      return [sent.destroyed, sent.aborted, sent.errored]
    },
    'aborted',
  ],
  'a request aborted by a signal in its answer': [
    async ({ send, answerTo }) => {
      const controller = new AbortController()
      const sent = send('?pause=5000', STREAMED, { signal: controller.signal })
      const response = await answerTo(sent)
      response.on('error', () => undefined)
      await once(response.resume(), 'data')
      controller.abort()
      await closed(response)
      return [response.complete, response.aborted, sent.destroyed]
    },
    'aborted',
  ],
  'abort(), as node-fetch does': [
    async ({ send, answerTo }) => {
      const sent = send('?pause=5000', STREAMED)
      const response = await answerTo(sent)
      response.on('error', () => undefined)
      sent.abort()
      await closed(response)
      return [response.complete, response.aborted, sent.aborted]
    },
    'aborted',
  ],
  'a connection that is cut in the answer': [
    async ({ send, answerTo }) => {
      const response = await answerTo(send('?cut=1', STREAMED))
      const error = await textOf(response).catch((reason: unknown) => String(reason))
      return [error, response.complete, response.aborted]
    },
    'broken_off',
  ],
  'a connection that is refused': [
    async ({ log }) => {
      const sent = request('http://127.0.0.1:1/v1/chat/completions', { method: 'POST' })
      note(sent, log.request)
      sent.on('error', () => undefined)
      sent.end(PLAIN)
      await closed(sent)
      return sent.destroyed
    },
    'failed',
  ],
  'a time-out of the application': [
    async ({ send }) => {
      const sent = send('?pause=5000', '{"model":"gpt-5.4","messages":[]}', { timeout: 300 })
      sent.on('timeout', () => sent.destroy())
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      response.on('error', () => undefined)
      await closed(response)
      return [sent.destroyed, response.aborted]
    },
    'aborted',
  ],
  'an answer that is not read': [
    async ({ send, answerTo, log }) => {
      const sent = send('?size=2000000', PLAIN)
      const response = await answerTo(sent)
      await sleep(60)
      log.facts.push(facts(sent, response))
      const waits = [response.readableLength > 0, response.readableLength <= 200_000]
      response.resume()
      await once(response, 'end')
      return [waits, response.complete]
    },
    'completed',
  ],
  'an answer nobody listens to': [
    async ({ send }) => {
      const sent = send('', PLAIN)
      await closed(sent)
      return sent.destroyed
    },
    'completed',
  ],
  'Expect: 100-continue': [
    async ({ send, answerTo }) => {
      const sent = send('', undefined, {
        headers: { expect: '100-continue', 'content-length': PLAIN.length + 2 },
      })
      const answered = answerTo(sent)
      await once(sent, 'continue')
      sent.end(PLAIN)
      return textOf(await answered)
    },
    'completed',
  ],
  'written in pieces, with callbacks': [
    async ({ send, answerTo, log }) => {
      const sent = send('', undefined)
      const answered = answerTo(sent)
      const half = PLAIN.length / 2
      log.facts.push(sent.write(PLAIN.slice(0, half), () => log.request.push('written')))
      await sleep(10)
      log.facts.push(
        sent.write(Buffer.from(PLAIN.slice(half)), () => log.request.push('written too')),
      )
      sent.end(() => log.request.push('ended'))
      return textOf(await answered)
    },
    'completed',
  ],
  'written at once without its length': [
    async ({ send, answerTo }) => {
      const sent = send('', undefined)
      sent.write(STREAMED)
      sent.end()
      return textOf(await answerTo(sent))
    },
    'completed',
  ],
  'headers given as an array': [
    async ({ log }) => {
      const { host } = new URL(server.url)
      const headers = ['Host', host, 'Content-Type', 'application/json', 'Connection', 'close']
      const sent = request(server.url, { method: 'POST', headers })
      note(sent, log.request)
      sent.end(PLAIN)
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return textOf(response)
    },
    'completed',
  ],
  'an upgrade': [
    async ({ send }) => {
      const sent = send('', PLAIN, { headers: { connection: 'Upgrade', upgrade: 'echo' } })
      const [response, socket, head] = (await once(sent, 'upgrade')) as [
        IncomingMessage,
        NodeJS.Socket & { destroy(): void },
        Buffer,
      ]
      socket.destroy()
      return [response.statusCode, head.toString()]
    },
    undefined,
  ],
  'GET, and a path that is no call': [
    async ({ send, answerTo, log }) => {
      const get = send('', undefined, { method: 'GET' })
      get.end()
      log.facts.push(Object.hasOwn(get, 'write'), Object.hasOwn(get, 'end'))
      return textOf(await answerTo(get))
    },
    undefined,
  ],
}

test.each(Object.entries(scenarios))('%s', async (name, [scenario, end]) => {
  const bare = await run(scenario, server.url)
  seen = httpIntercepted({ config: { streamUsage: 'on' } })
  expect(await run(scenario, server.url)).toEqual(bare)
  if (end === undefined) {
    expect(seen.calls.filter((call) => call.end === 'completed')).toEqual([])
    return
  }
  // A failure waits for its resend.
  if (end === 'failed') seen.open.endAll()
  const calls = await seen.waitForCalls(1)
  expect(calls.map((call) => call.end)).toEqual([end])
  if (end === 'completed' && name !== 'an answer nobody listens to') {
    expect(calls[0]?.answer.usage).toEqual({ input: 7, output: 11 })
  }
})

test('a connection is used again for the next call, as bare', async () => {
  const twice: Scenario = async ({ send, answerTo }) => {
    const reused: unknown[] = []
    for (let nth = 0; nth < 3; nth += 1) {
      const sent = send('', STREAMED)
      await textOf(await answerTo(sent))
      reused.push(sent.reusedSocket)
      await sleep(5)
    }
    return reused
  }
  const bare = await run(twice, server.url)
  seen = httpIntercepted({ config: { streamUsage: 'on' } })
  expect(await run(twice, server.url)).toEqual(bare)
  expect(JSON.stringify(bare)).toContain('[false,true,true]')
  expect((await seen.waitForCalls(3)).map((call) => call.answer.usage?.output)).toEqual([
    11, 11, 11,
  ])
})
