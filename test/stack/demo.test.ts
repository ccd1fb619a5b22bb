/** The demo that docker-compose.yml runs, on the real engines. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import { money } from '../../dashboards/money.ts'
import { runNode } from '../support/run-node.ts'
import { missingEngines } from './engines/engines.ts'
import { number, until } from './support/prometheus.ts'
import { readSpans } from './support/spans.ts'
import { startStack, type Stack } from './support/stack.ts'

const APP = fileURLToPath(new URL('../../dist/demo/pipeline/app.js', import.meta.url))

describe.skipIf(missingEngines().length > 0)('the demo', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack?.close())

  it('spends in Prometheus and on spans what its provider billed', async () => {
    const args = [APP, '--endpoint', stack.otlp, '--seconds', '20']
    const run = await runNode({ args, timeoutMs: 120_000 })
    expect(run).toMatchObject({ code: 0 })
    const billed = JSON.parse(run.stdout)
    expect(billed.calls).toBeGreaterThan(50)
    // The bot's vector database and gateway are no calls, and on no provider's bill.
    const ofCalls = money('gen_ai_provider_name!="none"', [], '15m')
    const spent = await until(
      () => number(stack.prometheus, ofCalls),
      (usd) => Math.abs(usd / billed.usd - 1) < 1e-9,
      20_000,
    )
    expect(spent / billed.usd).toBeCloseTo(1, 9)
    const spans = await until(
      () =>
        readSpans(stack.spans).filter(({ attributes }) => attributes['gen_ai.usage.cost.amount']),
      (found) => found.length >= billed.calls,
      10_000,
    )
    const sum = spans.reduce(
      (usd, { attributes }) => usd + Number(attributes['gen_ai.usage.cost.amount']),
      0,
    )
    expect(sum / billed.usd).toBeCloseTo(1, 9)
  })

  it.each([
    [['--seconds', 'soon'], '--seconds soon: a number of seconds, 5 or more\n'],
    [['--second', '5'], /Unknown option '--second'/],
  ])('says in a line what is wrong with %j', async (args, message) => {
    const { code, stderr } = await runNode({ args: [APP, ...args] })
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
