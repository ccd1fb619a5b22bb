/** `@google/genai` 3 at Vertex AI, with a key in place of a project: played the exchanges of test/fixtures. */

import { GoogleGenAI } from '@google/genai'
import { expect, test } from 'vitest'
import { exchangeFixture, play } from '../support/exchange-fixtures.ts'

const model = 'gemini-2.5-flash'
const contents = 'Say hello'
const models = () => new GoogleGenAI({ vertexai: true, apiKey: 'none' }).models

async function drain(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const item of items) found.push(item)
  return found
}

test.each([
  ['gemini-vertex/plain', () => models().generateContent({ model, contents })],
  [
    'gemini-vertex/stream',
    async () => drain(await models().generateContentStream({ model, contents })),
  ],
  [
    'gemini-vertex/embeddings',
    () => models().embedContent({ model: 'gemini-embedding-001', contents }),
  ],
] as const)('%s is Vertex AI’s, without a place in its path', async (name, application) => {
  const fixture = exchangeFixture(name)
  const { call, cost } = await play(fixture, { application })
  expect(call?.request).toMatchObject(fixture.call.request ?? {})
  expect(call?.answer.usage).toEqual(fixture.call.usage)
  expect(call?.answer.context?.region).toBeUndefined()
  const { working: _, ...stated } = fixture.cost
  expect(cost).toMatchObject(stated)
})
