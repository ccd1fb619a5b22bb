import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { AttributionRequiredError, withAttribution } from '../../instrumentation/index.ts'
import { configured } from '../support/attribution-settings.ts'
import { startChatServer, type ChatServer } from '../support/chat-server.ts'
import { httpIntercepted } from '../support/http-intercepted.ts'
import type { Intercepted } from '../support/intercepted.ts'

let simulator: Simulator
let server: ChatServer
let seen: Intercepted

beforeAll(async () => {
  ;[simulator, server] = await Promise.all([startSimulator(), startChatServer()])
})
afterAll(() => Promise.all([simulator.close(), server.close()]))
beforeEach(() => {
  seen = httpIntercepted({ config: { streamUsage: 'on' } })
})
afterEach(() => {
  seen.restore()
})

const messages = [{ role: 'user', content: 'How are you?' }]
const chat = { model: 'gpt-5.4', messages, max_completion_tokens: 40 }
const streamed = { ...chat, max_completion_tokens: 400, stream: true }

interface PostOptions extends RequestOptions {
  readonly to?: string
  readonly fault?: string
  readonly given?: Readonly<Record<string, string>>
}

let nth = 0
function post(body: object, { to, fault, given, ...options }: PostOptions = {}): ClientRequest {
  nth += 1
  const text = JSON.stringify(body)
  const sent = request(to ?? `${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    ...options,
    headers: {
      'content-type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      'x-sim-fault': `${fault === undefined ? '' : `${fault}; `}id=http-${nth}`,
      ...given,
    },
  })
  // A connection that breaks in the middle of an answer is reported on both.
  sent.on('error', () => undefined)
  sent.end(text)
  return sent
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

async function textOf(answer: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of answer) text += chunk.toString('latin1')
  return text
}

const read = async (sent: ClientRequest): Promise<string> => textOf(await answerTo(sent))

describe('a plain answer', () => {
  test('read to its end is completed, with its usage, model, address and port', async () => {
    expect(await read(post(chat))).toContain('"completion_tokens":40')
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'completed', answer: { usage: { input: 3, output: 40 } } })
    expect(call?.request).toMatchObject({
      model: 'gpt-5.4',
      serverAddress: '127.0.0.1',
      serverPort: Number(new URL(simulator.url).port),
    })
  })

  test.each(['gzip', 'br', 'deflate', 'zstd'])(
    'that comes as %s is read, and the application gets it compressed',
    async (coding) => {
      const answer = await answerTo(post(chat, { to: `${server.url}?coding=${coding}` }))
      expect(answer.headers['content-encoding']).toBe(coding)
      expect(await textOf(answer)).not.toContain('usage')
      const [call] = await seen.waitForCalls(1)
      expect(call).toMatchObject({ end: 'completed', answer: { usage: { input: 7, output: 11 } } })
    },
  )

  test('whose status says that it is an error is failed', async () => {
    await read(post(chat, { fault: 'status=400' }))
    expect((await seen.waitForCalls(1))[0]).toMatchObject({ end: 'failed', statusCode: 400 })
  })

  test('that sends elsewhere is no answer', async () => {
    await read(post(chat, { to: `${server.url}?status=307` }))
    expect((await seen.waitForCalls(1))[0]).toMatchObject({ end: 'failed', errorType: '307' })
  })
})

describe('a streamed answer', () => {
  test('read to its end is completed, with the usage that was asked for on its behalf', async () => {
    const text = await read(post(streamed))
    expect(text).not.toContain('usage')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'completed', answer: { usage: { input: 3, output: 400 } } })
    expect(call?.firstChunkAt).toBeGreaterThanOrEqual(call?.startedAt ?? Infinity)
  })

  test('is asked for as it is, with the length that the question makes, uncompressed', async () => {
    const given = { 'Accept-Encoding': 'gzip, br' }
    await read(post(streamed, { to: server.url, given }))
    const { body, headers } = server.received.at(-1) ?? { body: '', headers: {} }
    expect(JSON.parse(body)).toEqual({ ...streamed, stream_options: { include_usage: true } })
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
    expect(headers['accept-encoding']).toBe('identity')
  })

  test('is not asked for where that is off, or where the headers have gone out', async () => {
    const sent = request(server.url, { method: 'POST' })
    sent.flushHeaders()
    sent.end(JSON.stringify(streamed))
    await read(sent)
    expect(server.received.at(-1)?.body).toBe(JSON.stringify(streamed))
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'completed', answer: { finishReasons: ['stop'] } })
    expect(call?.answer.usage).toBeUndefined()
    seen.restore()
    seen = httpIntercepted({ config: { streamUsage: 'off' } })
    await read(post(streamed, { to: server.url, given: { 'accept-encoding': 'gzip' } }))
    expect(server.received.at(-1)?.headers['accept-encoding']).toBe('gzip')
    expect(server.received.at(-1)?.body).toBe(JSON.stringify(streamed))
  })

  test('that the application asked usage of keeps it, also where it comes compressed', async () => {
    const asked = { ...streamed, stream_options: { include_usage: true } }
    expect(await read(post(asked))).toContain('"usage":{')
    await read(post(asked, { to: `${server.url}?coding=gzip` }))
    const calls = await seen.waitForCalls(2)
    expect(calls.map((call) => call.answer.usage?.output)).toEqual([400, 11])
  })

  test('left by break is aborted', async () => {
    const slow = { ...streamed, max_completion_tokens: 4_000 }
    for await (const _ of await answerTo(post(slow, { fault: 'chunk-delay=2' }))) break
    const [call] = await seen.waitForCalls(1)
    expect(call?.end).toBe('aborted')
    expect(call?.errorType).toBeUndefined()
  })

  test('whose connection is reset is broken off', async () => {
    const answer = await answerTo(post(streamed, { fault: 'reset; after=3' }))
    await expect(textOf(answer)).rejects.toThrow('aborted')
    const [call] = await seen.waitForCalls(1)
    expect(call).toMatchObject({ end: 'broken_off', errorType: 'ECONNRESET' })
  })

  test('with an error event in it is broken off', async () => {
    await read(post(streamed, { fault: 'error-event; after=2' })).catch(() => undefined)
    expect((await seen.waitForCalls(1))[0]?.end).toBe('broken_off')
  })

  test('that nobody reads ends with the process, by what has come', async () => {
    const answer = await answerTo(post({ ...streamed, max_completion_tokens: 90_000 }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(seen.calls).toEqual([])
    seen.open.endAll()
    expect(seen.calls.map((call) => call.end)).toEqual(['aborted'])
    answer.destroy()
    expect(seen.calls.length).toBe(1)
  })
})

describe('attempts', () => {
  const fault = { fault: 'status=429; retry-after-ms=10; times=1' }

  test('a 429 and its resend are one call', async () => {
    nth += 1
    for (let attempt = 0; attempt < 2; attempt += 1) {
      nth -= 1
      await read(post(chat, fault))
    }
    const calls = await seen.waitForCalls(1)
    expect(calls.length).toBe(1)
    expect(calls[0]?.failedAttempts.map((attempt) => attempt.statusCode)).toEqual([429])
  })

  test('of a client that says that it resends are one call, whatever span each is in', async () => {
    seen.restore()
    seen = httpIntercepted({ activeSpan: () => ({}) })
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (attempt > 0) nth -= 1
      await read(post(chat, { ...fault, given: { 'x-stainless-retry-count': String(attempt) } }))
    }
    const calls = await seen.waitForCalls(1)
    expect(calls.map((call) => [call.end, call.failedAttempts.length])).toEqual([['completed', 1]])
  })
})

test('over TLS, by node:https', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
  ]
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, '-days', '1', ...subject], {
    stdio: 'ignore',
  })
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  const secure = await startChatServer(tls)
  const sent = secureRequest(secure.url, { method: 'POST', ca: tls.cert })
  sent.end(JSON.stringify(streamed))
  expect(await read(sent)).not.toContain('usage')
  const [call] = await seen.waitForCalls(1)
  expect(call).toMatchObject({ end: 'completed', answer: { usage: { output: 11 } } })
  expect(call?.request.serverPort).toBe(Number(new URL(secure.url).port))
  await secure.close()
})

test('a call is whose it was when the request was made, also where a stream is piped into it', async () => {
  const body = Readable.from(JSON.stringify(chat).match(/.{1,10}/g) ?? [])
  const sent = withAttribution({ feature: 'search' }, () =>
    request(server.url, { method: 'POST', headers: { 'content-type': 'application/json' } }),
  )
  withAttribution({ feature: 'another' }, () => body.pipe(sent))
  await read(sent)
  const [call] = await seen.waitForCalls(1)
  expect(call).toMatchObject({ attribution: { feature: 'search' }, request: { model: 'gpt-5.4' } })
})

test('a form is read: the model of a transcription, and nothing of its sound', async () => {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(70_000)]), 'grüße.wav')
  form.append('model', 'whisper-1')
  const encoded = new Response(form)
  const sent = request(`${simulator.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
  })
  Readable.fromWeb(encoded.body as never).pipe(sent)
  await read(sent)
  const [call] = await seen.waitForCalls(1)
  expect(call).toMatchObject({ end: 'failed', statusCode: 404, request: { model: 'whisper-1' } })
})

