/** Two pasts: of the demo's company, small and with a change in it, and of a company of the size that must be fast. */

import type { CallSet, History } from './history.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Longer than the month that is looked at, so that the window before its first hour is not empty. */
const DAYS = 31

const floorHour = (time: number): number => Math.floor(time / HOUR) * HOUR

/** Between 0 and 1, the same for the same: a number of the hour and of whose it is. */
function noise(hour: number, seed: number): number {
  const mixed = Math.imul(Math.floor(hour / HOUR) ^ Math.imul(seed + 1, 0x9e3779b1), 0x85ebca6b)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/**
 * A working day's shape: a tenth at night, all of it at noon, half on weekends. The past always ends at the noon of a
 * Thursday, so that a test is the same at any time of the day.
 */
function shape(hour: number, end: number): number {
  const hours = Math.round((end - hour) / HOUR)
  const day = 0.55 + 0.45 * Math.cos((hours / 24) * 2 * Math.PI)
  const weekday = (4 - Math.round(hours / 24) + 70) % 7
  return day * (weekday % 6 === 0 ? 0.5 : 1)
}

const callsOf =
  (base: number, seed: number, end: number) =>
  (hour: number): number =>
    Math.round(base * shape(hour, end) * (0.8 + 0.4 * noise(hour, seed)))

interface Model {
  readonly provider: string
  readonly model: string
  /** USD per million tokens: input, cached input, output. */
  readonly rate: readonly [number, number, number]
}

const MODELS: readonly Model[] = [
  { provider: 'openai', model: 'gpt-5.4', rate: [2.5, 0.25, 15] },
  { provider: 'openai', model: 'gpt-5-mini', rate: [0.25, 0.025, 2] },
  { provider: 'anthropic', model: 'claude-sonnet-5', rate: [3, 0.3, 15] },
  { provider: 'anthropic', model: 'claude-haiku-4-5', rate: [1, 0.1, 5] },
  { provider: 'google', model: 'gemini-3-pro', rate: [2, 0.2, 12] },
  { provider: 'google', model: 'gemini-3-flash', rate: [0.3, 0.03, 2.5] },
  { provider: 'mistral', model: 'mistral-large-3', rate: [0.5, 0.05, 1.5] },
  { provider: 'openai', model: 'text-embedding-3-small', rate: [0.02, 0.02, 0] },
]

function priced(
  { provider, model, rate }: Model,
  tokens: CallSet['tokens'],
): Pick<CallSet, 'provider' | 'model' | 'tokens' | 'usd'> {
  const [input, cached, output] = rate.map((each) => each / 1e6) as [number, number, number]
  const usd = {
    input: (tokens.input - tokens.cacheRead) * input,
    output: tokens.output * output,
    ...(tokens.cacheRead > 0 ? { cache_read: tokens.cacheRead * cached } : {}),
  }
  return { provider, model, tokens, usd }
}

type Job = readonly [
  feature: string,
  team: string,
  prompt: string,
  version: string,
  model: number,
  callsAtNoon: number,
  tokens: readonly [number, number, number],
  unit: string,
  /** Share of the prompt in the input. */
  system: number,
]

const JOBS: readonly Job[] = [
  ['doc-summary', 'documents', 'summary', 'v4', 2, 60, [6_075, 300, 4_000], 'document', 0.66],
  ['email-drafts', 'sales', 'draft', 'v2', 1, 150, [1_525, 500, 0], 'email', 0.59],
  ['search-embeddings', 'search', 'none', 'none', 7, 400, [2_080, 0, 0], 'search', 0],
  ['contract-review', 'legal', 'review', 'v11', 4, 12, [42_000, 3_000, 8_000], 'contract', 0.1],
  ['code-assist', 'platform', 'assist', 'v7', 2, 90, [9_000, 900, 6_000], 'task', 0.4],
  ['translate', 'documents', 'translate', 'v1', 5, 220, [1_200, 1_150, 0], 'document', 0.3],
]

/** Ends at a whole minute, `gapMinutes` before now: what is measured after it is measured alone. */
export function demoPast(now: number, gapMinutes: number): History {
  const to = Math.floor(now / 60_000) * 60_000 - gapMinutes * 60_000
  const from = floorHour(to) - DAYS * DAY
  const until = floorHour(to) + HOUR
  // Last night's jump: the bot's second version, and the first one again in the morning.
  const [night, morning] = [floorHour(to) - 10 * HOUR, floorHour(to) - 5 * HOUR]
  const shared = { environment: 'demo', refused: 0.01, until }
  const bot = {
    ...shared,
    service: 'support-bot',
    team: 'support',
    feature: 'support-bot',
    promptName: 'support-triage',
    unit: 'conversation',
    calls: callsOf(110, 1, to),
  }
  const first = {
    ...bot,
    ...withRetrieval(priced(MODELS[0]!, { input: 4_000, output: 1_000, cacheRead: 0 })),
    promptVersion: 'v1',
    context: { system: 0.875, rest: 0.125 },
    callsPerUnit: 1,
  }
  const second = {
    ...bot,
    ...withRetrieval(priced(MODELS[0]!, { input: 10_000, output: 2_500, cacheRead: 0 })),
    promptVersion: 'v2',
    calls: callsOf(220, 1, to),
    context: { system: 0.6, history: 0.35, rest: 0.05 },
    callsPerUnit: 2,
    refused: 0.06,
  }
  const sets: CallSet[] = [
    { ...first, serviceVersion: '1.4.0', instance: 'past-1', since: from, until: night },
    { ...second, serviceVersion: '1.5.0', instance: 'past-2', since: night, until: morning },
    { ...first, serviceVersion: '1.5.1', instance: 'past-3', since: morning },
    ...JOBS.map((job, index) => ({ ...shared, ...jobSet(job, index, to), since: from })),
  ]
  // A day is drawn from counters, and up to four hours with the interval of the data source.
  const sampled = [
    { from, every: HOUR },
    { from: floorHour(to) - 26 * HOUR, every: 60_000 },
    { from: floorHour(to) - 5 * HOUR, every: 15_000 },
  ]
  return { sets, from, sampled, to }
}

const withRetrieval = <T extends { readonly usd: CallSet['usd'] }>(set: T): T => ({
  ...set,
  usd: { ...set.usd, vector_db: 0.0016 },
})

function jobSet(
  job: Job,
  index: number,
  to: number,
): Omit<CallSet, 'environment' | 'refused' | 'until' | 'since'> {
  const [feature, team, promptName, version, model, noon, tokens, unit, system] = job
  const [input, output, cacheRead] = tokens
  return {
    service: `${team}-api`,
    serviceVersion: '2.0.1',
    instance: `past-${team}`,
    team,
    feature,
    ...(promptName === 'none' ? {} : { promptName, promptVersion: version }),
    ...priced(MODELS[model]!, { input, output, cacheRead }),
    context: { system, rest: 1 - system },
    unit,
    calls: callsOf(noon, index + 10, to),
    callsPerUnit: 1,
  }
}

export interface Size {
  readonly features: number
  readonly models: number
  readonly versions: number
  readonly services: number
}

export const COMPANY: Size = { features: 50, models: 8, versions: 5, services: 20 }

/**
 * Every feature with every model and version. Counters of the last 70 minutes alone, at the interval of the provisioned
 * data source: a month of them would be ten billion samples, and what looks at a month reads recorded hours.
 */
export function companyPast(now: number, size: Size): History {
  const to = Math.floor(now / 60_000) * 60_000
  const from = floorHour(to) - DAYS * DAY
  const sets: CallSet[] = []
  for (let feature = 0; feature < size.features; feature += 1) {
    for (let model = 0; model < size.models; model += 1) {
      for (let version = 1; version <= size.versions; version += 1) {
        sets.push({
          environment: 'production',
          service: `service-${feature % size.services}`,
          serviceVersion: '1.0.0',
          instance: `pod-${feature % size.services}`,
          team: `team-${feature % 10}`,
          feature: `feature-${feature}`,
          promptName: `prompt-${feature}`,
          promptVersion: `v${version}`,
          ...priced(MODELS[model]!, {
            input: 2_000 + 500 * (feature % 7),
            output: 300 + 50 * version,
            cacheRead: 1_000,
          }),
          context: { system: 0.5, history: 0.3, rest: 0.2 },
          unit: 'conversation',
          since: from,
          until: floorHour(to) + HOUR,
          calls: callsOf(20 + feature, feature * 100 + model * 10 + version, to),
          callsPerUnit: 2,
          refused: 0.01,
        })
      }
    }
  }
  return { sets, from, sampled: [{ from: to - 70 * 60_000, every: 15_000 }], to }
}
