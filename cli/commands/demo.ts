/** `costspan demo`: the support bot's story on real clients, or a replay of a trace; no keys, no network. */

import { startRun, type Outcome, type Play, type Run } from '../../demo/run.ts'
import { readTrace, TraceProblem } from '../../demo/replay/trace.ts'
import { openScreen, type Screen } from '../../demo/show/screen.ts'
import { ledgerLines, storyLines, unitLines } from '../../demo/show/words.ts'
import { missingClients } from '../../demo/stage.ts'
import { BASELINES } from '../../demo/story/phases.ts'
import { LocalProblem } from '../../local/problem.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { Failure, Misuse, type Command, type ExitCode } from '../command.ts'
import { parseOptions, wholeNumber } from '../options.ts'

const help = `
costspan demo [--once] [--seconds 48] [--trace FILE.csv [--calls 1000]] [--json]

A support bot, with OpenAI's and Anthropic's own clients, gets five times as expensive and is mended again. It talks to
a provider on this machine that keeps a ledger; costspan watches, says what happened and is checked against the ledger.

  --once        end when the story ends: exit 0, or 1 where report and ledger disagree; default: the page stays up
  --seconds N   how long the story takes, 6 to 600; default 48
  --trace FILE  replay real token counts instead: CSV with the columns TIMESTAMP,ContextTokens,GeneratedTokens
  --calls N     how many calls of the trace; default 1000
  --json        the result as JSON on stdout
  --help        this text

Needs no keys and no network. Page and receiver are on port 4318, or on a free one where that is taken.
`

export const demo: Command = {
  name: 'demo',
  summary: 'shows all of it on a support bot that gets expensive; no keys, no network',
  help,
  async run(args) {
    const { values } = parseOptions('demo', args, {
      once: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      trace: { type: 'string' },
      calls: { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    const play = playOf(values)
    const missing = missingClients()
    if (missing.length > 0) {
      throw new Failure(
        `costspan demo: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed: npm i openai @anthropic-ai/sdk`,
      )
    }
    return await show(play, values)
  },
}

/** @throws Misuse or Failure before anything is started. */
function playOf(values: {
  readonly trace?: string | undefined
  readonly calls?: string | undefined
  readonly seconds?: string | undefined
}): Play {
  if (values.trace === undefined) {
    if (values.calls !== undefined) throw new Misuse('--calls: only together with --trace FILE.csv')
    const seconds = wholeNumber('seconds', values.seconds ?? '48', { min: 6, max: 600 })
    return { kind: 'story', seconds }
  }
  if (values.seconds !== undefined) throw new Misuse('--seconds: not together with --trace')
  const most = wholeNumber('calls', values.calls ?? '1000', { min: 1, max: 1_000_000 })
  try {
    const calls = readTrace(values.trace, most).length
    return { kind: 'replay', file: values.trace, calls }
  } catch (error) {
    if (error instanceof TraceProblem) throw new Failure(`costspan demo: ${error.message}`)
    throw error
  }
}

async function show(
  play: Play,
  options: { readonly once: boolean; readonly json: boolean },
): Promise<ExitCode> {
  const screen = openScreen(process.stderr)
  const local = await startPage(screen)
  try {
    screen.say(`Spend, live: ${local.url}`)
    const interrupted = interruption()
    const run = await startRun(play, local)
    const outcome = await watch(run, screen, interrupted)
    if (outcome.code !== 0) return stopped(outcome, screen)
    const { story } = outcome
    if (story !== undefined) {
      for (const line of [...storyLines(story), ...unitLines(story)]) screen.say(line)
    }
    for (const line of ledgerLines(outcome.check)) screen.say(line)
    if (outcome.complaints !== '') screen.say(`\nThe application said:\n${outcome.complaints}`)
    if (options.json) process.stdout.write(`${JSON.stringify(result(local, outcome))}\n`)
    if (!options.once) {
      screen.say(`\nThe page stays up until Ctrl-C: ${local.url}`)
      await interrupted
    }
    return outcome.check.agrees && story?.causes.agrees !== false ? 0 : 1
  } finally {
    await local.close()
  }
}

/** On the port that applications send to by default; where it is taken, on a free one. */
async function startPage(screen: Screen): Promise<Local> {
  const defaults = { baselines: BASELINES }
  try {
    return await startLocal({ port: 4318, defaults })
  } catch (error) {
    if (!(error instanceof LocalProblem)) throw error
    screen.say('Port 4318 is in use; taking a free one.')
    return await startLocal({ port: 0, defaults })
  }
}

async function watch(run: Run, screen: Screen, interrupted: Promise<void>): Promise<Outcome> {
  const timer = setInterval(() => {
    screen.show(run.moment())
  }, screen.interval)
  try {
    const first = await Promise.race([run.ended, interrupted])
    if (first === undefined) run.stop()
    const outcome = await run.ended
    screen.show(run.moment())
    return outcome
  } finally {
    clearInterval(timer)
  }
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

function stopped(outcome: Outcome, screen: Screen): ExitCode {
  if (outcome.code === -1) {
    screen.say('Stopped before the end.')
    return 1
  }
  const said = outcome.complaints.trim().split('\n').at(-1) ?? ''
  throw new Failure(`costspan demo: the application ended with ${outcome.code}: ${said}`)
}

function result(local: Local, { check, story }: Outcome): object {
  const { change = null, ...more } = story ?? {}
  return { url: local.url, story: change, ...more, ...check }
}
