import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compactUsage, tokenTotals } from '../../instrumentation/core/usage.ts'
import { anthropicMessages } from '../../instrumentation/providers/anthropic-messages.ts'
import { openaiChat } from '../../instrumentation/providers/openai-chat.ts'
import { openaiEmbeddings } from '../../instrumentation/providers/openai-embeddings.ts'
import { openaiResponses } from '../../instrumentation/providers/openai-responses.ts'
import type { Protocol } from '../../instrumentation/providers/protocol.ts'
import { protocols } from '../../instrumentation/providers/registry.ts'
import { scanMembers } from '../../instrumentation/wire/json-scan.ts'

function body(protocol: Protocol, json: unknown) {
  const reader = protocol.createReader()
  reader.body(json)
  return reader.answer()
}
function stream(protocol: Protocol, events: readonly unknown[]) {
  const reader = protocol.createReader()
  for (const event of events) reader.event(event)
  return { ...reader.answer(), state: reader.state }
}
const facts = (protocol: Protocol, request: object) => {
  const text = JSON.stringify(request)
  return protocol.facts(text, scanMembers(text, protocol.requestKeys), '')
}

// Usage objects: OpenAI API reference, "The chat completion object" and "The response object"; Anthropic API reference,
// "Messages"; read November 2026.
describe('usage becomes disjoint buckets', () => {
  test('OpenAI counts cached, cache-writing, audio and reasoning tokens inside its totals', () => {
    const usage = {
      prompt_tokens: 2000,
      completion_tokens: 300,
      prompt_tokens_details: { cached_tokens: 1500, cache_write_tokens: 100, audio_tokens: 50 },
      completion_tokens_details: { reasoning_tokens: 200, audio_tokens: 10 },
    }
    expect(body(openaiChat, { usage }).usage).toEqual({
      input: 350,
      cacheRead: 1500,
      cacheWrite: 100,
      audioInput: 50,
      output: 90,
      reasoning: 200,
      audioOutput: 10,
    })
  })

  test('Responses spell it differently, and count searches by their output items', () => {
    const output = [
      { type: 'web_search_call', action: { type: 'search' } },
      { type: 'web_search_call', action: { type: 'open_page' } },
      { type: 'file_search_call' },
      { type: 'message' },
    ]
    const usage = {
      input_tokens: 10,
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 5 },
    }
    const answer = body(openaiResponses, { status: 'completed', usage, output })
    expect(answer.usage).toEqual({ input: 10, reasoning: 5, webSearches: 1, fileSearches: 1 })
  })

  test('Anthropic leaves cached and cache-writing tokens out of input_tokens', () => {
    const usage = {
      input_tokens: 200,
      cache_read_input_tokens: 3000,
      cache_creation_input_tokens: 500,
      cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 100 },
      output_tokens: 250,
      service_tier: 'standard',
    }
    const answer = body(anthropicMessages, { type: 'message', usage, stop_reason: 'end_turn' })
    expect(answer.usage).toEqual({
      input: 200,
      cacheRead: 3000,
      cacheWrite5m: 400,
      cacheWrite1h: 100,
      output: 250,
    })
    expect(tokenTotals(answer.usage ?? {}).input).toBe(3700)
    expect(answer.context).toEqual({ serviceTier: 'standard' })
  })

  test('Anthropic’s message_delta replaces counts, and never adds', () => {
    const answer = stream(anthropicMessages, [
      {
        type: 'message_start',
        message: { id: 'm', model: 'claude', usage: { input_tokens: 10, output_tokens: 1 } },
      },
      { type: 'message_delta', delta: {}, usage: { output_tokens: 40 } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens' },
        usage: { output_tokens: 90, input_tokens: null },
      },
      { type: 'message_stop' },
    ])
    expect(answer).toMatchObject({
      usage: { input: 10, output: 90 },
      finishReasons: ['max_tokens'],
      state: 'complete',
    })
    expect(answer.usageReason).toBeUndefined()
  })

  test('before Anthropic’s final count only the input is known', () => {
    const start = {
      type: 'message_start',
      message: { usage: { input_tokens: 10, output_tokens: 1 } },
    }
    expect(stream(anthropicMessages, [start])).toMatchObject({
      usage: { input: 10 },
      usageReason: 'usage_incomplete',
    })
  })

  test('parts above their total are said to be inconsistent; the totals stay', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 11 },
    }
    expect(body(openaiChat, { usage })).toMatchObject({
      usage: { input: 10, output: 5 },
      usageReason: 'usage_inconsistent',
    })
  })

  test('counts that are no counts are no usage', () => {
    for (const prompt_tokens of [-1, 1.5, '7', null, 2 ** 60]) {
      const answer = body(openaiChat, { usage: { prompt_tokens, completion_tokens: 1 } })
      expect(answer.usage).toBeUndefined()
      expect(answer.usageReason).toBe('usage_inconsistent')
    }
  })

  test('embeddings have input only', () => {
    expect(
      body(openaiEmbeddings, { model: 'e', usage: { prompt_tokens: 8, total_tokens: 8 } }).usage,
    ).toEqual({ input: 8 })
  })
})

