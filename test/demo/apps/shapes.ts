/**
 * Conversations of given sizes with OpenAI's own client.
 *
 * node --require register shapes.ts URL < shapes.json
 */

import OpenAI from 'openai'
import { text } from 'node:stream/consumers'
import { withAttribution } from '../../../instrumentation/index.ts'
import { proseOf } from '../../../demo/simulator/tokens.ts'

const openai = new OpenAI({ apiKey: 'none', baseURL: process.argv[2] })

export interface Shape {
  readonly feature: string
  readonly unit: string
  readonly model: string
  readonly version: string
  /** Tokens, as are the following. */
  readonly system: number
  /** In exchanges of 500. */
  readonly history: number
  readonly tools: number
  readonly question: number
  /** The same request so many times. */
  readonly attempts: number
}

async function conversation(shape: Shape): Promise<void> {
  const { feature, unit, model, system, history, tools, question, attempts } = shape
  const attribution = {
    feature,
    unit: { type: 'conversation', id: unit },
    prompt: { name: feature, version: shape.version },
  }
  const earlier = Array.from({ length: history / 500 }, () => [
    { role: 'user' as const, content: proseOf(200) },
    { role: 'assistant' as const, content: proseOf(300) },
  ]).flat()
  const defined =
    tools === 0
      ? {}
      : {
          tools: [
            {
              type: 'function' as const,
              // 4 bytes of JSON a token; the definition around the description is 68 of them.
              function: { name: 'look_up', description: proseOf(tools, '').slice(68) },
            },
          ],
        }
  await withAttribution(attribution, async () => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await openai.chat.completions.create({
        model,
        ...defined,
        messages: [
          { role: 'system', content: proseOf(system, `Prompt of ${feature}. `) },
          ...earlier,
          { role: 'user', content: proseOf(question, `Unit ${unit}. `) },
        ],
      })
    }
  })
}

const shapes = JSON.parse(await text(process.stdin)) as readonly Shape[]
// A few at once, as a server would.
await Promise.all(
  Array.from({ length: 4 }, async (_, lane) => {
    const own = shapes.filter((_, index) => index % 4 === lane)
    for (const shape of own) await conversation(shape)
  }),
)
