import { createOpenAI } from '@ai-sdk/openai'
import { stepCountIs, streamText, tool } from 'ai'
import { OpenAI } from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { withAttribution } from '../../instrumentation/index.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'
import { answerFromMemory } from '../support/provider-in-memory.ts'

const restoring: (() => void)[] = []
afterEach(() => {
  for (const restore of restoring.splice(0)) restore()
})

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5.4' }
const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const END = 'data: [DONE]\n\n'

/** First asks for a tool, then answers. */
const asking = [
  event({
    role: 'assistant',
    tool_calls: [
      { index: 0, id: 't1', type: 'function', function: { name: 'look', arguments: '{}' } },
    ],
  }),
  event({}, 'tool_calls') + END,
]
const answering = [event({ content: 'It is ' }), event({ content: 'there.' }, 'stop') + END]

/** Each call is answered by the next of these streams. */
function provider(...streams: readonly (readonly string[])[]): Intercepted {
  let next = 0
  restoring.push(
    answerFromMemory(() => {
      const pieces = (streams[next % streams.length] ?? []).map((text) =>
        new TextEncoder().encode(text),
      )
      next += 1
      return { pieces, contentType: 'text/event-stream' }
    }),
  )
  const seen = intercepted()
  restoring.unshift(seen.restore)
  return seen
}

const baseURL = 'http://provider.example/v1'
const model = createOpenAI({ baseURL, apiKey: 'none' }).chat('gpt-5.4')

describe('what is streamed keeps its attribution while somebody else reads it', () => {
  test('the AI SDK’s later steps, which begin while the stream is read', async () => {
    const seen = provider(asking, answering)
    const look = tool({ inputSchema: z.object({}), execute: async () => 'found' })
    const result = withAttribution({ feature: 'agent' }, () =>
      streamText({ model, prompt: 'Where?', tools: { look }, stopWhen: stepCountIs(3) }),
    )
    const text = await withAttribution({ feature: 'reader' }, async () => {
      let read = ''
      for await (const piece of result.textStream) read += piece
      return read
    })
    expect(text).toBe('It is there.')
    const calls = await seen.waitForCalls(2)
    expect(calls.map((call) => call.attribution.feature)).toEqual(['agent', 'agent'])
  })

  test('a generator’s calls, made one by one as it is read', async () => {
    const seen = provider(answering)
    const client = new OpenAI({ baseURL, apiKey: 'none' })
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    const pieces = withAttribution({ feature: 'generator' }, async function* () {
      for (let turn = 0; turn < 3; turn += 1) {
        const stream = await client.chat.completions.create({
          model: 'gpt-5.4',
          messages,
          stream: true,
        })
        for await (const chunk of stream) yield chunk.choices[0]?.delta.content ?? ''
      }
    })
    let text = ''
    for await (const piece of pieces) text += piece
    expect(text).toBe('It is there.'.repeat(3))
    const calls = await seen.waitForCalls(3)
    expect(calls.map((call) => call.attribution.feature)).toEqual(Array(3).fill('generator'))
  })
})
