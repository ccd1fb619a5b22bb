/** What panels must show after the story, by their titles: a title that changes is a test that fails. */

import type { LedgerEntry } from '../../../demo/simulator/ledger.ts'
import { CONVERSATIONS_PER_PHASE, isResolved, PHASES } from '../../../demo/story/phases.ts'
import { spentBetween } from './history.ts'
import type { Played } from './story.ts'

export type Scenario = '5 minutes' | '15 minutes' | '24 hours' | '30 days'

const SHORT = ['5 minutes', '15 minutes'] as const
const SPEND = 'costspan-spend'
const FEATURE = 'costspan-feature'
const UNITS = 'costspan-units'
const WASTE = 'costspan-waste'
const HEALTH = 'costspan-health'

/** Panels that have nothing to show then, and why that is right. */
export const EMPTY: readonly {
  readonly uid: string
  readonly title: string
  readonly over: readonly Scenario[]
  readonly why: string
  /** A point of its line may fall into the minutes for which it has been there. */
  readonly mayHave?: true
}[] = [
  {
    uid: SPEND,
    title: 'How much more than in the range before?',
    over: SHORT,
    why: 'nothing was spent in the minutes before the story',
  },
  ...['What were the outcomes worth?', 'What is the margin?'].map((title) => ({
    uid: UNITS,
    title,
    over: SHORT,
    why: 'outcomes of the demo have no value',
  })),
  {
    uid: HEALTH,
    title: 'What do applications drop, and why?',
    over: [...SHORT, '24 hours', '30 days'],
    why: 'nothing was dropped',
  },
  ...['What does the Collector lose?', 'How full are the Collector’s queues?'].map((title) => ({
    uid: HEALTH,
    title,
    over: ['30 days'] as const,
    why: 'it has been exported for minutes, and a step of its line is half an hour',
    mayHave: true as const,
  })),
  {
    uid: WASTE,
    title: 'When did alerts fire?',
    over: ['30 days'],
    why: 'alerts have been evaluated for minutes, and a step of its line is half an hour',
    mayHave: true,
  },
]

/** What is chosen when a dashboard is opened, beside the environment. */
export const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [FEATURE]: { feature: 'support-bot' },
}

export interface StoryLedger {
  /** USD of the story: calls, and what the bot recorded beside them. */
  readonly usd: number
  readonly calls: number
  readonly requests: number
  readonly inputTokens: number
  readonly cachedTokens: number
  /** USD that cached tokens would have cost more at the rate of input. */
  readonly saved: number
  readonly bot: {
    readonly usd: number
    readonly calls: number
    /** USD of calls that ask the same again. */
    readonly repeatedUsd: number
    readonly resolved: number
    readonly outcomes: number
  }
  /** USD of the past that ended before it, in the hour before now. */
  readonly pastOfLastHour: number
}

/** Each conversation of the bot records $0.0024 of look-ups and gateway: demo/support-bot/conversation.ts. */
const BESIDE_CALLS = 0.0024

export function storyLedger({ totals, entries, past, story }: Played): StoryLedger {
  const bot = entries.filter(({ unit }) => unit !== undefined)
  const outcomes = CONVERSATIONS_PER_PHASE * PHASES.length
  const beside = outcomes * BESIDE_CALLS
  const resolved = Array.from({ length: CONVERSATIONS_PER_PHASE }, (_, index) => index)
  return {
    usd: Number(totals.told.usd) + beside,
    calls: totals.calls,
    requests: totals.requests,
    inputTokens: totals.told.inputTokens,
    cachedTokens: sum(entries, ({ told }) => told?.usage.cacheRead ?? 0),
    saved: sum(entries, ({ told }) =>
      told?.rate === undefined
        ? 0
        : ((Number(told.rate.input) - Number(told.rate.cacheRead ?? 0)) * told.usage.cacheRead) /
          1e6,
    ),
    bot: {
      usd: sum(bot, usdOf) + beside,
      calls: bot.length,
      repeatedUsd: sum(
        bot.filter(({ repeat }) => repeat > 1),
        usdOf,
      ),
      resolved: resolved.filter(isResolved).length * PHASES.length,
      outcomes,
    },
    pastOfLastHour: spentBetween(past, { from: story.to - 3_600_000, to: story.to }),
  }
}

const usdOf = ({ told }: LedgerEntry): number => Number(told?.pico ?? 0n) / 1e12

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0)
}

export interface Expected {
  readonly uid: string
  readonly title: string
  readonly refId?: string
  readonly over: readonly Scenario[]
  readonly of: (ledger: StoryLedger, scenario: Scenario) => number
}

const expected = (uid: string, title: string, of: Expected['of'], refId = 'A'): Expected => ({
  uid,
  title,
  of,
  refId,
  over: SHORT,
})

const usd = (ledger: StoryLedger): number => ledger.usd
const PERSON = 18

/** Sums over the rows of a table. */
export const LEDGER: readonly Expected[] = [
  expected(SPEND, 'What was spent in this time range?', usd),
  expected(SPEND, 'What did the last hour cost?', (ledger) => ledger.usd + ledger.pastOfLastHour),
  // Two calls of a model without a price, and one whose stream was left before it told its usage.
  expected(SPEND, 'What share of calls has no price?', ({ calls }) => 3 / calls),
  expected(SPEND, 'Which teams spend it?', usd),
  expected(SPEND, 'Which features spend it?', usd),
  expected(SPEND, 'Which features spend it?', ({ calls }) => calls, 'B'),
  expected(SPEND, 'Which prompt versions and models spend it?', usd),
  expected(FEATURE, 'What did it cost in this range?', ({ bot }) => bot.usd),
  expected(FEATURE, 'What does a call cost?', ({ bot }) => bot.usd / bot.calls),
  expected(FEATURE, 'How many attempts does a call take?', () => 1),
  expected(FEATURE, 'What share of its spend is waste?', ({ bot }) => bot.repeatedUsd / bot.usd),
  expected(UNITS, 'What does a success cost?', ({ bot }) => bot.usd / bot.resolved),
  expected(UNITS, 'How many outcomes are a success?', ({ bot }) => bot.resolved / bot.outcomes),
  expected(UNITS, 'How much of a person’s cost?', ({ bot }) => bot.usd / bot.resolved / PERSON),
  expected(UNITS, 'What was saved against people?', ({ bot }) => bot.resolved * PERSON - bot.usd),
  expected(
    UNITS,
    'What share must succeed to break even?',
    ({ bot }) => bot.usd / bot.outcomes / PERSON,
  ),
  expected(UNITS, 'Which features are worth it?', ({ bot }) => bot.resolved, 'D'),
  expected(UNITS, 'Which outcomes are there?', ({ bot }) => bot.outcomes),
  expected(WASTE, 'What was wasted?', ({ bot }) => bot.repeatedUsd),
  expected(WASTE, 'What share of spend is waste?', (ledger) => ledger.bot.repeatedUsd / ledger.usd),
  expected(WASTE, 'How many attempts does a call take?', ({ requests, calls }) => requests / calls),
  expected(
    WASTE,
    'What share of input is cached?',
    ({ cachedTokens, inputTokens }) => cachedTokens / inputTokens,
  ),
  expected(WASTE, 'What did caching save?', ({ saved }) => saved),
]
