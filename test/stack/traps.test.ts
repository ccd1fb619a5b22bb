/** Ways to lose dollars, or to count them twice: each with its remedy, and without it. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { money } from '../../dashboards/money.ts'
import { missingEngines } from './engines/engines.ts'
import { startLoad } from './support/load.ts'
import { number, until } from './support/prometheus.ts'
import { pricedCall, sendSpans, type SpanToSend } from './support/spans.ts'
import { AS_STATED, startStack, type Stack, type StackOptions } from './support/stack.ts'
import { collectorWith, pipeline, without, type CollectorFile } from './support/variant.ts'

const open: Stack[] = []
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close()
})

async function start(options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack({
    pricing: AS_STATED,
    ...options,
    env: { COSTSPAN_METRIC_INTERVAL: '1s', ...options.env },
  })
  open.push(stack)
  return stack
}

const startWith = (change: (file: CollectorFile) => void, options = {}): Promise<Stack> =>
  start({ ...options, collector: collectorWith(change) })

const spent = (stack: Stack): Promise<number> => number(stack.prometheus, money('', [], '15m'))

/** What is counted once nothing is on its way any more. */
async function settled(stack: Stack, expected: number): Promise<number> {
  return until(
    () => spent(stack),
    (usd) => Math.abs(usd - expected) < 1e-9,
    8_000,
  )
}

async function send(otlp: string, ...spans: readonly SpanToSend[]): Promise<void> {
  expect(await sendSpans(otlp, spans)).toMatchObject({ status: 200 })
}

/** Without what names the Collector as the writer of its series. */
function noInstance(file: CollectorFile): void {
  without(file, 'metrics/totals', 'resource/writer')
}

/** Prometheus' own. A flag that is given twice adds to what it enabled. */
const CONVERSION = '--enable-feature=otlp-deltatocumulative'

/** Points that the Collector dropped as out of order; it says so every 10 s. */
async function outOfOrder(stack: Stack): Promise<number> {
  const dropped = 'sum(otelcol_deltatocumulative_datapoints_total{error=~".*OutOfOrder.*"})'
  return until(
    () => number(stack.prometheus, dropped),
    (count) => count > 0,
    15_000,
  )
}

