/**
 * The support bot's three phases in figures. Month 1 is 4,000 tokens in and 1,000 out: at gpt-5.4's $2.50 and $15 per
 * million $0.025 a conversation. Month 3 asks twice on average, 10,000 in and 2,500 out each time: 25,000 tokens and
 * $0.125. Both are exact means over a phase.
 */

import { proseOf } from '../simulator/tokens.ts'

export type PhaseName = 'month 1' | 'month 3' | 'the fix'

export interface Phase {
  readonly name: PhaseName
  /** What the team did, in words. */
  readonly news: string
  readonly promptVersion: string
  /** Tokens, as are the following. */
  readonly systemPrompt: number
  /** Earlier exchanges with the customer that are sent along: tokens of question and answer. */
  readonly history: readonly { readonly question: number; readonly answer: number }[]
  /** How often the application has to ask until the answer passes its check, by conversation, over and over. */
  readonly attempts: readonly number[]
  readonly question: number
  readonly answer: number
  /** Answers vary by up to 3.5 of these. */
  readonly answerStep: number
}

export const PHASES: readonly Phase[] = [
  {
    name: 'month 1',
    news: 'prompt v1, short questions, one answer each',
    promptVersion: 'v1',
    systemPrompt: 3_500,
    history: [],
    attempts: [1],
    question: 500,
    answer: 1_000,
    answerStep: 40,
  },
  {
    name: 'month 3',
    news: 'prompt v2, five earlier exchanges sent along, answers checked and asked for again',
    promptVersion: 'v2',
    systemPrompt: 6_000,
    history: Array.from({ length: 5 }, () => ({ question: 200, answer: 500 })),
    attempts: [1, 2, 3],
    question: 500,
    answer: 2_500,
    answerStep: 100,
  },
  {
    name: 'the fix',
    news: 'prompt v3, only the last exchange sent along, no second asking',
    promptVersion: 'v3',
    systemPrompt: 3_500,
    history: [{ question: 100, answer: 200 }],
    attempts: [1],
    question: 500,
    answer: 1_000,
    answerStep: 40,
  },
]

export const CONVERSATIONS_PER_PHASE = 24
export const MAX_ATTEMPTS = 3
export const BOT_FEATURE = 'support-bot'
export const TICKET_RESOLVED = 'ticket.resolved'
export const BOT_MODEL = 'gpt-5.4'
export const PROMPT_NAME = 'support-triage'

/** -3.5 to 3.5, each equally often for every count of attempts: over a phase they cancel out. */
function variation(index: number): number {
  return ((Math.floor(index / 3) * 3) % 8) - 3.5
}

export function systemPrompt(phase: Phase): string {
  return proseOf(
    phase.systemPrompt,
    `You are the support assistant of a mail-order house. Prompt ${PROMPT_NAME} ${phase.promptVersion}. `,
  )
}

/** Names the ticket, so that the simulator knows which conversation it is in. */
export function question(phase: Phase, index: number): string {
  return proseOf(phase.question + variation(index) * 16, `Ticket ${ticketOf(index)}. `)
}

/** What the bot's team calls a conversation. */
export const unitOf = (version: string, ticket: string): string => `${version}-${ticket}`

export function unitsOf(name: PhaseName): readonly string[] {
  const version = PHASES.find((phase) => phase.name === name)?.promptVersion ?? ''
  return Array.from({ length: CONVERSATIONS_PER_PHASE }, (_, index) =>
    unitOf(version, ticketOf(index)),
  )
}

export const ticketOf = (index: number): string => String(1_000 + index)
const indexOf = (ticket: string): number => Number(ticket) - 1_000

/** What an outcome costs otherwise, USD: a ticket that a person resolves. */
export const BASELINES: ReadonlyMap<string, number> = new Map([[TICKET_RESOLVED, 18]])

/** One customer in eight calls all the same. */
export const isResolved = (index: number): boolean => index % 8 !== 7

/** What the bot's own check looks for in a bad answer. */
export const UNSURE = 'I am not sure about this. '

/** The answer that a ticket gets when it is asked about for the nth time. */
export function answerFor(
  phase: Phase,
  ticket: string,
  asked: number,
): { readonly tokens: number; readonly text: string } {
  const index = indexOf(ticket)
  const needed = phase.attempts[index % phase.attempts.length] ?? 1
  return {
    tokens: phase.answer + variation(index) * phase.answerStep,
    text: asked < needed ? UNSURE : `Resolution for ticket ${ticket}: `,
  }
}
