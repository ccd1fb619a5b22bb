/** Dollars in Prometheus and on spans, against the ledger of the provider that billed them. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { money } from '../../dashboards/money.ts'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { missingEngines } from './engines/engines.ts'
import { METRIC_INTERVAL_MS, startCaller, type Caller } from './support/callers.ts'
import { startLoad } from './support/load.ts'
import { number, query, until } from './support/prometheus.ts'
import { readSpans } from './support/spans.ts'
import { AS_STATED, startStack, type Stack } from './support/stack.ts'

const PROCESSES = 8
const CALLS_EACH = 640
const SECONDS = 40
const SETS = 40

describe.skipIf(missingEngines().length > 0)('money', () => {
  let stack: Stack
  let simulator: Simulator

  // For every try of a test its own: what an earlier one spent stands in the ledger and in Prometheus.
  beforeEach(async () => {
    simulator = await startSimulator({ keep: 10 })
    // Without the price table, which takes seconds of a processor to read: spans wait 60 s for a receiver.
    stack = await startStack({ pricing: AS_STATED, env: { COSTSPAN_METRIC_INTERVAL: '5s' } })
  })
  afterEach(async () => {
    await stack?.close()
    await simulator?.close()
  })

  // A server: it is there when the Collector is back, however long that takes.
  const caller = (calls: number, seconds: number): Caller =>
    startCaller({
      simulator: simulator.url,
      otlp: stack.otlp,
      calls,
      seconds,
      sets: SETS,
      serve: true,
    })
  const spent = (selector = ''): Promise<number> =>
    number(stack.prometheus, money(selector, [], '15m'))

  it('agrees within 0.1% over 5,120 calls of 8 processes, one of them and the Collector restarted midway', async () => {
    const callers = Array.from({ length: PROCESSES - 1 }, () => caller(CALLS_EACH, SECONDS))
    const restarted = caller(CALLS_EACH, SECONDS)
    const elsewhere = startLoad(stack.otlp)
    await until(restarted.done, (done) => done >= CALLS_EACH / 2, SECONDS * 1000)
    restarted.child.kill('SIGTERM')
    expect(await restarted.ended).toEqual({ code: 0, signal: null })
    callers.push(caller(CALLS_EACH - restarted.done(), SECONDS / 2))
    const everyone = [...callers, restarted]
    const away = performance.now()
    await stack.collector.stop()
    await stack.collector.start()
    console.log(`Collector away for ${((performance.now() - away) / 1000).toFixed(1)} s`)
    const called = (): number => everyone.reduce((sum, { done }) => sum + done(), 0)
    await until(called, (done) => done >= PROCESSES * CALLS_EACH, 2 * SECONDS * 1000)
    for (const { child } of callers) child.kill('SIGTERM')
    const ends = await Promise.all(callers.map(({ ended }) => ended))
    expect(ends.map(({ code }) => code)).toEqual(callers.map(() => 0))
    const complaints = everyone.map((each) => each.complaints()).join('')
    expect(complaints, complaints).toBe('')
    await elsewhere.stop()
    const foreign = elsewhere.acknowledged()

    const { told, calls } = simulator.ledger.totals()
    const ledger = Number(told.usd)
    expect(calls).toBe(PROCESSES * CALLS_EACH)
    const ours = await until(() => spent('costspan_cost_by="sdk"'), near(ledger), 30_000)
    const theirs = await until(
      () => spent('costspan_cost_by="collector"'),
      near(foreign.usd),
      30_000,
    )
    const sets = await query(
      stack.prometheus,
      'group by (costspan_feature, costspan_team) (last_over_time(costspan_cost_USD_total{costspan_cost_by="sdk"}[15m]))',
    )
    console.log(
      `ledger ${told.usd}, money() ${ours}; ${foreign.count} spans of others ${foreign.usd}, money() ${theirs}; ${sets.length} label sets`,
    )
    expect(sets).toHaveLength(SETS)
    expect(Math.abs(ours / ledger - 1)).toBeLessThan(0.001)
    expect(Math.abs(theirs / foreign.usd - 1)).toBeLessThan(0.001)

    const whole = calls + foreign.count
    const spans = await until(
      () => readSpans(stack.spans),
      (all) => all.length >= whole,
      30_000,
    )
    const amounts = spans.map((span) => Number(span.attributes['gen_ai.usage.cost.amount']))
    const sum = amounts.reduce((total, amount) => total + amount, 0)
    console.log(`${spans.length} spans, ${sum} USD`)
    expect(spans).toHaveLength(whole)
    expect(Math.abs(sum / (ledger + foreign.usd) - 1)).toBeLessThan(1e-9)
  })

  it('lacks at most what one process spent in an export interval before kill -9', async () => {
    const killed = caller(1_000, 20)
    await until(killed.done, (done) => done >= 400, 30_000)
    const atKill = simulator.ledger.entries.length
    killed.child.kill('SIGKILL')
    await killed.ended
    await sleep(3_000)
    const spentByIt = Number(simulator.ledger.totals().told.usd)
    const counted = await spent('costspan_cost_by="sdk"')
    const perCall = spentByIt / simulator.ledger.entries.length
    const calls = (spentByIt - counted) / perCall
    console.log(
      `kill -9 after ${atKill} calls: ${spentByIt} USD billed, ${counted} counted, about ${calls.toFixed(0)} calls lost`,
    )
    expect(counted).toBeGreaterThan(0)
    expect(counted).toBeLessThanOrEqual(spentByIt * 1.000001)
    // 50 calls a second; a call that is under way is not counted either.
    expect(calls).toBeLessThan((METRIC_INTERVAL_MS / 1000) * 50 + 10)
  })
})

function near(usd: number): (value: number) => boolean {
  return (value) => Math.abs(value / usd - 1) < 1e-9
}