test('baggage that is not allow-listed is not sent, as with fetch', async () => {
  await read(post(chat, { to: server.url, given: { baggage: 'user=jane,tenant=acme' } }))
  expect(server.received.at(-1)?.headers['baggage']).toBeUndefined()
})

test('a call that must not be sent is not, and the request fails with the typed error', async () => {
  seen.restore()
  seen = httpIntercepted({ config: configured('require: { team: block }').config })
  const before = server.received.length
  const [error] = (await once(post(chat, { to: server.url }), 'error')) as [Error]
  expect(error).toBeInstanceOf(AttributionRequiredError)
  expect(server.received.length).toBe(before)
  expect(seen.begun).toBe(0)
})

test('what is no LLM call is left alone: another path, another method, another body, an exporter', async () => {
  await read(post(chat, { to: `${server.url}/other` }))
  await read(
    post({ resourceSpans: [] }, { to: server.url.replace('/chat/completions', '/traces') }),
  )
  await read(post({ tasks: 1 }, { to: server.url }))
  await read(post(chat, { to: server.url, method: 'PUT' }))
  expect(seen.begun).toBe(0)
  seen.restore()
  seen = httpIntercepted({ recorder: { suppressed: () => true } })
  await read(post(chat))
  expect(seen.begun).toBe(0)
})
