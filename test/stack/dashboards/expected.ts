/** What panels must show after the story, by their titles: a title that changes is a test that fails. */

import type { Figures } from './figures.ts'

export type Scenario = '5 minutes' | '15 minutes' | '24 hours' | '30 days'

const SHORT = ['5 minutes', '15 minutes'] as const
const LONG = ['24 hours', '30 days'] as const
const ALL = [...SHORT, ...LONG]
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
    title: 'How much more than before?',
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
    over: ALL,
    why: 'nothing was dropped',
  },
  ...(
    [
      [HEALTH, 'What does the Collector lose?'],
      [HEALTH, 'How full are the Collector’s queues?'],
      [WASTE, 'When did alerts fire?'],
    ] as const
  ).map(([uid, title]) => ({
    uid,
    title,
    over: LONG,
    why: 'it has been there for minutes, and a step of its line is five minutes, ten or hours',
    mayHave: true as const,
  })),
]

/** What is chosen when a dashboard is opened, beside the environment. */
export const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [FEATURE]: { feature: 'support-bot' },
}

/** What a panel is compared with. */
export interface Compared {
  readonly range: Figures
  /** The range of the same length before, and the same range a day earlier: as far as hours are recorded. */
  readonly before: Figures
  readonly yesterday: Figures
  readonly lastHour: number
  readonly lastDay: number
  /** USD, without what no hour has yet. */
  readonly hoursOfDay: number
  /** Hours of the last 24 and 6 that were recorded. */
  readonly recorded: { readonly day: number; readonly sixHours: number }
  /** USD of the budgets' 30 days: of everything, and of the bot; and of their last 6 hours. */
  readonly budgets: readonly {
    readonly spent: number
    readonly pace: number
    readonly limit: number
  }[]
}

export interface Expected {
  readonly uid: string
  readonly title: string
  readonly refId: string
  readonly over: readonly Scenario[]
  readonly of: (compared: Compared) => number
}

type Of = (figures: Figures) => number

/** Sums over the rows of a table. */
const expected = (uid: string, title: string, of: Of, refId = 'A'): Expected => ({
  uid,
  title,
  refId,
  over: ALL,
  of: ({ range }) => of(range),
})
/** The same in every range, or only in long ones. */
const compared = (
  uid: string,
  title: string,
  of: Expected['of'],
  { refId = 'A', over = ALL }: { refId?: string; over?: readonly Scenario[] } = {},
): Expected => ({ uid, title, refId, over, of })

const usd: Of = (figures) => figures.usd
const calls: Of = (figures) => figures.calls
const sumOf = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0)
const PERSON = 18
const CHANGES = 'What costs more than at this time yesterday?'
const BUDGETS = 'Will we exceed the budget, and when?'
const CALLS_ONLY: Of = (figures) => figures.usd - figures.bot.usd + figures.bot.usdOfCalls

