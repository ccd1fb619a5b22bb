/** Alerts as Prometheus' rule engine fires them over given series. */

import { failuresOf, type InputSeries, type RuleTest } from '../promtool.ts'
import { withNeededRules } from './needed-rules.ts'
import { STEP } from './series.ts'

const FAST_RULES = 'collector-config/rules/fast.yaml'

export interface Evaluation {
  readonly rules: readonly string[]
  /** Seconds between the values of a series. */
  readonly step: number
  /** Seconds between evaluations. */
  readonly every: number
}

export const FAST_ALERTS = [
  'CostspanConversationCost',
  'CostspanRetries',
  'CostspanRepeats',
  'CostspanContextGrowth',
] as const

/** Of what no budget knows: that a budget burns is no false alarm. */
const ORDINARY_ALERTS = [
  ...FAST_ALERTS,
  'CostspanConversationLimit',
  'CostspanUnpriced',
  'CostspanUnattributed',
  'CostspanSilence',
  'CostspanDropped',
  'CostspanCollectorLosses',
  'CostspanHourMissed',
] as const

export interface Firing {
  readonly test: string
  readonly alert: string
  /** Seconds from the beginning. */
  readonly at: number
  readonly text: string
}

export interface Watched {
  readonly name: string
  readonly series: readonly InputSeries[]
  readonly alerts?: readonly string[]
  /** Seconds from the beginning: when to look. */
  readonly from: number
  readonly to: number
}

/** What fires at each evaluation, in order of time. */
export async function firings(
  watched: readonly Watched[],
  { rules, step, every }: Evaluation = { rules: [FAST_RULES], step: STEP, every: STEP },
): Promise<readonly Firing[]> {
  const output = await failuresOf({
    rule_files: rules,
    evaluation_interval: `${every}s`,
    tests: watched.map((each) => testOf(each, step)),
  })
  return readFirings(output)
}

/** That nothing fires is expected, so that promtool says what does. */
function testOf({ name, series, alerts = FAST_ALERTS, from, to }: Watched, step: number): RuleTest {
  const steps = Math.floor((to - from) / step) + 1
  const times = Array.from({ length: steps }, (_, index) => from + index * step)
  return {
    name,
    interval: `${step}s`,
    input_series: series,
    alert_rule_test: times.flatMap((at) =>
      alerts.map((alertname) => ({ eval_time: `${at}s`, alertname, exp_alerts: [] })),
    ),
  }
}

/** `name:`, then `alertname: …, time: …`, then labels and annotations. */
function readFirings(output: string): readonly Firing[] {
  const firings: Firing[] = []
  let test = ''
  let alert = ''
  let at = 0
  for (const line of output.split('\n')) {
    test = /^\s+name: (.*),\s*$/.exec(line)?.[1] ?? test
    const head = /alertname: (\w+), time: (\S+),/.exec(line)
    if (head !== null) {
      alert = head[1]!
      at = secondsOf(head[2]!)
    }
    const [, text] = /Annotations:\{(.*)\}\s*$/.exec(line) ?? []
    if (text !== undefined) firings.push({ test, alert, at, text })
  }
  if (output !== '' && firings.length === 0) throw new Error(`promtool: ${output.slice(0, 2_000)}`)
  return firings.toSorted((a, b) => a.at - b.at)
}

/** As Prometheus writes durations: `1d2h3m15s`. */
function secondsOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }
  const parts = duration.match(/\d+[smhdw]/g) ?? []
  return parts.reduce(
    (sum, part) => sum + Number.parseInt(part) * (units[part.slice(-1)] ?? NaN),
    0,
  )
}

/** A machine that stands still for minutes is no failure of a rule. */
const TRIES = 3
const STOOD_STILL = 'query timed out'

/**
 * How often each alert began to fire from `from` until `seconds`, or had then, by `feature alert`. Needs no look at each
 * evaluation.
 */
export async function episodes(
  series: readonly InputSeries[],
  seconds: number,
  from = 0,
): Promise<ReadonlyMap<string, number>> {
  const evaluate = (): Promise<string> =>
    withNeededRules(ORDINARY_ALERTS, (file) =>
      failuresOf({
        rule_files: [file],
        evaluation_interval: `${STEP}s`,
        tests: [
          {
            interval: `${STEP}s`,
            input_series: series,
            promql_expr_test: [
              {
                // The state's value is when the alert became active: each change is another time.
                expr: `changes(ALERTS_FOR_STATE[${seconds - from}s]) + 1`,
                eval_time: `${seconds}s`,
                exp_samples: [],
              },
            ],
          },
        ],
      }),
    )
  let output = await evaluate()
  for (let tried = 1; tried < TRIES && output.includes(STOOD_STILL); tried += 1) {
    output = await evaluate()
  }
  const found = output.matchAll(/\{alertname="(\w+)"([^}]*)\} (\S+)/g)
  const counts = new Map(
    [...found].map(([, alert = '', labels = '', count]) => {
      const feature = /costspan_feature="([^"]*)"/.exec(labels)?.[1] ?? labels
      return [`${feature} ${alert}`, Number(count)]
    }),
  )
  if (output !== '' && counts.size === 0) throw new Error(`promtool: ${output.slice(0, 2_000)}`)
  return counts
}
