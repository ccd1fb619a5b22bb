/** Providers that answer nonsense: the application gets it as it is, and the record says what can't be known. */

import { gzipSync } from 'node:zlib'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

interface Nonsense {
  readonly stream?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  /** Breaks the connection off after the body. */
  readonly broken?: boolean
  /** What the record must say: usage, or why there is none, or how it ended. */
  readonly record: object
}

const SSE = { 'content-type': 'text/event-stream' }
const JSON_TYPE = { 'content-type': 'application/json' }
const answer = (usage: unknown): string =>
  JSON.stringify({ id: 'c', model: 'gpt-5.4', choices: [{ finish_reason: 'stop' }], usage })
const chunk = (content: string, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'gpt-5.4', choices: [{ delta: { content } }], ...rest })}\n\n`
const TOLD = { prompt_tokens: 7, completion_tokens: 9 }
const LAST = `data: ${JSON.stringify({ choices: [], usage: TOLD })}\n\ndata: [DONE]\n\n`
const USAGE = { end: 'completed', answer: { usage: { input: 7, output: 9 } } }
const INCONSISTENT = { end: 'completed', answer: { usageReason: 'usage_inconsistent' } }
const UNKNOWN = { end: 'completed', answer: {} }

const CASES: Readonly<Record<string, Nonsense>> = {
  'JSON that breaks off': { headers: JSON_TYPE, body: answer(TOLD).slice(0, -30), record: UNKNOWN },
  'HTML with status 200': {
    headers: { 'content-type': 'text/html' },
    body: '<html>',
    record: UNKNOWN,
  },
  'nothing at all': { headers: JSON_TYPE, body: '', record: UNKNOWN },
  'no content type': { body: answer(TOLD), record: USAGE },
  'a stream without content type': { stream: true, body: chunk('x') + LAST, record: USAGE },
  'a negative count': { body: answer({ ...TOLD, prompt_tokens: -1 }), record: INCONSISTENT },
  'an absurd count': { body: answer({ ...TOLD, prompt_tokens: 1e308 }), record: INCONSISTENT },
  'a count that is text': { body: answer({ ...TOLD, prompt_tokens: '7' }), record: INCONSISTENT },
  'a list for a count': { body: answer({ ...TOLD, prompt_tokens: [7] }), record: INCONSISTENT },
  'cached tokens above the prompt': {
    body: answer({ ...TOLD, prompt_tokens_details: { cached_tokens: 8 } }),
    record: INCONSISTENT,
  },
  'usage that is null': { body: answer(null), record: UNKNOWN },
  'usage twice, of which the last counts': {
    stream: true,
    headers: SSE,
    body: chunk('x', { usage: { prompt_tokens: 1, completion_tokens: 1 } }) + LAST,
    record: USAGE,
  },
  'a line of 2 MB': {
    stream: true,
    headers: SSE,
    body: chunk('x'.repeat(2e6)) + LAST,
    record: USAGE,
  },
  'content that looks like usage and errors': {
    stream: true,
    headers: SSE,
    body: chunk('"usage":{"prompt_tokens":1} "error":{"type":"x"} data: [DONE]') + LAST,
    record: USAGE,
  },
  'lines that end in CR': {
    stream: true,
    headers: SSE,
    body: (chunk('x') + LAST).replaceAll('\n', '\r'),
    record: USAGE,
  },
  'an event that is no JSON': {
    stream: true,
    headers: SSE,
    body: `data: {"usage":{\n\n${LAST}`,
    record: USAGE,
  },
  'a stream that just stops': {
    stream: true,
    headers: SSE,
    body: chunk('x'),
    record: { end: 'broken_off', errorType: 'stream_incomplete' },
  },
  'gzip that breaks off': {
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: gzipSync(answer(TOLD)).subarray(0, 40),
    broken: true,
    record: { end: 'broken_off' },
  },
  'a streamed gzip that breaks off': {
    stream: true,
    headers: { ...SSE, 'content-encoding': 'gzip' },
    body: gzipSync(chunk('x'.repeat(9_999)) + LAST).subarray(0, 60),
    broken: true,
    record: { end: 'broken_off' },
  },
  'a whole gzip': {
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: gzipSync(answer(TOLD)),
    record: USAGE,
  },
}

let server: Server
let url: string
let seen: Intercepted
const bare = globalThis.fetch

beforeAll(async () => {
  server = createServer((request, response) => {
    const {
      headers = {},
      body,
      broken,
    } = CASES[decodeURIComponent(request.headers['x-case'] as string)] as Nonsense
    request.resume().on('end', () => {
      response.writeHead(200, headers)
      if (broken === true) response.write(body, () => setTimeout(() => response.destroy(), 20))
      else response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  seen = intercepted({ config: { streamUsage: 'off' } })
})
afterEach(() => {
  seen.restore()
})

/** The bytes, or the error's class. */
async function read(how: typeof fetch, name: string, { stream }: Nonsense): Promise<string> {
  const response = await how(url, {
    method: 'POST',
    headers: { 'x-case': encodeURIComponent(name), connection: 'close' },
    body: JSON.stringify({ model: 'gpt-5.4', messages: [], stream: stream === true }),
  })
  try {
    return Buffer.from(await response.arrayBuffer()).toString('base64')
  } catch (error) {
    return `${String(error)} ${String((error as Error).cause)}`
  }
}

test.each(Object.entries(CASES))('%s', async (name, nonsense) => {
  expect(await read(fetch, name, nonsense)).toBe(await read(bare, name, nonsense))
  const calls = await seen.waitForCalls(1)
  expect(calls.length).toBe(1)
  expect(calls[0]).toMatchObject(nonsense.record)
  const { usage, usageReason } = calls[0]?.answer ?? {}
  // Usage that nobody vouches for is none: never a zero, never a guess.
  if (!('usage' in ((nonsense.record as { answer?: object }).answer ?? {}))) {
    expect(usage === undefined || usageReason !== undefined).toBe(true)
  }
})
