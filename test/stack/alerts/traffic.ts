/**
 * Traffic for the alerts: ordinary features made of a trace of production calls, and the demo's support bot before and
 * after it was misconfigured.
 */

import type { TracedCall } from '../../../demo/replay/trace.ts'
import { PHASES, type Phase } from '../../../demo/story/phases.ts'
import type { Random } from './random.ts'

export interface SimulatedCall {
  /** Seconds from the beginning, at its end. */
  readonly at: number
  readonly promptVersion: string
  /** Whether a conversation begins with it. */
  readonly starts: boolean
  readonly waste: 'none' | 'repeat' | 'aborted'
  /** Attempts that were refused with 429 before the one that counts. */
  readonly refused: number
  readonly context: {
    readonly system: number
    readonly history: number
    readonly rest: number
  }
  readonly outputTokens: number
}

export interface OrdinaryTraffic {
  readonly seconds: number
  /** Conversations a minute at noon; at midnight a tenth of it. */
  readonly perMinute: number
  /** Of a conversation's length against the trace's calls. */
  readonly cv: number
  readonly trace: readonly TracedCall[]
  readonly random: Random
}

const DAY = 86_400
/** What happens in any week: shares of attempts refused, of calls asked again, and of answers nobody waited for. */
const REFUSED = 0.02
const REPEATED = 0.01
const ABORTED = 0.01
/** Turns of a conversation: as many again with this probability, so 3 in the mean. */
const GOES_ON = 2 / 3
const MOST_TURNS = 20

/** From 0.1 at midnight to 1 at noon. */
function rhythm(second: number): number {
  return 0.55 - 0.45 * Math.cos((2 * Math.PI * (second % DAY)) / DAY)
}

/** Conversations with lognormal lengths whose calls are the trace's. */
export function ordinaryCalls(traffic: OrdinaryTraffic): readonly SimulatedCall[] {
  const { random, seconds, perMinute } = traffic
  const calls: SimulatedCall[] = []
  const system = Math.round(200 + random.next() * 1_800)
  let at = 0
  for (;;) {
    // A Poisson process thinned to the rhythm.
    at += (60 / perMinute) * random.exponential()
    if (at >= seconds) break
    if (random.chance(rhythm(at))) converse(calls, at, system, traffic)
  }
  return calls.filter((call) => call.at < seconds).sort((a, b) => a.at - b.at)
}

function converse(
  calls: SimulatedCall[],
  begin: number,
  system: number,
  { random, cv, trace }: OrdinaryTraffic,
): void {
  const length = random.lognormal(cv)
  let at = begin
  let history = 0
  for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
    const { inputTokens, outputTokens } = random.pick(trace)
    const rest = Math.max(1, Math.round(inputTokens * length))
    const output = Math.max(1, Math.round(outputTokens * length))
    const call = { promptVersion: 'v1', context: { system, history, rest }, outputTokens: output }
    at += 2 + output / 80
    calls.push({
      ...call,
      at,
      starts: turn === 1,
      waste: random.chance(ABORTED) ? 'aborted' : 'none',
      refused: refusals(random, REFUSED),
    })
    if (random.chance(REPEATED)) {
      at += 2 + output / 80
      calls.push({ ...call, at, starts: false, waste: 'repeat', refused: 0 })
    }
    if (!random.chance(GOES_ON)) return
    history += rest + output
    at += 20 + 40 * random.exponential()
  }
}

/** Clients give up after two retries. */
function refusals(random: Random, probability: number): number {
  if (!random.chance(probability)) return 0
  return random.chance(probability) ? 2 : 1
}

export interface BotTraffic {
  readonly seconds: number
  /** When month 1 becomes month 3. */
  readonly changeAt: number
  readonly conversationsPerMinute: number
  readonly cv: number
  readonly random: Random
}

/** In month 3 the client retries as well: two attempts in five are refused. */
const REFUSED_AFTER = 0.4

/** The support bot of the demo, one conversation a ticket. */
export function botCalls(traffic: BotTraffic): readonly SimulatedCall[] {
  const { random, seconds, changeAt, conversationsPerMinute } = traffic
  const calls: SimulatedCall[] = []
  let at = 0
  for (let ticket = 0; ; ticket += 1) {
    at += (60 / conversationsPerMinute) * random.exponential()
    if (at >= seconds) break
    const name = at < changeAt ? 'month 1' : 'month 3'
    const phase = PHASES.find((each) => each.name === name)!
    answerTicket(
      calls,
      { at, ticket, phase, refused: at < changeAt ? REFUSED : REFUSED_AFTER },
      traffic,
    )
  }
  return calls.filter((call) => call.at < seconds).sort((a, b) => a.at - b.at)
}

interface Ticket {
  readonly at: number
  readonly ticket: number
  readonly phase: Phase
  readonly refused: number
}

function answerTicket(
  calls: SimulatedCall[],
  { at: begin, ticket, phase, refused }: Ticket,
  { random, cv }: BotTraffic,
): void {
  const length = random.lognormal(cv)
  const scaled = (tokens: number): number => Math.max(1, Math.round(tokens * length))
  const history = phase.history.reduce(
    (sum, { question, answer }) => sum + scaled(question + answer),
    0,
  )
  const attempts = phase.attempts[ticket % phase.attempts.length]!
  let at = begin
  for (let asked = 1; asked <= attempts; asked += 1) {
    at += 2
    calls.push({
      at,
      promptVersion: phase.promptVersion,
      starts: asked === 1,
      waste: asked === 1 ? 'none' : 'repeat',
      refused: refusals(random, refused),
      context: { system: phase.systemPrompt, history, rest: scaled(phase.question) },
      outputTokens: scaled(phase.answer),
    })
  }
}
