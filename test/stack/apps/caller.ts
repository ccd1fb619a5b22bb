/**
 * An application: calls of `openai` and Anthropic's client at an even pace, for features and teams that it takes up one
 * by one. Of costspan it knows `withAttribution`. On SIGTERM it begins no further call and ends; with `--serve` not before.
 *
 * node --require costspan/register caller.ts --simulator URL --calls N --seconds S --sets L [--serve]
 * Writes the number of calls that are done to stdout, after each.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { withAttribution } from '../../../instrumentation/index.ts'

const { values } = parseArgs({
  options: {
    simulator: { type: 'string', default: '' },
    calls: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    sets: { type: 'string', default: '40' },
    serve: { type: 'boolean', default: false },
  },
})

const calls = Number(values.calls)
const sets = Number(values.sets)
const openai = new OpenAI({ apiKey: 'none', baseURL: `${values.simulator}/v1` })
const anthropic = new Anthropic({ apiKey: 'none', baseURL: values.simulator })

let stopped = false
process.once('SIGTERM', () => (stopped = true))

async function main(): Promise<void> {
  const pause = (Number(values.seconds) * 1000) / calls
  const started = performance.now()
  const running: Promise<void>[] = []
  for (let index = 0; index < calls && !stopped; index += 1) {
    await sleep(Math.max(0, started + index * pause - performance.now()))
    running.push(one(index))
  }
  await Promise.all(running)
  while (values.serve && !stopped) await sleep(100)
}

let done = 0
async function one(index: number): Promise<void> {
  // The first calls know one set, those of the last tenth all of them.
  const known = Math.min(sets, 1 + Math.floor((index / (0.9 * calls)) * sets))
  const set = index % known
  const attribution = { feature: `feature-${set % 10}`, team: `team-${Math.floor(set / 10)}` }
  await withAttribution(attribution, () => (index % 2 === 0 ? chat(index) : message(index)))
  done += 1
  process.stdout.write(`${done}\n`)
}

async function chat(index: number): Promise<void> {
  await openai.chat.completions.create({
    model: index % 4 === 0 ? 'gpt-5.4' : 'gpt-5-mini',
    max_completion_tokens: 20 + (index % 50),
    messages: [{ role: 'user', content: 'words '.repeat(20 + (index % 100)) }],
  })
}

async function message(index: number): Promise<void> {
  const stream = await anthropic.messages.create({
    model: 'claude-sonnet-5',
    max_tokens: 20 + (index % 50),
    messages: [{ role: 'user', content: 'words '.repeat(20 + (index % 100)) }],
    stream: true,
  })
  for await (const event of stream) if (event.type === 'message_stop') return
}

await main()