describe('how an answer ended', () => {
  test('a stream that finished with `error`, as Mistral says it, is broken', () => {
    const choice = (delta: object, finish: string | null) => ({
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
    const said = stream(openaiChat, [choice({ content: 'Hel' }, null), choice({}, 'error')])
    expect(said).toMatchObject({ state: 'broken', errorType: 'error', finishReasons: ['error'] })
  })
})

describe('what a request says', () => {
  test('turn and context sizes come from roles and lengths', () => {
    const messages = [
      { role: 'system', content: 'x'.repeat(98) },
      { role: 'user', content: 'y'.repeat(48) },
      { role: 'assistant', content: 'z'.repeat(48) },
      { role: 'user', content: 'q'.repeat(8) },
    ]
    expect(facts(openaiChat, { model: 'm', messages, tools: [] })?.context).toEqual({
      system: 100,
      history: 100,
      tools: 2,
      rest: 10,
      turn: 2,
    })
  })

  test('Anthropic’s system text stands beside the messages, Responses’ as instructions', () => {
    const anthropic = facts(anthropicMessages, {
      model: 'm',
      max_tokens: 5,
      system: 'abc',
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(anthropic).toMatchObject({
      maxTokens: 5,
      context: { system: 5, history: 0, rest: 4, turn: 1 },
    })
    const responses = facts(openaiResponses, { model: 'm', instructions: 'abc', input: 'hi' })
    expect(responses?.context).toEqual({ system: 5, history: 0, tools: 0, rest: 4, turn: 1 })
  })

  test('a body without messages is no chat', () => {
    expect(facts(openaiChat, { room: 7 })).toBeUndefined()
    expect(facts(anthropicMessages, { messages: [] })).toBeUndefined()
  })
})

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))(
  'the reader of %s',
  (_, protocol) => {
    const keys = [
      'usage',
      'type',
      'error',
      'choices',
      'message',
      'delta',
      'response',
      'prompt_tokens',
      'input_tokens',
      'output_tokens',
      'cache_creation',
      'status',
      'output',
    ]
    const anything = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...keys), tie('value')),
      ),
    })).value

    test('never throws, and usage is never negative, whatever it is given', () => {
      fc.assert(
        fc.property(anything, fc.string(), (json, text) => {
          for (const feed of [
            (reader: ReturnType<Protocol['createReader']>) => {
              reader.body(json)
            },
            (reader: ReturnType<Protocol['createReader']>) => {
              reader.event(json)
            },
            (reader: ReturnType<Protocol['createReader']>) => {
              reader.event(text)
            },
          ]) {
            const reader = protocol.createReader()
            feed(reader)
            const { usage } = reader.answer()
            for (const quantity of Object.values(usage ?? {})) expect(quantity).toBeGreaterThan(0)
            if (usage !== undefined) expect(compactUsage(usage)).toEqual(usage)
          }
        }),
        { numRuns: 200 },
      )
    })
  },
)
