/** Chunks of streams that are searched together, later: see intercept/unread.ts. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerFromMemory, type InMemoryAnswer } from '../support/provider-in-memory.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

let seen: Intercepted
let answer: () => InMemoryAnswer
let removed: () => void

beforeEach(() => {
  removed = answerFromMemory(() => answer())
  seen = intercepted()
})
afterEach(() => {
  seen.restore()
  removed()
})

const encode = (events: readonly object[]): Uint8Array[] =>
  events.map((event) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`))

/** A stream of 120 chunks whose last but one carries usage; where `done`, with the `[DONE]` after it. */
function chat(output: number, done = true): Uint8Array[] {
  const content = Array.from({ length: 118 }, (_, index) => ({
    id: `chatcmpl-${output}`,
    model: 'gpt-5.4',
    choices: [{ index: 0, delta: { content: ` word${index}` }, finish_reason: null }],
    usage: null,
  }))
  const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }
  const usage = { choices: [], usage: { prompt_tokens: 7, completion_tokens: output } }
  const end = done ? [new TextEncoder().encode('data: [DONE]\n\n')] : []
  return [...encode([...content, finish, usage]), ...end]
}

async function open(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const stream_options = { include_usage: true }
  const body = JSON.stringify({ model: 'gpt-5.4', messages: [], stream: true, stream_options })
  const response = await fetch('http://127.0.0.1:1/v1/chat/completions', { method: 'POST', body })
  if (response.body === null) throw new Error('an answer without a body')
  return response.body.getReader()
}

test('twelve streams read in turns, chunk by chunk, keep their own usage, id and finish reason', async () => {
  let nth = 0
  answer = () => ({ pieces: chat((nth += 1)), contentType: 'text/event-stream' })
  const readers = []
  for (let index = 0; index < 12; index += 1) readers.push(await open())
  const unfinished = new Set(readers)
  while (unfinished.size > 0) {
    for (const reader of unfinished) if ((await reader.read()).done) unfinished.delete(reader)
  }
  const calls = await seen.waitForCalls(12)
  const told = calls.map(({ end, answer: { id, usage, finishReasons } }) => [
    end,
    id,
    usage?.input,
    usage?.output,
    finishReasons,
  ])
  const expected = Array.from({ length: 12 }, (_, index) => [
    'completed',
    `chatcmpl-${index + 1}`,
    7,
    index + 1,
    ['stop'],
  ])
  expect(told.sort((a, b) => Number(a[3]) - Number(b[3]))).toEqual(expected)
})

test('a chunk that the application writes over after it got it was seen as it came', async () => {
  answer = () => ({ pieces: chat(5), contentType: 'text/event-stream' })
  const reader = await open()
  for (let next = await reader.read(); !next.done; next = await reader.read()) next.value.fill(0)
  expect((await seen.waitForCalls(1))[0]?.answer.usage).toEqual({ input: 7, output: 5 })
})

test('an error event that nobody reads past is noted a moment later, without another chunk', async () => {
  const failure = encode([{ error: { message: 'overloaded', type: 'server_error' } }])
  const pieces = [...chat(5).slice(0, 40), ...failure, ...chat(5).slice(40)]
  answer = () => ({ pieces, contentType: 'text/event-stream' })
  const reader = await open()
  for (let chunk = 0; chunk < 41; chunk += 1) await reader.read()
  expect(seen.calls.length).toBe(0)
  const [call] = await seen.waitForCalls(1, 1_000)
  expect([call?.end, call?.answer.errorType]).toEqual(['broken_off', 'server_error'])
})

test('a stream of which nobody reads the end is completed by its [DONE] at once', async () => {
  const pieces = chat(5)
  answer = () => ({ pieces, contentType: 'text/event-stream' })
  const reader = await open()
  for (const _ of pieces) await reader.read()
  expect(seen.calls.map(({ end }) => end)).toEqual(['completed'])
})

test('whoever cancels after the usage has had the whole answer; before it, a part', async () => {
  const pieces = chat(5, false)
  answer = () => ({ pieces, contentType: 'text/event-stream' })
  for (const chunks of [pieces.length, 60]) {
    const reader = await open()
    for (let chunk = 0; chunk < chunks; chunk += 1) await reader.read()
    await reader.cancel()
  }
  expect(seen.calls.map(({ end }) => end)).toEqual(['completed', 'aborted'])
})

test('the end of the process finds what has been put off', async () => {
  answer = () => ({ pieces: chat(5, false), contentType: 'text/event-stream' })
  const reader = await open()
  for (const _ of chat(5, false)) await reader.read()
  seen.open.endAll()
  expect(seen.calls.map((call) => call.answer.usage?.output)).toEqual([5])
})