export const EXPECTED: readonly Expected[] = [
  expected(SPEND, 'What was spent in this time range?', usd),
  compared(SPEND, 'How much more than before?', ({ range, before }) => range.usd / before.usd - 1, {
    over: LONG,
  }),
  compared(SPEND, 'What did the last hour cost?', ({ lastHour }) => lastHour),
  compared(SPEND, 'What did the last 24 hours cost?', ({ lastDay }) => lastDay),
  compared(
    SPEND,
    'What would a month cost at this pace?',
    ({ hoursOfDay, recorded }) => (hoursOfDay / recorded.day) * 720,
  ),
  expected(SPEND, 'What share of calls has no price?', (all) => all.unpriced / all.ended),
  ...(['spent', 'limit'] as const).map((figure, index) =>
    compared(SPEND, BUDGETS, ({ budgets }) => sumOf(budgets.map((budget) => budget[figure])), {
      refId: 'BC'.charAt(index),
    }),
  ),
  compared(SPEND, BUDGETS, ({ budgets }) =>
    sumOf(budgets.map(({ spent, limit }) => spent / limit)),
  ),
  compared(
    SPEND,
    BUDGETS,
    ({ budgets, recorded }) => (sumOf(budgets.map(({ pace }) => pace)) / recorded.sixHours) * 720,
    {
      refId: 'D',
    },
  ),
  expected(SPEND, 'Which teams spend it?', usd),
  expected(SPEND, 'Which teams spend it?', calls, 'B'),
  expected(SPEND, 'Which features spend it?', usd),
  expected(SPEND, 'Which features spend it?', calls, 'B'),
  expected(SPEND, 'Which prompt versions and models spend it?', usd),
  expected(SPEND, 'Which prompt versions and models spend it?', calls, 'B'),
  expected(SPEND, CHANGES, CALLS_ONLY),
  compared(SPEND, CHANGES, ({ yesterday }) => CALLS_ONLY(yesterday), { refId: 'B', over: LONG }),
  expected(FEATURE, 'What did it cost in this range?', ({ bot }) => bot.usd),
  expected(FEATURE, 'What does a conversation cost?', ({ bot }) => bot.usd / bot.units),
  expected(FEATURE, 'What does a call cost?', ({ bot }) => bot.usd / bot.calls),
  expected(FEATURE, 'How many attempts does a call take?', ({ bot }) => bot.attempts / bot.calls),
  expected(FEATURE, 'What share of its spend is waste?', ({ bot }) => bot.wasted / bot.usd),
  expected(FEATURE, 'What share of its calls fails?', () => 0),
  expected(FEATURE, 'How do prompt versions compare?', ({ bot }) => bot.usdOfCalls),
  expected(FEATURE, 'How do prompt versions compare?', ({ bot }) => bot.calls, 'B'),
  expected(UNITS, 'What does a conversation cost?', ({ units }) => units.usd / units.began),
  expected(UNITS, 'What does a success cost?', ({ outcomes: all }) => all.usd / all.successes),
  expected(
    UNITS,
    'How many outcomes are a success?',
    ({ outcomes: all }) => all.successes / all.recorded,
  ),
  expected(
    UNITS,
    'How much of a person’s cost?',
    ({ outcomes: all }) => all.usd / all.successes / PERSON,
  ),
  compared(UNITS, 'What were the outcomes worth?', ({ range }) => range.outcomes.value, {
    over: LONG,
  }),
  compared(
    UNITS,
    'What is the margin?',
    ({ range: { outcomes } }) => (outcomes.value - outcomes.usd) / outcomes.value,
    { over: LONG },
  ),
  expected(
    UNITS,
    'What was saved against people?',
    ({ outcomes: all }) => all.successes * PERSON - all.usd,
  ),
  expected(
    UNITS,
    'What share breaks even?',
    ({ outcomes: all }) => all.usd / all.recorded / PERSON,
  ),
  expected(UNITS, 'Which features are worth it?', ({ units }) => units.usd),
  expected(UNITS, 'Which features are worth it?', ({ units }) => units.began, 'B'),
  expected(UNITS, 'Which features are worth it?', ({ outcomes: all }) => all.successes, 'C'),
  expected(UNITS, 'Which outcomes are there?', ({ outcomes: all }) => all.recorded),
  expected(
    UNITS,
    'Which outcomes are there?',
    ({ outcomes: all }) => all.successes / all.recorded,
    'B',
  ),
  expected(UNITS, 'Which outcomes are there?', ({ outcomes: all }) => all.value, 'C'),
  expected(UNITS, 'Which units began?', ({ units }) => units.ofTypes),
  expected(WASTE, 'What was wasted?', ({ wasted }) => wasted),
  expected(WASTE, 'What share of spend is waste?', (all) => all.wasted / all.usd),
  expected(WASTE, 'How many attempts does a call take?', (all) => all.attempts / all.calls),
  expected(WASTE, 'What share of input is cached?', (all) => all.cachedTokens / all.inputTokens),
  expected(WASTE, 'What did caching save?', ({ saved }) => saved),
  expected(WASTE, 'Which features waste it, and how?', ({ wasted }) => wasted),
  expected(HEALTH, 'What share of calls has no price?', (all) => all.unpriced / all.ended),
  expected(HEALTH, 'What share is priced only in part?', () => 0),
  expected(HEALTH, 'What share of spend is nobody’s?', (all) => all.nobodys / all.usd),
  expected(HEALTH, 'Which calls have no full price, and why?', ({ unpriced }) => unpriced),
  compared(HEALTH, 'Which services spend without a feature?', ({ lastHour }) => lastHour),
  expected(HEALTH, 'Which services spend without a feature?', ({ nobodys }) => nobodys, 'B'),
  expected(HEALTH, 'Were label sets folded together?', () => 0),
  compared(HEALTH, 'Are hours of the last day missing?', ({ recorded }) => 24 - recorded.day),
]

/** Tiles and tables that state neither money nor counts of the ledger, and what they state. */
export const ELSE: readonly (readonly [uid: string, title: string, states: string])[] = [
  [FEATURE, 'What has grown against the hour before?', 'causes: recorded.test.ts'],
  [WASTE, 'Which alerts fire?', 'alerts: alerts.test.ts'],
  [WASTE, 'What has grown, of which feature?', 'causes: recorded.test.ts'],
  [HEALTH, 'How old is the oldest price book?', 'an age'],
  [HEALTH, 'Which services have old prices?', 'an age'],
  [HEALTH, 'Do two processes write the same series?', 'restarts'],
  [HEALTH, 'How many series are there?', 'series'],
  [HEALTH, 'Which metrics have most series?', 'series'],
  [HEALTH, 'What do applications drop, and why?', 'nothing, here'],
]