describe.skipIf(missingEngines().length > 0)('a trap', () => {
  describe('requests that overtake each other', () => {
    const rush = async (stack: Stack): Promise<number> => {
      const lane = async (): Promise<void> => {
        for (let index = 0; index < 100; index += 1) await send(stack.otlp, pricedCall(0.01))
      }
      await Promise.all(Array.from({ length: 16 }, lane))
      return settled(stack, 16)
    }
    it('loses none of 1,600 calls on 16 connections where one request is counted at a time', async () => {
      const stack = await start()
      expect(await rush(stack)).toBeCloseTo(16, 9)
      expect(await outOfOrder(stack)).toBe(0)
    })

    it('loses some, and counts them as errors, where spans are counted as they come', async () => {
      const stack = await startWith((file) => {
        delete file.service.pipelines['metrics/deltas']
        pipeline(file, 'metrics/totals').receivers.push('signal_to_metrics')
        without(file, 'metrics/totals', 'transform/arrival')
      })
      const usd = await rush(stack)
      console.log(`counted as they come: ${usd} of 16 USD`)
      expect(usd).toBeLessThan(16 - 0.005)
      expect(await outOfOrder(stack)).toBeGreaterThan(0)
    })
  })

  describe('two replicas', () => {
    const both = async (stack: Stack): Promise<number> => {
      const other = await stack.replica()
      await send(stack.otlp, pricedCall(5))
      await send(other, pricedCall(3))
      // Each writes its totals again every second.
      await sleep(5_000)
      return settled(stack, 8)
    }

    it('write series of their own, whose dollars add up', async () => {
      expect(await both(await start())).toBeCloseTo(8, 9)
    })

    it('write one series without an instance of their own, and the sum is wrong', async () => {
      const stack = await startWith(noInstance)
      expect(await both(stack)).not.toBeCloseTo(8, 1)
    })
  })

  describe('a Collector that starts anew', () => {
    const restarted = async (stack: Stack): Promise<number> => {
      await send(stack.otlp, pricedCall(4))
      expect(await settled(stack, 4)).toBeCloseTo(4, 9)
      await stack.collector.stop()
      await stack.collector.start()
      await send(stack.otlp, pricedCall(5))
      return settled(stack, 9)
    }

    it('begins new series, so that 4 USD before and 5 after are 9', async () => {
      expect(await restarted(await start())).toBeCloseTo(9, 9)
    })

    it('goes on with the old ones without an instance of its own, and 9 is not what is found', async () => {
      const stack = await startWith(noInstance)
      expect(await restarted(stack)).not.toBeCloseTo(9, 1)
    })
  })

  describe('the first value of a series', () => {
    const increase = async (stack: Stack): Promise<number> => {
      await send(stack.otlp, pricedCall(2))
      await settled(stack, 2)
      await sleep(3_000)
      return number(stack.prometheus, 'sum(increase(costspan_cost_USD_total[1m]))')
    }

    it('is an increase, where points have a start and Prometheus takes it for a zero', async () => {
      expect(await increase(await start())).toBeGreaterThan(1.9)
    })

    it('is none where points have no start', async () => {
      const stack = await startWith((file) => {
        const [points] = file.processors['transform/arrival']?.['metric_statements'] as [
          { statements: string[] },
        ]
        expect(points.statements.pop()).toContain('datapoint.start_time')
      })
      expect(await increase(stack)).toBe(0)
    })

    it('is none without created-timestamp-zero-ingestion', async () => {
      const stack = await start({
        flags: (flags) => {
          const kept = flags.map((flag) => flag.replace(',created-timestamp-zero-ingestion', ''))
          expect(kept).not.toEqual(flags)
          return kept
        },
      })
      expect(await increase(stack)).toBe(0)
    })
  })

  describe('a series at rest', () => {
    const noLoop = (file: CollectorFile): void => {
      pipeline(file, 'metrics/totals').exporters = ['forward/metrics']
      delete file.service.pipelines['metrics/rest']
    }
    const samples = async (stack: Stack): Promise<number> => {
      await send(stack.otlp, pricedCall(1))
      await settled(stack, 1)
      await sleep(10_000)
      return number(stack.prometheus, 'sum(count_over_time(costspan_cost_USD_total[1m]))')
    }

    it('is written at each interval all the same, so that money() finds where it stood', async () => {
      expect(await samples(await start())).toBeGreaterThan(7)
    })

    it('is written once without the loop, and after an hour would count again in full', async () => {
      // The value, and the zero at its start.
      expect(await samples(await startWith(noLoop))).toBeLessThanOrEqual(2)
    })

    it('outlives max_stale in the loop: 4 USD and 5 after it are 9, and not so without the loop', async () => {
      const soon = (file: CollectorFile): void => {
        file.processors['deltatocumulative'] = { max_stale: '20s' }
      }
      const stacks = [
        await startWith(soon),
        await startWith((file) => {
          soon(file)
          noLoop(file)
        }),
      ]
      for (const stack of stacks) await send(stack.otlp, pricedCall(4))
      // Series are looked through once a minute.
      await sleep(70_000)
      for (const stack of stacks) await send(stack.otlp, pricedCall(5))
      const [kept, lost] = [stacks[0] as Stack, stacks[1] as Stack]
      expect(await settled(kept, 9)).toBeCloseTo(9, 9)
      expect(await settled(lost, 9)).not.toBeCloseTo(9, 1)
    })
  })

  describe('one call on several spans', () => {
    const parent = { spanId: '00000000000000aa', traceId: '000000000000000000000000000000bb' }
    const spans = [
      { ...pricedCall(1, { 'costspan.cost.by': 'sdk' }), ...parent },
      { ...pricedCall(1, { 'gen_ai.operation.name': 'invoke_agent' }) },
      { ...pricedCall(1, { 'costspan.cost.status': 'covered' }) },
      {
        ...pricedCall(1, { 'costspan.cost.by': 'gateway' }),
        traceId: parent.traceId,
        parent: parent.spanId,
        service: 'litellm-proxy',
      },
      { ...pricedCall(1), traceId: parent.traceId, parent: parent.spanId, service: 'kong' },
    ]
    const counted = { ...pricedCall(2), service: 'elsewhere' }

    it('counts once: not what an SDK counted, nor agents, nor a gateway below its caller', async () => {
      const stack = await start()
      await send(stack.otlp, ...spans, counted)
      expect(await settled(stack, 2)).toBeCloseTo(2, 9)
    })

    it('counts a gateway that is named, and one whose caller is not seen', async () => {
      const stack = await start({ env: { COSTSPAN_COUNTED_GATEWAYS: 'kong' } })
      const alone = { ...pricedCall(4, { 'costspan.cost.by': 'gateway' }), service: 'litellm' }
      await send(stack.otlp, ...spans, counted, alone)
      expect(await settled(stack, 7)).toBeCloseTo(7, 9)
    })

    it('counts five times too much without filter/count', async () => {
      const stack = await startWith((file) => without(file, 'traces/count', 'filter/count'))
      await send(stack.otlp, ...spans, counted)
      expect(await settled(stack, 7)).toBeCloseTo(7, 9)
    })
  })

  describe('the conversion of deltas', () => {
    const ofAll = async (stack: Stack): Promise<number> => {
      const load = startLoad(stack.otlp, { pauseMs: 200 })
      await sleep(12_000)
      await load.stop()
      const { usd } = load.acknowledged()
      return (await settled(stack, usd)) / usd
    }

    it('is exact in the Collector', async () => {
      expect(await ofAll(await start())).toBeCloseTo(1, 9)
    })

    it("loses dollars without any fault where it is Prometheus' own", async () => {
      const stack = await startWith(
        (file) => {
          pipeline(file, 'metrics/totals').processors = ['resource/writer', 'transform/arrival']
          pipeline(file, 'metrics/totals').exporters = ['otlp_http/prometheus']
          delete file.service.pipelines['metrics/rest']
          delete file.service.pipelines['metrics/counted']
        },
        { flags: (flags: readonly string[]) => [...flags, CONVERSION] },
      )
      const share = await ofAll(stack)
      console.log(`converted by Prometheus: ${share} of the dollars`)
      expect(share).toBeLessThan(0.99)
    })
  })

  it('sampling leaves money alone behind the metrics, and takes it before them', async () => {
    const none = { error_mode: 'propagate', traces: { span: ['span.kind == SPAN_KIND_CLIENT'] } }
    const behind = await startWith((file) => {
      file.processors['filter/sampled'] = none
      pipeline(file, 'traces/store').processors = ['filter/sampled']
    })
    const before = await startWith((file) => {
      file.processors['filter/sampled'] = none
      pipeline(file, 'traces/in').processors?.push('filter/sampled')
    })
    for (const stack of [behind, before]) await send(stack.otlp, pricedCall(3))
    expect(await settled(behind, 3)).toBeCloseTo(3, 9)
    expect(await spent(before)).toBe(0)
  })
})
