/** What no emitter should send: refused or bounded, and seen. */

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { money } from '../../dashboards/money.ts'
import { missingEngines } from './engines/engines.ts'
import { answers } from './support/engine-process.ts'
import { number, until } from './support/prometheus.ts'
import { pricedCall, readSpans, sendSpans, type SpanToSend } from './support/spans.ts'
import { startStack, type Stack } from './support/stack.ts'

const FEATURES = 100_000

describe.skipIf(missingEngines().length > 0)('the pipeline', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ env: { COSTSPAN_METRIC_INTERVAL: '2s' } })
  })
  afterAll(() => stack?.close())

  const post = async (body: string | Uint8Array<ArrayBuffer>, type: string): Promise<number> => {
    const headers = { 'content-type': type }
    const response = await fetch(`${stack.otlp}/v1/traces`, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status
  }
  const stored = (feature: string): readonly Readonly<Record<string, unknown>>[] =>
    readSpans(stack.spans)
      .map(({ attributes }) => attributes)
      .filter((attributes) => attributes['costspan.feature'] === feature)
  /** Resident memory of the Collector, MiB. */
  const memory = (): number => {
    const status = readFileSync(`/proc/${stack.collector.running.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  }

  it.each([
    ['no JSON', '{"resourceSpans":', 'application/json', 400],
    ['JSON of another shape', '{"resourceSpans":[{"scopeSpans":7}]}', 'application/json', 400],
    ['no protobuf', new Uint8Array([255, 255, 255, 1]), 'application/x-protobuf', 400],
    ['another type', 'hello', 'text/plain', 415],
    ['17 MB', ' '.repeat(17_000_000), 'application/json', 400],
  ])('refuses %s, and goes on', async (_name, body, type, status) => {
    expect(await post(body, type)).toBe(status)
    expect(await sendSpans(stack.otlp, [])).toMatchObject({ status: 200 })
  })

  it('keeps 4,096 bytes of an attribute of 10 MB', async () => {
    const long = pricedCall(1, { 'costspan.feature': 'long', 'user.id': 'x'.repeat(10_000_000) })
    expect(await sendSpans(stack.otlp, [long])).toMatchObject({ status: 200 })
    const [attributes] = await until(
      () => stored('long'),
      (spans) => spans.length > 0,
      10_000,
    )
    expect(String(attributes?.['user.id'])).toHaveLength(4_096)
  })

  it('drops the text of prompts and answers under every name that emitters have for it', async () => {
    const texts = [
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'gen_ai.system_instructions',
      'gen_ai.tool.definitions',
      'gen_ai.prompt.0.content',
      'gen_ai.completion.0.content',
      'gen_ai.prompt',
      'gen_ai.completion',
      'gen_ai.content.prompt',
      'llm.input_messages.0.message.content',
      'llm.output_messages.0.message.content',
      'input.value',
      'output.value',
      'traceloop.entity.input',
      'ai.prompt.messages',
      'ai.response.text',
    ]
    const kept = ['gen_ai.prompt.name', 'gen_ai.prompt.version', 'gen_ai.request.model']
    const attributes = Object.fromEntries([...texts, ...kept].map((name) => [name, 'secret']))
    const call = pricedCall(1, { 'costspan.feature': 'text', ...attributes })
    expect(await sendSpans(stack.otlp, [call])).toMatchObject({ status: 200 })
    const [found = {}] = await until(
      () => stored('text'),
      (spans) => spans.length > 0,
      10_000,
    )
    expect(
      Object.keys(found)
        .filter((name) => found[name] === 'secret')
        .toSorted(),
    ).toEqual(kept)
  })

  it('survives 100,000 features of one emitter: series end at the limit, it shows, and those that were there go on', async () => {
    const known = (usd: number): SpanToSend => pricedCall(usd, { 'costspan.feature': 'known' })
    const ofKnown = money('costspan_feature="known"', [], '30m')
    expect(await sendSpans(stack.otlp, [known(1)])).toMatchObject({ status: 200 })
    await until(
      () => number(stack.prometheus, ofKnown),
      (usd) => usd === 1,
      10_000,
    )
    let waits = 0
    const accepted = async (batch: readonly SpanToSend[]): Promise<void> => {
      // 503 is the memory limit's: it asks the sender to wait.
      for (;;) {
        const { status } = await sendSpans(stack.otlp, batch)
        if (status === 200) return
        expect(status).toBe(503)
        waits += 1
        await sleep(500)
      }
    }
    for (let sent = 0; sent < FEATURES; sent += 500) {
      const batch = Array.from({ length: 500 }, (_, index) =>
        pricedCall(0.001, { 'costspan.feature': `feature-${sent + index}` }),
      )
      await accepted(batch)
    }
    await accepted([known(2)])
    const usd = await until(
      () => number(stack.prometheus, ofKnown),
      (found) => Math.abs(found - 3) < 1e-9,
      120_000,
    )
    const refused = await until(
      () =>
        number(stack.prometheus, 'sum(otelcol_deltatocumulative_datapoints_total{error="limit"})'),
      (count) => count > 0,
      30_000,
    )
    const tracked = await number(stack.prometheus, 'max(otelcol_deltatocumulative_streams_tracked)')
    const series = await number(stack.prometheus, 'count({__name__=~"costspan_.+|gen_ai_.+"})')
    console.log(
      `${FEATURES} features: ${tracked} streams, ${series} series in Prometheus, ${refused} points beyond the limit, ${memory().toFixed(0)} MiB, ${waits} times told to wait`,
    )
    expect(usd).toBeCloseTo(3, 9)
    expect(tracked).toBeLessThanOrEqual(20_000)
    expect(refused).toBeGreaterThan(0)
    expect(memory()).toBeLessThan(512)
    // Once the flood is over nobody is told to wait.
    for (let round = 0; round < 20; round += 1) {
      expect(await sendSpans(stack.otlp, [known(1)])).toMatchObject({ status: 200 })
      await sleep(250)
    }
    expect(await answers(`${stack.prometheus}/-/ready`)).toBe(true)
  })

  it('counts 100,000 features as one where an allow-list names the true ones', async () => {
    const guarded = await startStack({
      env: { COSTSPAN_METRIC_INTERVAL: '1s', COSTSPAN_FEATURES: 'search|support-.*' },
    })
    try {
      for (const feature of ['search', 'support-bot', 'x1', 'x2', 'searching']) {
        await sendSpans(guarded.otlp, [pricedCall(1, { 'costspan.feature': feature })])
      }
      const by = (feature: string): Promise<number> =>
        number(guarded.prometheus, money(`costspan_feature="${feature}"`, [], '15m'))
      expect(
        await until(
          () => by('other'),
          (usd) => usd === 3,
          10_000,
        ),
      ).toBe(3)
      expect([await by('search'), await by('support-bot')]).toEqual([1, 1])
    } finally {
      await guarded.close()
    }
  })
})
