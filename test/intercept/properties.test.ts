/** What holds for any cut of the bytes, and for any bytes at all. */

import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Call } from '../../instrumentation/core/call.ts'
import { protocols } from '../../instrumentation/providers/registry.ts'
import { intercepted } from '../support/intercepted.ts'
import { wires, type Wire } from '../support/stream-wires.ts'
import { answerFromMemory, cut, type InMemoryAnswer } from '../support/provider-in-memory.ts'

let restore = (): void => undefined
afterEach(() => {
  restore()
  restore = () => undefined
})

type Read = (response: Response) => Promise<Uint8Array>

async function concatenated(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const found: Uint8Array[] = []
  for await (const part of parts) found.push(part)
  return Buffer.concat(found)
}

async function* byReader(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  const reader = body?.getReader()
  for (;;) {
    const next = await reader?.read()
    if (next?.value === undefined) return
    yield next.value
  }
}

const READS: readonly (readonly [string, Read])[] = [
  ['its iterator', (response) => concatenated(response.body as ReadableStream<Uint8Array>)],
  ['a reader', (response) => concatenated(byReader(response.body))],
  ['a copy', async (response) => new Uint8Array(await response.clone().arrayBuffer())],
  ['arrayBuffer', async (response) => new Uint8Array(await response.arrayBuffer())],
  [
    'a tee',
    (response) => concatenated((response.body?.tee()[0] ?? null) as ReadableStream<Uint8Array>),
  ],
]

async function observe(wire: Wire, answer: InMemoryAnswer, read: Read) {
  const removed = answerFromMemory(() => answer)
  const seen = intercepted({ config: { streamUsage: 'off' } })
  restore = () => {
    seen.restore()
    removed()
  }
  const response = await fetch(`http://127.0.0.1:1${wire.path}`, {
    method: 'POST',
    body: wire.request instanceof FormData ? wire.request : JSON.stringify(wire.request),
  })
  const bytes = await read(response)
  const calls = await seen.waitForCalls(1)
  restore()
  return { bytes, calls }
}

const record = (calls: readonly Call[]) =>
  calls.map(({ end, answer, errorType }) => ({ end, answer, errorType }))

const TRAPS = [
  '"usage":{"prompt_tokens":1}',
  '"error":{"type":"x"}',
  'data: [DONE]\n\n',
  '"type":"message_stop"',
  'event: error',
  '"finishReason":"STOP"',
  'ß€😀',
]

test('every protocol that streams text is here', () => {
  const streamed = protocols
    .filter(({ telling, name }) => telling.source !== '$^' && !name.startsWith('bedrock'))
    .map(({ name }) => name)
  expect(Object.keys(wires('')).sort()).toEqual(streamed.sort())
})

describe.each(Object.keys(wires('')))('%s', (name) => {
  test.each(READS)('any cut of the stream gives the same record, read by %s', async (_, read) => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 })
    const contents = fc.oneof(fc.string(), fc.constantFrom(...TRAPS))
    await fc.assert(
      fc.asyncProperty(cuts, contents, async (places, content) => {
        const wire = wires(content)[name] as Wire
        const text = wire.events.join('')
        const pieces = cut(text, places)
        const { bytes, calls } = await observe(
          wire,
          { pieces, contentType: wire.contentType ?? 'text/event-stream' },
          read,
        )
        expect(Buffer.from(bytes).toString()).toBe(text)
        expect(record(calls)).toMatchObject([
          { end: 'completed', answer: { usage: wire.usage ?? { input: 7, output: 9 } } },
        ])
        expect(calls[0]?.answer.usageReason).toBeUndefined()
      }),
      { numRuns: 40 },
    )
  })

  test('any bytes pass as they are, and make one record that claims no usage', async () => {
    const named = ['text/event-stream', 'application/x-ndjson', 'application/json'] as const
    const types = fc.constantFrom(...named, undefined)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), types, async (bytes, type) => {
        const wire = wires('')[name] as Wire
        const answer = { pieces: cut(bytes, [50, 120]), ...(type ? { contentType: type } : {}) }
        const result = await observe(wire, answer, (response) =>
          concatenated(byReader(response.body)),
        )
        expect(Buffer.from(result.bytes).equals(Buffer.from(bytes))).toBe(true)
        expect(result.calls.length).toBe(1)
        // Any bytes may be sound, and speech is billed by what was asked.
        if (name === 'openai.speech') return
        expect(result.calls[0]?.answer.usage).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
})

test('a stream that ends without a blank line, read with usage taken out, ends', async () => {
  const text = `data: {"choices":[{"delta":{"content":"x"}}],"usage":null}\n\ndata: {"choices":[]`
  const answer = { pieces: cut(text, [30]), contentType: 'text/event-stream' }
  const removed = answerFromMemory(() => answer)
  const seen = intercepted({ config: { streamUsage: 'on' } })
  restore = () => {
    seen.restore()
    removed()
  }
  const body = JSON.stringify({ model: 'gpt-5.4', messages: [], stream: true })
  for (const read of [byReader, (stream: ReadableStream<Uint8Array> | null) => stream ?? []]) {
    const response = await fetch('http://127.0.0.1:1/v1/chat/completions', { method: 'POST', body })
    const bytes = await concatenated(read(response.body) as AsyncIterable<Uint8Array>)
    expect(Buffer.from(bytes).toString()).toBe(text.replace(',"usage":null', ''))
  }
  expect((await seen.waitForCalls(2)).map(({ end }) => end)).toEqual(['broken_off', 'broken_off'])
})

test('a reader takes any JSON without throwing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...protocols), fc.jsonValue(), (protocol, json) => {
      const reader = protocol.createReader()
      reader.body(json)
      reader.event(json)
      reader.event({ usage: json, type: 'message_delta', metadata: { usage: json } })
      reader.body({ usage: json, usageMetadata: json, candidates: json, choices: json })
      for (const count of Object.values(reader.answer().usage ?? {})) {
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})
