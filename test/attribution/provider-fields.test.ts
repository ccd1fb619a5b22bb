import { createRequire } from 'node:module'
import Anthropic from '@anthropic-ai/sdk'
import { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import type { Attribution } from '../../instrumentation/core/attribution.ts'
import { withAttribution } from '../../instrumentation/index.ts'
import { createBedrockHook } from '../../instrumentation/intercept/clients/bedrock.ts'
import { openaiAttribution } from '../../instrumentation/providers/attribution-shared.ts'
import { openaiChat } from '../../instrumentation/providers/openai-chat.ts'
import { scanMembers } from '../../instrumentation/wire/json-scan.ts'
import { configured } from '../support/attribution-settings.ts'
import { collectUntil } from '../support/collect-garbage.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

let simulator: Simulator
let seen: Intercepted | undefined
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
afterEach(() => seen?.restore())

/** What was recorded of whom the one call is for. */
async function recorded(run: () => PromiseLike<unknown>, yaml = ''): Promise<Attribution> {
  seen = intercepted({ config: configured(yaml).config })
  await run()
  const calls = await seen.waitForCalls(1)
  expect(calls.length).toBe(1)
  return calls[0]!.attribution
}

const openai = () => new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'none' })
const anthropic = () => new Anthropic({ baseURL: simulator.url, apiKey: 'none' })
const messages = [{ role: 'user' as const, content: 'Hello there' }]
const metadata = {
  feature: 'support-bot',
  team: 'care',
  customer_id: 'acme',
  cost_center: 'cc-7',
  user_id: 'u1',
  session_id: 's1',
  conversation_id: 'c1',
  prompt_name: 'triage',
  prompt_version: 'v2',
  experiment: 'blue',
  email: 'alice@example.com',
}
const all: Attribution = {
  feature: 'support-bot',
  team: 'care',
  customer: 'acme',
  costCenter: 'cc-7',
  user: 'u1',
  session: 's1',
  unit: { type: 'conversation', id: 'c1' },
  prompt: { name: 'triage', version: 'v2' },
}

describe('what an application says to its provider is read off the request', () => {
  test('OpenAI chat: metadata, plain and streamed', async () => {
    const request = { model: 'gpt-5.4', messages, metadata }
    expect(await recorded(() => openai().chat.completions.create(request))).toEqual(all)
    seen?.restore()
    const streamed = await recorded(async () => {
      for await (const _ of await openai().chat.completions.create({ ...request, stream: true }))
        continue
    })
    expect(streamed).toEqual(all)
  })

  test('OpenAI: safety_identifier over user, prompt_cache_key is a session, metadata over both', async () => {
    const request = { model: 'gpt-5.4', messages, user: 'u-old', prompt_cache_key: 'thread-7' }
    const first = await recorded(() => openai().chat.completions.create(request))
    expect(first).toEqual({ user: 'u-old', session: 'thread-7' })
    seen?.restore()
    const more = { ...request, safety_identifier: 'u-new' }
    const second = await recorded(() => openai().chat.completions.create(more))
    expect(second).toEqual({ user: 'u-new', session: 'thread-7' })
    seen?.restore()
    const most = { ...more, metadata: { user: 'u-meta', session: 's-meta' } }
    const third = await recorded(() => openai().chat.completions.create(most))
    expect(third).toEqual({ user: 'u-meta', session: 's-meta' })
  })

  test('OpenAI Responses: prompt object and conversation; embeddings: user', async () => {
    const responses = await recorded(() =>
      openai().responses.create({
        model: 'gpt-5.4',
        input: 'Hello there',
        prompt: { id: 'pmpt_1', version: '3', variables: { name: 'secret of Alice' } },
        conversation: { id: 'conv_1' },
      }),
    )
    expect(responses).toEqual({
      prompt: { name: 'pmpt_1', version: '3' },
      unit: { type: 'conversation', id: 'conv_1' },
    })
    seen?.restore()
    const embeddings = await recorded(() =>
      openai().embeddings.create({ model: 'text-embedding-3-small', input: 'hi', user: 'u1' }),
    )
    expect(embeddings).toEqual({ user: 'u1' })
  })

  test('Anthropic: metadata.user_id', async () => {
    const call = () =>
      anthropic().messages.create({
        model: 'claude-sonnet-4-6',
        max_tokens: 9,
        messages,
        metadata: { user_id: 'u1' },
      })
    expect(await recorded(call)).toEqual({ user: 'u1' })
  })

  test('Vertex AI: labels', async () => {
    const path = '/v1beta/models/gemini-2.5-flash:generateContent'
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
    const labels = { feature: 'search', team: 'growth', cost_center: 'cc-1' }
    const body = JSON.stringify({ contents, labels })
    const call = () => fetch(simulator.url + path, { method: 'POST', body }).then((r) => r.json())
    expect(await recorded(call)).toEqual({ feature: 'search', team: 'growth', costCenter: 'cc-1' })
  })

  test('Bedrock: requestMetadata of Converse, and the header of InvokeModel', async () => {
    const load = createRequire(import.meta.url)
    const { resolve } = createRequire(load.resolve('@aws-sdk/client-bedrock-runtime'))
    const { BedrockRuntimeClient, ConverseCommand, InvokeModelCommand } = load(
      '@aws-sdk/client-bedrock-runtime',
    ) as typeof import('@aws-sdk/client-bedrock-runtime')
    const client = () =>
      new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: simulator.bedrockUrl,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      })
    seen = intercepted()
    createBedrockHook(seen.observation)(load(resolve('@smithy/core/client')))
    const modelId = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
    const requestMetadata = { feature: 'support-bot', user: 'u1' }
    const content = [{ text: 'hi' }]
    await client().send(
      new ConverseCommand({ modelId, messages: [{ role: 'user', content }], requestMetadata }),
    )
    await client().send(
      new InvokeModelCommand({
        modelId,
        body: JSON.stringify({ max_tokens: 9, messages }),
        requestMetadata: JSON.stringify(requestMetadata),
      }),
    )
    const calls = await seen.waitForCalls(2)
    expect(calls.map((call) => call.attribution)).toEqual([requestMetadata, requestMetadata])
  })
})

