/** Whoever emitted a span: it comes out priced once, and for whom it was. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as names from '../../instrumentation/semconv.ts'
import { otelcol } from './engines.ts'
import {
  pricedByCollector,
  type Attributes,
  type OtlpSpan,
  type OtlpTraces,
} from './priced-by-collector.ts'

const binary = otelcol()

/** 176 at $2.50, 1,024 cached at $1.25, 50 at $10 a million. */
const WITH_CACHE = 0.00222
/** 1,200 at $2.50, 50 at $10: what was cached is not on the span. */
const WITHOUT_CACHE = 0.0035

interface Expected {
  readonly emitter: string
  /** The name of the span that is the call. */
  readonly call: string
  readonly amount: number
  readonly by?: string
  readonly attribution?: Attributes
}

const emitters: readonly Expected[] = [
  { emitter: 'openllmetry-python', call: 'openai.chat', amount: WITH_CACHE },
  {
    emitter: 'openllmetry-js',
    call: 'chat gpt-4o',
    amount: WITHOUT_CACHE,
    attribution: {
      [names.ATTR_FEATURE]: 'support-bot',
      [names.ATTR_USER_ID]: 'u-1',
      [names.ATTR_SESSION_ID]: 's-1',
      [names.ATTR_CUSTOMER]: 'acme',
    },
  },
  {
    emitter: 'openinference-python',
    call: 'ChatCompletion',
    amount: WITH_CACHE,
    attribution: {
      [names.ATTR_FEATURE]: 'support-bot',
      [names.ATTR_USER_ID]: 'u-1',
      [names.ATTR_SESSION_ID]: 's-1',
      [names.ATTR_PROMPT_VERSION]: 'v7',
    },
  },
  { emitter: 'ai-sdk', call: 'chat gpt-4o', amount: WITH_CACHE },
  // 100 at $3, 800 read at $0.30, 200 written at $3.75, 100 for an hour at $6, 50 at $15 a million.
  { emitter: 'anthropic-sdk', call: 'anthropic.messages.create', amount: 0.00264 },
  { emitter: 'otel-js', call: 'chat gpt-4o', amount: WITHOUT_CACHE },
  {
    emitter: 'litellm',
    call: 'chat gpt-4o',
    amount: WITH_CACHE,
    by: 'gateway',
    attribution: { [names.ATTR_TEAM]: 'care', [names.ATTR_USER_ID]: 'u-1' },
  },
  { emitter: 'kong', call: 'kong.gen_ai', amount: WITHOUT_CACHE },
]

