/** What is acknowledged is delivered, whatever fails behind the Collector; what the Collector loses is bounded. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { money } from '../../dashboards/money.ts'
import { missingEngines } from './engines/engines.ts'
import { startLoad, type Load } from './support/load.ts'
import { number, query, until } from './support/prometheus.ts'
import { pricedCall, readSpans, sendSpans } from './support/spans.ts'
import { AS_STATED, startStack, type Stack, type StackOptions } from './support/stack.ts'

const INTERVAL_S = 5

const open: Stack[] = []
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close()
})

async function start(options: StackOptions = {}): Promise<Stack> {
  const env = { COSTSPAN_METRIC_INTERVAL: `${INTERVAL_S}s`, ...options.env }
  const stack = await startStack({ pricing: AS_STATED, ...options, env })
  open.push(stack)
  return stack
}

const spent = (stack: Stack, by = ''): Promise<number> =>
  number(stack.prometheus, money(by, [], '30m'))

/** Money and spans once nothing is on its way any more. */
async function arrived(stack: Stack, load: Load): Promise<{ usd: number; spans: number }> {
  const { usd, count } = load.acknowledged()
  const spans = await until(
    () => readSpans(stack.spans).length,
    (length) => length >= count,
    60_000,
  )
  const found = await until(
    () => spent(stack),
    (value) => Math.abs(value / usd - 1) < 1e-9,
    30_000,
  )
  return { usd: found, spans }
}

describe.skipIf(missingEngines().length > 0)('with', () => {
  it('the trace store down for 60 s every acknowledged span arrives, and money goes on meanwhile', async () => {
    const stack = await start()
    const load = startLoad(stack.otlp)
    await sleep(3_000)
    await stack.store.kill()
    const atDown = await spent(stack)
    await sleep(60_000)
    const atUp = await spent(stack)
    await stack.store.start()
    await load.stop()
    const { usd, spans } = await arrived(stack, load)
    const sent = load.acknowledged()
    console.log(
      `traces away for 60 s: ${spans} of ${sent.count} spans, ${usd} of ${sent.usd} USD; ${atDown} counted at its fall, ${atUp} at its return`,
    )
    expect(atUp).toBeGreaterThan(atDown * 2)
    expect(spans).toBe(sent.count)
    expect(usd / sent.usd).toBeCloseTo(1, 9)
    expect(load.refused()).toBe(0)
  })

  it('Prometheus down for 60 s no dollar is lost, and the minute is filled in afterwards', async () => {
    const stack = await start()
    const load = startLoad(stack.otlp)
    await sleep(12_000)
    const down = Date.now() / 1000
    await stack.server.kill()
    await sleep(60_000)
    await stack.server.start()
    const up = Date.now() / 1000
    await load.stop()
    const { usd, spans } = await arrived(stack, load)
    const sent = load.acknowledged()
    const within = await query(
      stack.prometheus,
      `max(count_over_time(costspan_cost_USD_total[${Math.floor(up - down)}s]))`,
      up,
    )
    console.log(
      `Prometheus away for 60 s: ${usd} of ${sent.usd} USD, ${spans} of ${sent.count} spans; ${within[0]?.value} samples of that time a series`,
    )
    expect(spans).toBe(sent.count)
    expect(usd / sent.usd).toBeCloseTo(1, 9)
    expect(within[0]?.value).toBeGreaterThan(60 / INTERVAL_S / 2)
    expect(load.refused()).toBe(0)
  })

  it('kill -9 of the Collector every acknowledged span arrives, and at most an interval of money is missing', async () => {
    const stack = await start()
    const load = startLoad(stack.otlp)
    await sleep(12_300)
    const before = load.acknowledged().usd
    await sleep(INTERVAL_S * 1000)
    const interval = load.acknowledged().usd - before
    await stack.collector.kill()
    await stack.collector.start()
    await sleep(5_000)
    await load.stop()
    const { usd, spans } = await arrived(stack, load)
    const sent = load.acknowledged()
    console.log(
      `Collector killed: ${spans} of ${sent.count} spans, ${usd} of ${sent.usd} USD: ${sent.usd - usd} missing, ${interval} are spent in an interval`,
    )
    expect(spans).toBe(sent.count)
    expect(sent.usd - usd).toBeLessThanOrEqual(interval * 1.2)
    // A batch that was under way is counted again: no more than that.
    expect(usd - sent.usd).toBeLessThanOrEqual(interval * 0.2)
  })

  it('a queue that is full senders wait and are refused nothing that is counted; it shows in the metrics', async () => {
    const stack = await start({ env: { COSTSPAN_QUEUE_BYTES: '4000000' } })
    await stack.store.kill()
    const load = startLoad(stack.otlp, { timeoutMs: 60_000 })
    await until(
      () => load.waiting(),
      (waiting) => waiting > 0,
      40_000,
    )
    await sleep(5_000)
    const full = await until(
      () => number(stack.prometheus, FULL),
      (share) => share > 0.9,
      30_000,
    )
    await stack.store.start()
    await load.stop()
    const { usd, spans } = await arrived(stack, load)
    const sent = load.acknowledged()
    console.log(
      `queue full at ${full}: ${spans} of ${sent.count} spans, ${usd} of ${sent.usd} USD, ${load.refused()} requests refused`,
    )
    expect(full).toBeGreaterThan(0.9)
    expect(spans).toBe(sent.count)
    expect(usd / sent.usd).toBeCloseTo(1, 9)
  })

  it('two writers of one service and instance the Health query shows them', async () => {
    const stack = await start()
    const twice = async (): Promise<void> => {
      for (const total of [5, 3]) await sendTotal(stack.otlp, total)
      await sleep(1_100)
    }
    for (let round = 0; round < 4; round += 1) await twice()
    const shown = await query(
      stack.prometheus,
      'sum by (job, instance) (resets(costspan_cost_USD_total[5m])) > 1',
    )
    expect(shown.map(({ labels }) => labels)).toEqual([{ job: 'twin', instance: 'same' }])
  })

  it('a slow store nothing is refused', async () => {
    const stack = await start()
    process.kill(stack.store.running.pid, 'SIGSTOP')
    expect(await sendSpans(stack.otlp, [pricedCall(1)])).toMatchObject({ status: 200 })
    await sleep(8_000)
    process.kill(stack.store.running.pid, 'SIGCONT')
    const spans = await until(
      () => readSpans(stack.spans).length,
      (length) => length > 0,
      20_000,
    )
    expect(spans).toBe(1)
    expect(
      await until(
        () => spent(stack),
        (usd) => usd > 0,
        15_000,
      ),
    ).toBeCloseTo(1, 9)
  })
})

/** How full the fullest queue is. */
const FULL = 'max(otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)'

/** A cumulative total, as an SDK exports it. */
async function sendTotal(otlp: string, usd: number): Promise<void> {
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  const text = (key: string, value: string): object => ({ key, value: { stringValue: value } })
  const point = {
    startTimeUnixNano: `${BigInt(Date.now() - 60_000) * 1_000_000n}`,
    timeUnixNano: now,
    asDouble: usd,
    attributes: [text('costspan.feature', 'search')],
  }
  const metric = {
    name: 'costspan.cost',
    unit: 'USD',
    sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] },
  }
  const resource = {
    attributes: [text('service.name', 'twin'), text('service.instance.id', 'same')],
  }
  const body = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] }
  const response = await fetch(`${otlp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  await response.arrayBuffer()
  await sleep(50)
}
