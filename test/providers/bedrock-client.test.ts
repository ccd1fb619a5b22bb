/** The AWS client at models whose own form Bedrock passes on: played the exchanges of test/fixtures. */

import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { afterAll, expect, test } from 'vitest'
import { createBedrockHook } from '../../instrumentation/intercept/clients/bedrock.ts'
import { bookOver } from '../../instrumentation/pricing/bundled.ts'
import { priceCall } from '../../instrumentation/record/price-call.ts'
import {
  bytesOf,
  exchangeFixture,
  play,
  type ExchangeFixture,
} from '../support/exchange-fixtures.ts'
import { intercepted } from '../support/intercepted.ts'

const fixtures = [
  'bedrock-llama/plain',
  'bedrock-llama/stream',
  'bedrock-mistral/plain',
  'bedrock-mistral/stream',
  'bedrock-mistral/chat',
  'bedrock-mistral/uncounted',
  'bedrock-cohere/plain',
  'bedrock-cohere/stream',
  'bedrock-cohere/embed',
  'bedrock/openai-form',
]

/** Answers without a network. */
function client(fixture: ExchangeFixture): BedrockRuntimeClient {
  const handle = () => {
    const headers = { 'content-type': 'application/json', ...fixture.response.headers }
    return Promise.resolve({
      response: { statusCode: 200, headers, body: Readable.from([bytesOf(fixture)]) },
    })
  }
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    requestHandler: { handle } as never,
  })
}

async function invoke(fixture: ExchangeFixture): Promise<void> {
  const path = new URL(fixture.request.url).pathname
  const modelId = decodeURIComponent(path.split('/')[2] ?? '')
  const input = { modelId, body: JSON.stringify(fixture.request.body) }
  if (!path.endsWith('-stream')) {
    await client(fixture).send(new InvokeModelCommand(input))
    return
  }
  const { body } = await client(fixture).send(new InvokeModelWithResponseStreamCommand(input))
  for await (const event of body ?? []) expect(event.chunk?.bytes?.length).toBeGreaterThan(0)
}

const { resolve } = createRequire(import.meta.resolve('@aws-sdk/client-bedrock-runtime'))
const load = createRequire(import.meta.url)
// The class of the client is hooked once in a process.
const seen = intercepted()
createBedrockHook(seen.observation)(load(resolve('@smithy/core/client')))
afterAll(() => {
  seen.restore()
})

test.each(fixtures)('%s', async (name) => {
  const fixture = exchangeFixture(name)
  const before = seen.calls.length
  await invoke(fixture)
  const calls = (await seen.waitForCalls(before + 1)).slice(before)
  expect(calls.length).toBe(1)
  const { request = {}, answer = {}, usage } = fixture.call
  expect(calls[0]?.request).toMatchObject(request)
  expect(calls[0]?.answer).toMatchObject(answer)
  expect(calls[0]?.answer.usage).toEqual(usage ?? undefined)
  expect(calls[0]?.end).toBe('completed')
})

test('an application inference profile has the price of the model that a price file says it is', async () => {
  const { call } = await play(exchangeFixture('bedrock/application-profile'))
  if (call === undefined) throw new Error('no call was recorded')
  const arn = call.request.model ?? ''
  const mine = (aliases: Readonly<Record<string, string>>) =>
    bookOver([{ name: 'mine', source: { providers: { 'aws.bedrock': { aliases } } } }])
  const named = mine({ [arn]: 'us.anthropic.claude-sonnet-4-5' })
  // 10 * 3.3 + 20 * 16.5 = 363 millionths.
  expect(priceCall(call, () => named)).toMatchObject({ kind: 'priced', exact: '0.000363' })
  const another = mine({ [`${arn}0`]: 'us.anthropic.claude-sonnet-4-5' })
  expect(priceCall(call, () => another)).toMatchObject({ reason: 'unresolved_profile' })
})
