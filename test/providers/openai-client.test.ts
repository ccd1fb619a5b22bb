/** `openai` 7 at everything of OpenAI's forms, played the exchanges of test/fixtures: recorded as a bare fetch is. */

import OpenAI, { AzureOpenAI, toFile } from 'openai'
import { expect, test } from 'vitest'
import { exchangeFixture, play, type ExchangeFixture } from '../support/exchange-fixtures.ts'

type Asks = (client: OpenAI, body: never) => PromiseLike<unknown>

const sound = () => toFile(Buffer.from('RIFF'), 'speech.wav')
const picture = () => toFile(Buffer.from('PNG'), 'otter.png', { type: 'image/png' })

const chat: Asks = (client, body) => client.chat.completions.create(body)
const completion: Asks = (client, body) => client.completions.create(body)
const image: Asks = (client, body) => client.images.generate(body)
const speech: Asks = (client, body) => client.audio.speech.create(body)
const responses: Asks = (client, body) => client.responses.create(body)
const transcription: Asks = async (client, body) =>
  client.audio.transcriptions.create({ ...(body as object), file: await sound() } as never)

/** By fixture, and what of its address is the path that the client adds. */
const asks: Readonly<Record<string, readonly [Asks, string]>> = {
  'openai-completions/plain': [completion, '/completions'],
  'openai-completions/stream': [completion, '/completions'],
  'openai-images/plain': [image, '/images/generations'],
  'openai-images/by-the-piece': [image, '/images/generations'],
  'openai-images/stream': [image, '/images/generations'],
  'openai-images/edit': [
    async (client, body: object) =>
      client.images.edit({ ...body, image: await picture() } as never),
    '/images/edits',
  ],
  'openai-images/variation': [
    async (client, body) =>
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- while the API has it, applications call it
      client.images.createVariation({ ...(body as object), image: await picture() }),
    '/images/variations',
  ],
  'openai-speech/sound': [speech, '/audio/speech'],
  'openai-speech/stream': [speech, '/audio/speech'],
  'openai-transcriptions/plain': [transcription, '/audio/transcriptions'],
  'openai-transcriptions/seconds': [transcription, '/audio/transcriptions'],
  'openai-transcriptions/text': [transcription, '/audio/transcriptions'],
  'openai-transcriptions/stream': [transcription, '/audio/transcriptions'],
  'openai-moderations/plain': [(client, body) => client.moderations.create(body), '/moderations'],
  'azure-openai/stream': [chat, '/chat/completions'],
  'xai/responses': [responses, '/responses'],
  'perplexity/agent': [responses, '/responses'],
  ...Object.fromEntries(
    ['groq', 'deepseek', 'xai', 'together', 'fireworks', 'openrouter', 'perplexity', 'mistral']
      .concat(['vllm', 'litellm'])
      .flatMap((host) => [`${host}/plain`, `${host}/stream`])
      .map((name) => [name, [chat, '/chat/completions'] as const]),
  ),
}

/** Reads an answer as applications do: a stream piece by piece, a Response to its end. */
async function drain(answer: unknown): Promise<unknown> {
  if (answer instanceof Response) return answer.arrayBuffer()
  if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer))
    return answer
  const items: unknown[] = []
  for await (const item of answer as AsyncIterable<unknown>) items.push(item)
  return items
}

async function expectRecorded(
  fixture: ExchangeFixture,
  application: () => Promise<unknown>,
): Promise<void> {
  const { call, cost } = await play(fixture, { application })
  const { request = {}, usage, end = 'completed' } = fixture.call
  expect(call?.request).toMatchObject(request)
  expect(call?.answer.usage).toEqual(usage ?? undefined)
  expect(call?.end).toBe(end)
  const { working: _, ...stated } = fixture.cost
  expect(cost).toMatchObject(stated)
}

const options = { apiKey: 'none', maxRetries: 0 }

test.each(Object.entries(asks))('%s', async (name, [ask, path]) => {
  const fixture = exchangeFixture(name)
  const { url, body, form } = fixture.request
  expect(url.endsWith(path)).toBe(true)
  // A form's values are text; the client takes what they were.
  const given = body ?? { ...form, ...(form?.['stream'] === 'true' ? { stream: true } : {}) }
  await expectRecorded(fixture, async () => {
    const client = new OpenAI({ ...options, baseURL: url.slice(0, -path.length) })
    return drain(await ask(client, given as never))
  })
})

test.each([
  ['azure-openai/deployment', 'support-small', chat],
  [
    'azure-openai/embeddings',
    'vectors',
    (client: OpenAI, body: never) =>
      client.embeddings.create({ encoding_format: 'float', ...(body as object) } as never),
  ],
] as const)('%s through AzureOpenAI', async (name, deployment, ask) => {
  const fixture = exchangeFixture(name)
  const { origin, searchParams } = new URL(fixture.request.url)
  const apiVersion = searchParams.get('api-version') ?? ''
  await expectRecorded(fixture, async () => {
    const client = new AzureOpenAI({ ...options, endpoint: origin, apiVersion, deployment })
    return drain(await ask(client, fixture.request.body as never))
  })
})