function recorded(emitter: string): OtlpTraces {
  const file = new URL(`../fixtures/emitters/${emitter}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as OtlpTraces
}

function spansOf(traces: OtlpTraces): readonly OtlpSpan[] {
  return traces.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

describe.skipIf(binary === undefined)('spans of other emitters', () => {
  let priced: ReadonlyMap<string, Attributes>

  beforeAll(async () => {
    priced = await pricedByCollector(binary ?? '', {
      resourceSpans: [
        ...emitters.flatMap(({ emitter }) => recorded(emitter).resourceSpans),
        ...seenTwice.resourceSpans,
        ...otherCases.resourceSpans,
      ],
    })
  })

  const attributesOf = (emitter: string): readonly Attributes[] =>
    spansOf(recorded(emitter)).map(({ spanId }) => priced.get(spanId) ?? {})

  test.each(emitters)(
    '$emitter: one call, one amount: $amount USD',
    ({ emitter, call, amount, by }) => {
      const bearing = spansOf(recorded(emitter)).filter(
        ({ spanId }) => priced.get(spanId)?.[names.ATTR_COST_AMOUNT] !== undefined,
      )
      expect(bearing.map(({ name }) => name)).toEqual([call])
      const own = priced.get(bearing[0]?.spanId ?? '') ?? {}
      expect(own).toMatchObject({
        [names.ATTR_OPERATION_NAME]: 'chat',
        [names.ATTR_COST_STATUS]: 'priced',
        [names.ATTR_COST_CURRENCY]: 'USD',
        [names.ATTR_COST_BY]: by ?? 'collector',
      })
      expect(own[names.ATTR_PROVIDER_NAME]).toBe(
        emitter === 'anthropic-sdk' ? 'anthropic' : 'openai',
      )
      expect(Math.abs(Number(own[names.ATTR_COST_AMOUNT]) - amount)).toBeLessThan(1e-9)
      const parts = Object.entries(own).filter(
        ([name, value]) => name.startsWith(names.PREFIX_COST_PART) && typeof value === 'number',
      )
      const sum = parts.reduce((all, [, value]) => all + Number(value), 0)
      expect(Math.abs(sum - amount)).toBeLessThan(1e-9)
    },
  )

  test.each(emitters.filter(({ attribution }) => attribution !== undefined))(
    '$emitter: whom the call was for is on it by the names of costspan',
    ({ emitter, attribution }) => {
      const call = attributesOf(emitter).find((own) => own[names.ATTR_COST_AMOUNT] !== undefined)
      expect(call).toMatchObject(attribution ?? {})
    },
  )

  test('a call that an SDK and a gateway report: the SDK keeps its verdict, the gateway span is told from it', () => {
    const [sdk, gateway] = spansOf(seenTwice).map(({ spanId }) => priced.get(spanId) ?? {})
    expect(sdk).toMatchObject({
      [names.ATTR_COST_AMOUNT]: 0.0042,
      [names.ATTR_COST_BY]: 'sdk',
      [names.ATTR_COST_STATUS]: 'priced',
      [names.ATTR_PRICE_BOOK]: 'theirs',
    })
    expect(gateway).toMatchObject({ [names.ATTR_COST_BY]: 'gateway' })
    // What is counted is not marked `sdk` and, of a gateway's spans, has no parent.
    expect(spansOf(seenTwice)[1]?.parentSpanId).toBe(spansOf(seenTwice)[0]?.spanId)
  })

  test.each([
    ['an amount of another tool is kept and not priced again', '1', 0.5, 'priced', undefined],
    ['an unknown model is unpriced, never $0', '2', undefined, 'unpriced', 'unknown_model'],
    ['a call without usage is unpriced', '3', undefined, 'unpriced', 'usage_missing'],
    ['a failed call is unpriced for that reason', '4', undefined, 'unpriced', 'call_failed'],
    ['parts above their whole are unpriced', '5', undefined, 'unpriced', 'usage_inconsistent'],
    ['output alone is partial', '6', 0.0005, 'partial', 'usage_incomplete'],
    ['what the answer does not tell the request may', '7', 0.0035, 'priced', undefined],
    ['an agent that repeats the usage of its calls is none', '8', undefined, undefined, undefined],
    ['a verdict of the SDK that there is no price stays', '9', undefined, 'unpriced', 'theirs'],
    ['a count that is text is none', 'a', 0.0005, 'partial', 'usage_incomplete'],
  ] as const)('%s', (_, digit, amount, status, reason) => {
    const own = priced.get(`ee0000000000000${digit}`) ?? {}
    expect(own[names.ATTR_COST_STATUS]).toBe(status)
    expect(own[names.ATTR_COST_REASON]).toBe(reason)
    if (amount === undefined) expect(own).not.toHaveProperty([names.ATTR_COST_AMOUNT])
    else expect(Math.abs(Number(own[names.ATTR_COST_AMOUNT]) - amount)).toBeLessThan(1e-9)
  })
})

function span(
  spanId: string,
  attributes: Readonly<Record<string, string | number>>,
  more: object = {},
): OtlpSpan {
  return {
    traceId: '5bf92f3577b34da6a3ce929d0e0e4736',
    spanId,
    name: 'chat',
    kind: 3,
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000001000000000',
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value:
        typeof value === 'string'
          ? { stringValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
    })),
    ...more,
  }
}

const call = {
  [names.ATTR_OPERATION_NAME]: 'chat',
  [names.ATTR_PROVIDER_NAME]: 'openai',
  [names.ATTR_REQUEST_MODEL]: 'gpt-4o',
}
const usage = { [names.ATTR_INPUT_TOKENS]: 1_200, [names.ATTR_OUTPUT_TOKENS]: 50 }

const seenTwice: OtlpTraces = {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            span('dd00000000000001', {
              ...call,
              ...usage,
              [names.ATTR_COST_AMOUNT]: 0.0042,
              [names.ATTR_COST_CURRENCY]: 'USD',
              [names.ATTR_COST_SOURCE]: 'local',
              [names.ATTR_COST_STATUS]: 'priced',
              [names.ATTR_COST_BY]: 'sdk',
              [names.ATTR_PRICE_BOOK]: 'theirs',
            }),
            span(
              'dd00000000000002',
              { ...call, ...usage, 'litellm.cost.total': 0.0035 },
              { parentSpanId: 'dd00000000000001' },
            ),
          ],
        },
      ],
    },
  ],
}

const otherCases: OtlpTraces = {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            span('ee00000000000001', { ...call, ...usage, 'gen_ai.usage.cost': 0.5 }),
            span('ee00000000000002', { ...call, ...usage, [names.ATTR_REQUEST_MODEL]: 'no-such' }),
            span('ee00000000000003', call),
            span('ee00000000000004', { ...call, [names.ATTR_ERROR_TYPE]: '500' }),
            span('ee00000000000005', { ...call, ...usage, [names.ATTR_CACHE_READ_TOKENS]: 9_999 }),
            span('ee00000000000006', { ...call, [names.ATTR_OUTPUT_TOKENS]: 50 }),
            span('ee00000000000007', { ...call, ...usage, [names.ATTR_RESPONSE_MODEL]: 'dep-7' }),
            span('ee00000000000008', {
              ...call,
              ...usage,
              [names.ATTR_OPERATION_NAME]: 'invoke_agent',
            }),
            span('ee00000000000009', {
              ...call,
              ...usage,
              [names.ATTR_COST_STATUS]: 'unpriced',
              [names.ATTR_COST_REASON]: 'theirs',
              [names.ATTR_COST_BY]: 'sdk',
            }),
            span('ee0000000000000a', {
              ...call,
              [names.ATTR_INPUT_TOKENS]: 'many',
              [names.ATTR_OUTPUT_TOKENS]: 50,
            }),
          ],
        },
      ],
    },
  ],
}
