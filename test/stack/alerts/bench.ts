/**
 * `npm run bench:alerts`: how often the alerts are wrong and how soon they are right, on Prometheus' rule engine.
 *
 *   --days 7            of ordinary traffic, for each feature
 *   --seeds 20          misconfigured bots for each tail
 *   --trace FILE.csv    calls to resample; the repository's 1,000 of a production trace if not given
 *   --only alarms|detection
 *   --cv 1.5         one coefficient of variation; 0.6, 1.5 and 3 if not given
 *
 * Forty minutes of a processor: rules are evaluated 40,320 times a week, four features at a time, those alone that decide
 * whether an alert fires. Budgets are left out: that a budget burns is no false alarm.
 */

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readTrace, TraceProblem, type TracedCall } from '../../../demo/replay/trace.ts'
import { median } from '../../bench/statistics.ts'
import { promtool } from '../promtool.ts'
import { detect, type Detection } from './detection.ts'
import { episodes } from './firing.ts'
import { randomOf } from './random.ts'
import { seriesOf } from './series.ts'
import { ordinaryCalls, type SimulatedCall } from './traffic.ts'

const FIXTURE = 'test/fixtures/azure-llm-2023-conv/first-1000.csv'
const CVS = [0.6, 1.5, 3]
const DAY = 86_400
/** What alerts of a day's first minutes look back on. */
const BEFORE = 7_200
/** Conversations a minute at noon, of the features of an ordinary week; a conversation has 3 calls in the mean. */
const FEATURE_RATES = [2, 5, 10, 30]
/** Conversations a minute of the bot before it is misconfigured, a call each: by seed, in turn. */
const BOT_RATES = [3, 10, 30]
const FIRST_SEED = 100
const TARGETS: ReadonlyMap<number, number> = new Map([
  [0.6, 0],
  [1.5, 0],
  [3, 1],
])

interface Options {
  readonly days: number
  readonly seeds: number
  readonly trace: readonly TracedCall[]
}

/** Day by day, so that what is known so far is printed, and what failed is not all lost. */
async function falseAlarms(cv: number, { days, trace }: Options): Promise<boolean> {
  const features = FEATURE_RATES.map((perMinute, index) => {
    const random = randomOf(FIRST_SEED + index)
    return ordinaryCalls({ seconds: days * DAY, perMinute, cv, trace, random })
  })
  const fired = new Map<string, number>()
  for (let day = 0; day < days; day += 1) {
    const begin = Math.max(0, day * DAY - BEFORE)
    const end = Math.min(day + 1, days) * DAY
    const series = features.flatMap((calls, index) =>
      seriesOf({ name: `f${index}`, seconds: end - begin, calls: between(calls, begin, end) }),
    )
    const found = await episodes(series, end - begin, day * DAY - begin)
    for (const [alert, count] of found) fired.set(alert, (fired.get(alert) ?? 0) + count)
    const known = [...found].map(([alert, count]) => `${alert} ${count}`).join(', ')
    print(`cv ${cv}, day ${day + 1}: ${known === '' ? 'none' : known}`)
  }
  const alarms = [...fired.values()].reduce((sum, count) => sum + count, 0)
  const weeks = (FEATURE_RATES.length * days) / 7
  const calls = features.reduce((sum, each) => sum + each.length, 0)
  print(
    `cv ${cv}: ${alarms} false alarms in ${weeks.toFixed(1)} feature-weeks (${calls} calls): ${(alarms / weeks).toFixed(2)} a feature-week, target ${TARGETS.get(cv)}`,
  )
  return alarms / weeks <= (TARGETS.get(cv) ?? 0)
}

/** In seconds since `begin`. */
function between(
  calls: readonly SimulatedCall[],
  begin: number,
  end: number,
): readonly SimulatedCall[] {
  const own = calls.filter(({ at }) => at >= begin && at < end)
  return own.map((call) => ({ ...call, at: call.at - begin }))
}

async function detection(cv: number, { seeds }: Options): Promise<boolean> {
  const cases = Array.from({ length: seeds }, (_, seed) => ({
    conversationsPerMinute: BOT_RATES[seed % BOT_RATES.length]!,
    cv,
    seed,
  }))
  const found = await detect(cases)
  const late = found.filter(isLate).length
  const early = found.reduce((sum, each) => sum + each.early, 0)
  const times = found.reduce((sum, each) => sum + each.times, 0) / found.length
  print(
    `cv ${cv}: the bot costs ${times.toFixed(1)} times as much a conversation (mean of ${seeds} seeds); later than 2 minutes and 30 calls: ${late}; alerts before the change: ${early}`,
  )
  for (const rate of BOT_RATES) {
    const own = found.filter(({ conversationsPerMinute }) => conversationsPerMinute === rate)
    if (own.length === 0) continue
    const delays = own.map(({ delay }) => delay ?? Infinity)
    const deadlines = own.map(({ deadline }) => deadline)
    print(
      `  ${rate} conversations a minute: named with all causes after ${median(delays).toFixed(0)} s (median), ${Math.max(...delays)} s (worst of ${own.length}); 2 minutes or 30 calls are ${median(deadlines).toFixed(0)} s (median)`,
    )
  }
  return late === 0 && early === 0
}

function isLate({ delay, deadline }: Detection): boolean {
  return delay === undefined || delay > deadline
}

/** As many at a time as there are processors. */
async function inTurns(tasks: readonly (() => Promise<boolean>)[]): Promise<boolean> {
  const left = [...tasks]
  let held = true
  const worker = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      if (!(await task())) held = false
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return held
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function misused(line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(2)
}

function positive(name: string, text: string): number {
  const value = Number(text)
  return value > 0 && Number.isFinite(value)
    ? value
    : misused(`--${name} ${text}: must be a number above 0`)
}

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '7' },
    seeds: { type: 'string', default: '20' },
    trace: { type: 'string', default: FIXTURE },
    only: { type: 'string' },
    cv: { type: 'string' },
  },
})
if (promtool === undefined) misused('promtool of Prometheus 3 is missing: put it on the PATH')
if (values.only !== undefined && !['alarms', 'detection'].includes(values.only)) {
  misused(`--only ${values.only}; allowed: alarms, detection`)
}
const options: Options = {
  days: positive('days', values.days),
  seeds: positive('seeds', values.seeds),
  trace: traceOf(values.trace),
}
const cvs = values.cv === undefined ? CVS : CVS.filter((cv) => String(cv) === values.cv)
if (cvs.length === 0) misused(`--cv ${values.cv}; allowed: ${CVS.join(', ')}`)
const alarms = cvs.map((cv) => () => falseAlarms(cv, options))
const detections = cvs.map((cv) => () => detection(cv, options))
const tasks = [
  ...(values.only === 'alarms' ? [] : detections),
  ...(values.only === 'detection' ? [] : alarms),
]
if (!(await inTurns(tasks))) process.exitCode = 1

function traceOf(file: string): readonly TracedCall[] {
  try {
    return readTrace(file, Infinity)
  } catch (error) {
    if (!(error instanceof TraceProblem)) throw error
    return misused(error.message)
  }
}
