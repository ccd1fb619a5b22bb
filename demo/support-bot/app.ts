/**
 * The support bot: a small application with OpenAI's and Anthropic's own clients. Of costspan it knows only
 * `withAttribution`; everything else comes from `--require costspan/register`.
 *
 * node --require costspan/register app.js --openai URL --anthropic URL --seconds N
 * Writes a line of JSON to stdout when a phase begins.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CONVERSATIONS_PER_PHASE, PHASES } from '../story/phases.ts'
import { backgroundJobs, type Job } from './background.ts'
import { connect } from './clients.ts'
import { conversation } from './conversation.ts'

const { values } = parseArgs({
  options: {
    openai: { type: 'string', default: '' },
    anthropic: { type: 'string', default: '' },
    seconds: { type: 'string', default: '48' },
  },
})

async function main(): Promise<void> {
  const clients = await connect(values.openai, values.anthropic)
  const lasts = Number(values.seconds) * 1_000
  const started = performance.now()
  const running: Promise<unknown>[] = backgroundJobs(clients).map((job) =>
    repeat(job, started, lasts),
  )
  const pause = lasts / PHASES.length / CONVERSATIONS_PER_PHASE
  let count = 0
  for (const phase of PHASES) {
    process.stdout.write(`${JSON.stringify({ phase: phase.name })}\n`)
    for (let index = 0; index < CONVERSATIONS_PER_PHASE; index += 1) {
      running.push(conversation(clients, phase, index))
      count += 1
      await sleep(Math.max(0, started + count * pause - performance.now()))
    }
  }
  await Promise.all(running)
}

/** Spread evenly over the story, `times` times. */
async function repeat(job: Job, started: number, lasts: number): Promise<void> {
  for (let index = 0; index < job.times; index += 1) {
    const due = started + ((index + 0.5) * lasts) / job.times
    await sleep(Math.max(0, due - performance.now()))
    await job.run(index)
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