test('1,000 user ids read off prompts of 100 kB keep less than 5 MB in memory', async () => {
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: 1_000 }, (_, i) => {
    const body = `{"user":"a-user-with-a-long-id-${i}","messages":[{"content":"${String(i).padEnd(100_000, 'x')}"}]}`
    return openaiAttribution(body, scanMembers(body, openaiChat.requestKeys))?.user
  })
  const grown = (): number => process.memoryUsage().heapUsed - before
  await collectUntil(() => grown() < 5_000_000)
  expect(grown()).toBeLessThan(5_000_000)
  expect(kept[999]).toBe('a-user-with-a-long-id-999')
})

describe('a provider’s fields', () => {
  const create = () => openai().chat.completions.create({ model: 'gpt-5.4', messages, metadata })

  test('stand below what the code declares, field by field', async () => {
    const declared = { team: 'growth', user: 'declared', conversation: 'mine' }
    expect(await recorded(() => withAttribution(declared, create))).toEqual({
      ...all,
      team: 'growth',
      user: 'declared',
      unit: { type: 'conversation', id: 'mine' },
    })
  })

  test('become tags only where they are allow-listed, and are not read at all with read: false', async () => {
    const tags = await recorded(create, 'providerFields: { tags: [exp*] }')
    expect(tags).toEqual({ ...all, tags: { experiment: 'blue' } })
    seen?.restore()
    expect(await recorded(create, 'providerFields: { read: false }')).toEqual({})
  })

  test('obey hashing and allowed values', async () => {
    const yaml = 'hashUsers: true\nhashKey: k\nvalues: { team: [growth] }'
    const got = await recorded(create, yaml)
    expect(got.user).toMatch(/^[0-9a-f]{32}$/)
    expect(got.team).toBe('other')
    seen?.restore()
    const keyed = { model: 'gpt-5.4', messages, prompt_cache_key: 'u1' }
    const cached = await recorded(() => openai().chat.completions.create(keyed), yaml)
    expect(cached).toEqual({ session: got.user })
  })

  test.each<[string, string, object | undefined]>([
    ['null', '{"metadata":null,"user":null,"prompt":null}', undefined],
    [
      'other kinds',
      '{"metadata":[1],"user":{"a":1},"prompt":"text","conversation":7}',
      { unit: { type: 'conversation', id: '7' } },
    ],
    ['nested values', '{"metadata":{"feature":{"a":1},"team":"t"}}', { team: 't' }],
    [
      'prototype keys',
      '{"metadata":{"__proto__":"x","constructor":"y","toString":"z"}}',
      {
        tags: Object.fromEntries([
          ['__proto__', 'x'],
          ['constructor', 'y'],
          ['toString', 'z'],
        ]),
      },
    ],
    ['broken text', '{"metadata":{"feature":"a"', undefined],
    ['40 kB of metadata', `{"metadata":{"feature":"a","x":"${'y'.repeat(40_000)}"}}`, undefined],
    [
      'a key within the messages',
      '{"messages":[{"role":"user","content":"\\"metadata\\":{\\"team\\":\\"x\\"}","metadata":{"team":"x"}}]}',
      undefined,
    ],
  ])('that are %s say what is well formed of them', (_name, body, expected) => {
    const got = openaiAttribution(body, scanMembers(body, openaiChat.requestKeys))
    expect(got).toEqual(expected)
  })
})
