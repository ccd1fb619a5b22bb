/** What panels must show after the story, by their titles: a title that changes is a test that fails. */

import { spentBetween } from './history.ts'
import type { Played } from './story.ts'

export type Scenario = '5 minutes' | '15 minutes' | '24 hours' | '30 days'

const SHORT = ['5 minutes', '15 minutes'] as const
const SPEND = 'costspan-spend'

/** Panels that have nothing to show then, and why that is right. */
export const EMPTY: readonly {
  readonly uid: string
  readonly title: string
  readonly over: readonly Scenario[]
  readonly why: string
}[] = [
  {
    uid: SPEND,
    title: 'How much more than in the range before?',
    over: SHORT,
    why: 'nothing was spent in the minutes before the story',
  },
  {
    uid: SPEND,
    title: 'How much of each budget is spent?',
    over: ['30 days'],
    why: 'budgets have been recorded for minutes, and a step of its line is an hour',
  },
]

export interface StoryLedger {
  /** USD of the story: calls, and what the bot recorded beside them. */
  readonly usd: number
  readonly calls: number
  readonly botUsd: number
  /** USD of the past that ended before it, in the hour before now. */
  readonly pastOfLastHour: number
}

/** Each conversation of the bot records $0.0024 of look-ups and gateway: demo/support-bot/conversation.ts. */
const BESIDE_CALLS = 0.0024

export function storyLedger({ totals, entries, past, story }: Played): StoryLedger {
  const told = (entry: (typeof entries)[number]): number => Number(entry.told?.pico ?? 0n) / 1e12
  const bot = entries.filter(({ unit }) => unit !== undefined)
  const beside = new Set(bot.map(({ unit }) => unit)).size * BESIDE_CALLS
  return {
    usd: Number(totals.told.usd) + beside,
    calls: totals.calls,
    botUsd: bot.reduce((sum, entry) => sum + told(entry), beside),
    pastOfLastHour: spentBetween(past, { from: story.to - 3_600_000, to: story.to }),
  }
}

export interface Expected {
  readonly uid: string
  readonly title: string
  readonly refId?: string
  readonly over: readonly Scenario[]
  readonly of: (ledger: StoryLedger, scenario: Scenario) => number
}

const usd = ({ usd: all }: StoryLedger): number => all
const calls = ({ calls: all }: StoryLedger): number => all

/** Sums over the rows of a table. */
export const LEDGER: readonly Expected[] = [
  { uid: SPEND, title: 'What was spent in this time range?', over: SHORT, of: usd },
  {
    uid: SPEND,
    title: 'What did the last hour cost?',
    over: SHORT,
    of: (ledger) => ledger.usd + ledger.pastOfLastHour,
  },
  // Two calls of a model without a price, and one whose stream was left before it told its usage.
  { uid: SPEND, title: 'What share of calls has no price?', over: SHORT, of: () => 3 / 195 },
  { uid: SPEND, title: 'Which teams spend it?', over: SHORT, of: usd },
  { uid: SPEND, title: 'Which features spend it?', over: SHORT, of: usd },
  { uid: SPEND, title: 'Which features spend it?', refId: 'B', over: SHORT, of: calls },
  { uid: SPEND, title: 'Which prompt versions and models spend it?', over: SHORT, of: usd },
]
