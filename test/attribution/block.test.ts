import { createRequire } from 'node:module'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { generateText } from 'ai'
import { OpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { AttributionRequiredError, withAttribution } from '../../instrumentation/index.ts'
import { createBedrockHook } from '../../instrumentation/intercept/clients/bedrock.ts'
import { configured } from '../support/attribution-settings.ts'
import { intercepted, type Intercepted } from '../support/intercepted.ts'

let simulator: Simulator
let seen: Intercepted
beforeAll(async () => {
  simulator = await startSimulator()
  seen = intercepted({ config: configured('require: { team: block }').config })
  createBedrockHook(seen.observation)(load(resolve('@smithy/core/client')))
})
afterAll(async () => {
  seen.restore()
  await simulator.close()
})

const load = createRequire(import.meta.url)
const { resolve } = createRequire(load.resolve('@aws-sdk/client-bedrock-runtime'))
const { BedrockRuntimeClient, ConverseCommand } = load(
  '@aws-sdk/client-bedrock-runtime',
) as typeof import('@aws-sdk/client-bedrock-runtime')

const messages = [{ role: 'user' as const, content: 'Hello there' }]
const chat = { model: 'gpt-5.4', messages }
const claude = { model: 'claude-sonnet-4-6', max_tokens: 9, messages }
const openai = () => new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'none' })
const anthropic = () => new Anthropic({ baseURL: simulator.url, apiKey: 'none' })

const calls: readonly (readonly [string, () => PromiseLike<unknown>])[] = [
  ['openai', () => openai().chat.completions.create(chat)],
  ['openai, streamed', () => openai().chat.completions.create({ ...chat, stream: true })],
  ['openai, Responses', () => openai().responses.create({ model: 'gpt-5.4', input: 'Hello' })],
  ['@anthropic-ai/sdk', () => anthropic().messages.create(claude)],
  ['@anthropic-ai/sdk, streamed', () => anthropic().messages.create({ ...claude, stream: true })],
  [
    'ai',
    () => {
      const provider = createOpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'none' })
      return generateText({ model: provider.chat('gpt-5.4'), prompt: 'Hello' })
    },
  ],
  [
    '@google/genai',
    () =>
      new GoogleGenAI({
        apiKey: 'none',
        httpOptions: { baseUrl: simulator.url },
      }).models.generateContent({
        model: 'gemini-2.5-flash',
        contents: 'Hello',
      }),
  ],
  [
    '@aws-sdk/client-bedrock-runtime',
    () =>
      new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: simulator.bedrockUrl,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      }).send(
        new ConverseCommand({
          modelId: 'amazon.nova-lite-v1:0',
          messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
        }),
      ),
  ],
  [
    'fetch',
    () =>
      fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(chat) }),
  ],
]

describe('require with block', () => {
  test.each(calls)(
    '%s: the caller gets the typed error at once, and nothing is sent',
    async (_name, call) => {
      const before = simulator.requests.length
      const started = performance.now()
      const error: unknown = await Promise.resolve(call()).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(AttributionRequiredError)
      expect(error).toMatchObject({ name: 'AttributionRequiredError', missing: ['team'] })
      // Clients back off for half a second before they resend: none has.
      expect(performance.now() - started).toBeLessThan(400)
      expect(simulator.requests.length).toBe(before)
      expect(seen.begun).toBe(0)
    },
  )

  test('a client that wraps errors of its own has the typed one as cause', async () => {
    const error: unknown = await anthropic()
      .messages.stream(claude)
      .finalMessage()
      .catch((thrown: unknown) => thrown)
    expect((error as Error).cause).toBeInstanceOf(AttributionRequiredError)
  })

  test('what says its team is sent, and what is no LLM call is none of ours', async () => {
    const before = simulator.requests.length
    await withAttribution({ team: 'care' }, () => openai().chat.completions.create(chat))
    expect(simulator.requests.length).toBe(before + 1)
    expect((await fetch(`${simulator.url}/v1/models`)).status).toBe(404)
  })
})
