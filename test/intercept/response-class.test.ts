import { afterEach, beforeEach, expect, test } from 'vitest'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

const METHODS = ['json', 'text', 'arrayBuffer', 'bytes', 'blob', 'clone'] as const
const ANSWER = JSON.stringify({
  id: 'c',
  model: 'gpt-5.4',
  choices: [],
  usage: { prompt_tokens: 7, completion_tokens: 9 },
})
const native = Object.getOwnPropertyDescriptors(Response.prototype)
const bareFetch = globalThis.fetch

let answer: () => Response = () => new Response(ANSWER)
let seen: Intercepted

beforeEach(() => {
  globalThis.fetch = () => Promise.resolve(answer())
  seen = intercepted()
})
afterEach(() => {
  seen.restore()
  globalThis.fetch = bareFetch
})

const call = (): Promise<Response> =>
  fetch('https://api.openai.com/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model: 'gpt-5.4', messages: [] }),
  })

test('an answer is a Response of its own class, whose methods look as they did, and are put back', async () => {
  answer = () => new Response(ANSWER)
  const response = await call()
  expect(Object.getPrototypeOf(response)).toBe(Response.prototype)
  expect(await response.json()).toMatchObject({ id: 'c' })
  for (const name of METHODS) {
    const now = Object.getOwnPropertyDescriptor(Response.prototype, name)
    expect({ ...now, value: now?.value?.name as unknown }).toEqual({ ...native[name], value: name })
    expect((now?.value as () => unknown).length).toBe(0)
  }
  seen.restore()
  expect(Object.getOwnPropertyDescriptors(Response.prototype)).toEqual(native)
})

test('what is no answer of ours is read as before, and misuse complains as before', async () => {
  await (await call()).text()
  expect(await new Response('plain').text()).toBe('plain')
  const { text } = Response.prototype
  const misuse = async (read: typeof text, on: unknown): Promise<string> => {
    const failed = await read.call(on as Response).catch((error: unknown) => error)
    return String(failed)
  }
  for (const on of [undefined, null, 1, {}, new Request('http://x')]) {
    expect(await misuse(text, on)).toBe(await misuse(native.text.value as typeof text, on))
  }
  expect(seen.calls.length).toBe(1)
})

test.each([
  [
    'inherits everything',
    class extends Response {
      readonly mine = 1
    },
  ],
  [
    'reads for itself',
    class extends Response {
      override text = async (): Promise<string> => `${await Response.prototype.text.call(this)} `
    },
  ],
])('an answer of a class of the application’s that %s is recorded once', async (_, Own) => {
  answer = () => new Own(ANSWER)
  const response = await call()
  expect(response).toBeInstanceOf(Own)
  expect((await response.text()).trim()).toBe(ANSWER)
  const calls = await seen.waitForCalls(1)
  expect(calls).toMatchObject([{ end: 'completed', answer: { usage: { input: 7, output: 9 } } }])
})
