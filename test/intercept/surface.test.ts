/** Everything that the clients offer around a call works as it does bare, and is recorded once. */

import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { startSimulator } from '../../demo/simulator/server.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

let seen: Intercepted | undefined
afterEach(() => {
  seen?.restore()
  seen = undefined
})

const messages = [{ role: 'user' as const, content: 'How are you?' }]
const chat = { model: 'gpt-5.4', messages, max_completion_tokens: 200 }
const asked = { ...chat, stream: true as const, stream_options: { include_usage: true } }
const claude = { model: 'claude-sonnet-5', max_tokens: 200, messages }
const responses = { model: 'gpt-5-mini', input: 'How are you?', max_output_tokens: 200 }

interface Clients {
  readonly openai: OpenAI
  readonly anthropic: Anthropic
  readonly url: string
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

async function textOf(stream: ReadableStream): Promise<string> {
  return (await all(stream.pipeThrough(new TextDecoderStream()))).join('')
}

const post = ({ url }: Clients, body: object): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })

async function readByob(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const reader = body?.getReader({ mode: 'byob' })
  let text = ''
  for (;;) {
    const next = await reader?.read(new Uint8Array(64))
    if (next === undefined || next.done) return text
    text += Buffer.from(next.value).toString('latin1')
  }
}

/** What an application does, by name; the value is what it gets to see. */
const uses: Readonly<Record<string, (clients: Clients) => Promise<unknown>>> = {
  'chat .withResponse()': async ({ openai }) => {
    const { data, response } = await openai.chat.completions.create(chat).withResponse()
    return [data, response.status, response.bodyUsed, response.url.slice(-20), response.type]
  },
  'chat .asResponse(), read as JSON': async ({ openai }) => {
    const response = await openai.chat.completions.create(chat).asResponse()
    return [await response.json(), response instanceof Response, Object.keys(response)]
  },
  'chat .asResponse(), read from its body': async ({ openai }) => {
    const { body } = await openai.chat.completions.create(chat).asResponse()
    return body === null ? undefined : textOf(body)
  },
  'chat .parse()': ({ openai }) =>
    openai.chat.completions.parse({ ...chat, response_format: { type: 'text' } }),
  'chat .stream(), its final completion and its events': async ({ openai }) => {
    const contents: string[] = []
    const stream = openai.chat.completions.stream(asked)
    stream.on('content', (delta) => contents.push(delta))
    return [await stream.finalChatCompletion(), contents]
  },
  'chat stream .tee()': async ({ openai }) => {
    const [left, right] = (await openai.chat.completions.create(asked)).tee()
    return Promise.all([all(left), all(right)])
  },
  'chat stream .toReadableStream()': async ({ openai }) =>
    textOf((await openai.chat.completions.create(asked)).toReadableStream()),
  'responses .stream() and its final response': async ({ openai }) =>
    openai.responses.stream(responses).finalResponse(),
  'responses .parse()': ({ openai }) => openai.responses.parse(responses),
  'messages .stream(), its text and its final message': async ({ anthropic }) => {
    const texts: string[] = []
    const stream = anthropic.messages.stream(claude)
    stream.on('text', (delta) => texts.push(delta))
    return [await stream.finalMessage(), texts.join('')]
  },
  'messages .withResponse()': async ({ anthropic }) =>
    (await anthropic.messages.create(claude).withResponse()).data,
  'a BYOB reader on a plain answer': async (clients) => readByob((await post(clients, chat)).body),
  'a BYOB reader on a stream': async (clients) => readByob((await post(clients, asked)).body),
  'tee of a body': async (clients) => {
    const [left, right] = (await post(clients, asked)).body?.tee() ?? []
    return Promise.all([left, right].map(async (one) => one && textOf(one)))
  },
  'a clone, read after the original': async (clients) => {
    const response = await post(clients, chat)
    const copy = response.clone()
    return [await response.text(), await copy.json()]
  },
  'a clone of a Response whose body was looked at': async (clients) => {
    const response = await post(clients, asked)
    const locked = response.body?.locked
    const copy = response.clone()
    return [locked, await copy.text(), await response.text()]
  },
  'a reader that is released and taken again': async (clients) => {
    const { body } = await post(clients, asked)
    const first = body?.getReader()
    const chunk = await first?.read()
    first?.releaseLock()
    const rest = body === null ? '' : await textOf(body)
    return Buffer.from(chunk?.value ?? []).toString('latin1') + rest
  },
  'a body that is read twice': async (clients) => {
    const response = await post(clients, chat)
    await response.text()
    return response.json().catch((error: unknown) => String(error))
  },
  'text of a body that a reader holds': async (clients) => {
    const response = await post(clients, chat)
    const reader = response.body?.getReader()
    const refused = await response.text().catch((error: unknown) => String(error))
    reader?.releaseLock()
    return [refused, await response.text()]
  },
  'a new Response around the body': async (clients) =>
    new Response((await post(clients, asked)).body).text(),
}

async function run(use: (clients: Clients) => Promise<unknown>): Promise<string> {
  const simulator = await startSimulator({ now: () => 1_790_000_000_000 })
  try {
    const openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'none' })
    const anthropic = new Anthropic({ baseURL: simulator.url, apiKey: 'none' })
    const result = await use({ openai, anthropic, url: simulator.url })
    return JSON.stringify(result).replaceAll(simulator.url, 'URL')
  } finally {
    await simulator.close()
  }
}

test.each(Object.entries(uses))('%s', async (_, use) => {
  const bare = await run(use)
  seen = intercepted({ config: { streamUsage: 'on' } })
  expect(await run(use)).toBe(bare)
  const calls = await seen.waitForCalls(1)
  expect(calls.length).toBe(1)
  expect(calls[0]).toMatchObject({ end: 'completed', answer: { usage: { input: 3, output: 200 } } })
})

test('what is no LLM call is not touched: a list of models, an upload, a GET', async () => {
  seen = intercepted()
  const simulator = await startSimulator()
  const form = new FormData()
  form.append('file', new Blob(['a,b']), 'a.csv')
  const paths = ['/v1/models', '/v1/files', '/v1/chat/completions']
  const sent = [{ method: 'GET' }, { method: 'POST', body: form }, { method: 'GET' }]
  const answers = await Promise.all(
    paths.map((path, index) => fetch(`${simulator.url}${path}`, sent[index])),
  )
  await Promise.all(answers.map((answer) => answer.text()))
  expect(answers.map((answer) => Object.getPrototypeOf(answer) === Response.prototype)).toEqual([
    true,
    true,
    true,
  ])
  expect(seen.begun).toBe(0)
  await simulator.close()
})
