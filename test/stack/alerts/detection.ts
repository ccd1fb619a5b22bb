/** How long the misconfigured support bot stays unseen. */

import { BOT_FEATURE } from '../../../demo/story/phases.ts'
import { firings, type Firing } from './firing.ts'
import { randomOf } from './random.ts'
import { callCost, seriesOf } from './series.ts'
import { botCalls, type SimulatedCall } from './traffic.ts'

/** Ordinary traffic before the change: the hour of the baseline, and some. */
const CHANGE_AT = 4_200
const AFTER = 720

export interface DetectionCase {
  readonly conversationsPerMinute: number
  readonly cv: number
  readonly seed: number
}

export interface Detection extends DetectionCase {
  /** Seconds from the change: the later of 2 minutes and the bot's 30th call. */
  readonly deadline: number
  /** Seconds from the change to the first alert that names the feature and all causes; undefined: none did. */
  readonly delay: number | undefined
  readonly alert: string | undefined
  /** Alerts before the change. */
  readonly early: number
  /** Cost per conversation, times what it was. */
  readonly times: number
}

const named = ({ conversationsPerMinute, cv, seed }: DetectionCase): string =>
  `${conversationsPerMinute} a minute, cv ${cv}, seed ${seed}`

/** All in one run of the rule engine. */
export async function detect(cases: readonly DetectionCase[]): Promise<readonly Detection[]> {
  const runs = cases.map((each) => ({ ...each, calls: callsOf(each) }))
  const fired = await firings(
    runs.map((run) => ({
      name: named(run),
      series: seriesOf({ name: BOT_FEATURE, seconds: CHANGE_AT + AFTER, calls: run.calls }),
      from: CHANGE_AT - 300,
      to: CHANGE_AT + AFTER,
    })),
  )
  return runs.map(({ calls, ...run }) => {
    const own = fired.filter(({ test }) => test === named(run))
    return { ...run, ...judged(own, calls) }
  })
}

function callsOf({ conversationsPerMinute, cv, seed }: DetectionCase): readonly SimulatedCall[] {
  return botCalls({
    seconds: CHANGE_AT + AFTER,
    changeAt: CHANGE_AT,
    conversationsPerMinute,
    cv,
    random: randomOf(seed),
  })
}

function judged(
  own: readonly Firing[],
  calls: readonly SimulatedCall[],
): Omit<Detection, keyof DetectionCase> {
  const changed = calls.filter(({ promptVersion }) => promptVersion === 'v2')
  const thirtieth = changed[29]?.at ?? Infinity
  const first = own.find(({ at, text }) => at >= CHANGE_AT && namesAll(text))
  return {
    deadline: Math.max(120, thirtieth - CHANGE_AT),
    delay: first === undefined ? undefined : first.at - CHANGE_AT,
    alert: first?.alert,
    early: own.filter(({ at }) => at < CHANGE_AT).length,
    times: unitCost(changed) / unitCost(calls.filter((call) => !changed.includes(call))),
  }
}

/** The feature and its prompt version, attempts and repeats, history, and the richer prompt. */
function namesAll(text: string): boolean {
  return [
    /Feature support-bot /,
    /version v2/,
    /retries: attempts per call/,
    /costspan\.waste=repeat/,
    /context history: tokens/,
    /context system: tokens/,
  ].every((name) => name.test(text))
}

function unitCost(calls: readonly SimulatedCall[]): number {
  const spent = calls.reduce((sum, call) => sum + callCost(call), 0)
  return spent / calls.filter(({ starts }) => starts).length
}
