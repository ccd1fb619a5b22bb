/** The figures behind the panels: of short ranges from the ledger of the provider, of long ones from recorded hours. */

import type { LedgerEntry } from '../../../demo/simulator/ledger.ts'
import { CONVERSATIONS_PER_PHASE, isResolved, PHASES } from '../../../demo/story/phases.ts'
import { HOURLY } from '../../../dashboards/hourly.ts'
import { LABEL, NO_MODEL } from '../../../dashboards/labels.ts'
import { UNATTRIBUTED } from '../../../instrumentation/semconv.ts'
import type { Range } from './expand.ts'
import type { Played } from './story.ts'
import type { Labels, Truth } from './truth.ts'

export interface Figures {
  /** USD: calls, and what the bot recorded beside them. */
  readonly usd: number
  readonly calls: number
  /** The same calls by how they ended: of hours that are not over, other label sets are new. */
  readonly ended: number
  readonly unpriced: number
  readonly attempts: number
  readonly inputTokens: number
  readonly cachedTokens: number
  /** USD that cached tokens would have cost more at the rate of input. */
  readonly saved: number
  /** USD of calls that ask the same again. */
  readonly wasted: number
  /** USD of calls that have no feature. */
  readonly nobodys: number
  readonly bot: {
    readonly usd: number
    /** Without what it recorded beside its calls. */
    readonly usdOfCalls: number
    readonly calls: number
    readonly attempts: number
    readonly wasted: number
    readonly units: number
  }
  /** Of features that count units, and of those that record outcomes. */
  readonly units: {
    readonly usd: number
    readonly began: number
    /** The same units by type: as with calls. */
    readonly ofTypes: number
  }
  readonly outcomes: {
    readonly usd: number
    readonly recorded: number
    readonly successes: number
    /** USD. */
    readonly value: number
  }
}

/** Each conversation of the bot records $0.0024 of look-ups and gateway: demo/support-bot/conversation.ts. */
const BESIDE_CALLS = 0.0024
/** 40 searches, 24 summaries, 30 drafts and an abandoned one: demo/support-bot/background.ts. */
const OTHER_UNITS = 95
/** Nobody says whose its calls are. Same place. */
const FORGOTTEN = 'gpt-4o-mini'

export function ofStory({ totals, entries }: Played): Figures {
  const ofBot = entries.filter(({ unit }) => unit !== undefined)
  const conversations = CONVERSATIONS_PER_PHASE * PHASES.length
  const beside = conversations * BESIDE_CALLS
  const began = conversations + OTHER_UNITS
  const each = Array.from({ length: CONVERSATIONS_PER_PHASE }, (_, index) => index)
  const successes = each.filter(isResolved).length * PHASES.length
  const usd = Number(totals.told.usd) + beside
  const nobodys = sum(
    entries.filter(({ model }) => model.startsWith(FORGOTTEN)),
    usdOf,
  )
  const wasted = sum(
    ofBot.filter(({ repeat }) => repeat > 1),
    usdOf,
  )
  const usdOfCalls = sum(ofBot, usdOf)
  const bot = {
    usd: usdOfCalls + beside,
    usdOfCalls,
    calls: ofBot.length,
    attempts: ofBot.length,
    wasted,
    units: conversations,
  }
  return {
    usd,
    calls: totals.calls,
    ended: totals.calls,
    // Two calls of a model without a price, and one whose stream was left before it told its usage.
    unpriced: 3,
    attempts: totals.requests,
    inputTokens: totals.told.inputTokens,
    cachedTokens: sum(entries, ({ told }) => told?.usage.cacheRead ?? 0),
    saved: sum(entries, savedBy),
    wasted,
    nobodys,
    bot,
    units: { usd: usd - nobodys, began, ofTypes: began },
    outcomes: { usd: bot.usd, recorded: conversations, successes, value: 0 },
  }
}

const usdOf = ({ told }: LedgerEntry): number => Number(told?.pico ?? 0n) / 1e12

function savedBy({ told }: LedgerEntry): number {
  if (told?.rate === undefined) return 0
  const { input, cacheRead } = told.rate
  return ((Number(input) - Number(cacheRead ?? 0)) * told.usage.cacheRead) / 1e6
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0)
}

const BOT = 'support-bot'
const isBot = (labels: Labels): boolean => labels[LABEL.feature] === BOT
const isWaste = (labels: Labels): boolean => labels[LABEL.waste] !== 'none'
const isUnpriced = (labels: Labels): boolean =>
  labels[LABEL.status] === 'unpriced' && labels[LABEL.costReason] !== 'call_failed'

export function ofHours(truth: Truth, range: Range): Figures {
  const of = (counter: keyof typeof HOURLY, where?: (labels: Labels) => boolean): number =>
    truth.sum(HOURLY[counter], range, where)
  const usdWhere = (counter: 'units' | 'outcomes'): number => {
    const features = truth.values(HOURLY[counter], range, LABEL.feature)
    return of('cost', (labels) => features.has(labels[LABEL.feature] ?? ''))
  }
  return {
    usd: of('cost'),
    calls: of('calls'),
    ended: of('callEnds'),
    unpriced: of('callEnds', isUnpriced),
    attempts: of('attempts'),
    inputTokens: of('inputTokens'),
    cachedTokens: of('cacheReadTokens'),
    saved: of('cacheSavings'),
    wasted: of('costParts', isWaste),
    nobodys: of('cost', (labels) => labels[LABEL.feature] === UNATTRIBUTED),
    bot: {
      usd: of('cost', isBot),
      usdOfCalls: of('cost', (labels) => isBot(labels) && labels[LABEL.model] !== NO_MODEL),
      calls: of('calls', isBot),
      attempts: of('attempts', isBot),
      wasted: of('costParts', (labels) => isBot(labels) && isWaste(labels)),
      units: of('units', isBot),
    },
    units: { usd: usdWhere('units'), began: of('units'), ofTypes: of('unitTypes') },
    outcomes: {
      usd: usdWhere('outcomes'),
      recorded: of('outcomes'),
      successes: of('outcomes', (labels) => labels[LABEL.success] === 'true'),
      value: of('outcomeValue'),
    },
  }
}
