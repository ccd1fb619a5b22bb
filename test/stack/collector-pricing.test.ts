/** The engine is the judge: what the real Collector makes of a span is what `price` makes of the same call. */

import { beforeAll, describe, expect, test } from 'vitest'
import { priceTable } from '../../collector-config/price-table.ts'
import { COUNTS, CONTEXT, readQuestion } from '../../cli/price-question.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price } from '../../instrumentation/pricing/index.ts'
import * as names from '../../instrumentation/semconv.ts'
import { golden, own, type Vector } from '../pricing/vectors.ts'
import { otelcol } from './engines.ts'
import { pricedByCollector, type Attributes, type OtlpAttribute } from './priced-by-collector.ts'

const binary = otelcol()

const INCLUSIVE: Readonly<Record<string, string>> = {
  input: names.ATTR_INPUT_TOKENS,
  output: names.ATTR_OUTPUT_TOKENS,
  cacheRead: names.ATTR_CACHE_READ_TOKENS,
  cacheWrite: names.ATTR_CACHE_WRITE_TOKENS,
  cacheWrite5m: names.ATTR_CACHE_WRITE_5M_TOKENS,
  cacheWrite1h: names.ATTR_CACHE_WRITE_1H_TOKENS,
  reasoning: names.ATTR_REASONING_TOKENS,
  audioInput: names.ATTR_AUDIO_INPUT_TOKENS,
  audioOutput: names.ATTR_AUDIO_OUTPUT_TOKENS,
  imageInput: names.ATTR_IMAGE_INPUT_TOKENS,
  imageOutput: names.ATTR_IMAGE_OUTPUT_TOKENS,
  ...names.USAGE_ATTRIBUTES,
}

const STATED: Readonly<Record<string, string>> = {
  serviceTier: names.ATTR_OPENAI_SERVICE_TIER,
  ...names.PRICE_CONTEXT_ATTRIBUTES,
}

function string(key: string, value: string): OtlpAttribute {
  return { key, value: { stringValue: value } }
}

function int(key: string, value: number): OtlpAttribute {
  return { key, value: { intValue: String(value) } }
}

/** The vector's call as a span of the conventions; `undefined` where it needs more than they have words for. */
function plainAttributesOf(vector: Vector): readonly OtlpAttribute[] | undefined {
  const plain = attributesOf(vector).filter(({ key }) => key !== names.ATTR_CALL_END)
  return plain.some(({ key }) => key.startsWith('costspan.')) ? undefined : plain
}

/** The same with what only costspan's vocabulary says. */
function attributesOf(vector: Vector): readonly OtlpAttribute[] {
  const { input = 0, output = 0, ...parts } = vector.usage
  const counts = Object.entries({ input, output, ...parts }).flatMap(([name, value]) => {
    const field = (COUNTS as Readonly<Record<string, string>>)[name]
    const attribute = field === undefined ? undefined : INCLUSIVE[field]
    return attribute === undefined ? [] : [int(attribute, value)]
  })
  const context = Object.entries(CONTEXT).flatMap(([name, field]) => {
    const value = (vector as unknown as Readonly<Record<string, unknown>>)[name]
    const attribute = STATED[field]
    return typeof value === 'string' && attribute !== undefined ? [string(attribute, value)] : []
  })
  return [
    string(names.ATTR_OPERATION_NAME, 'chat'),
    string(names.ATTR_PROVIDER_NAME, vector.provider),
    string(names.ATTR_REQUEST_MODEL, vector.model),
    // Says that `costspan.usage.*` and `costspan.price.*` are to be read.
    string(names.ATTR_CALL_END, 'completed'),
    ...counts,
    ...context,
  ]
}

function nanoseconds(instant: string): string {
  return `${BigInt(Date.parse(instant)) * 1_000_000n}`
}

function engineCost(vector: Vector): Cost {
  const question = readQuestion(vector)
  if ('problem' in question) throw new Error(question.problem)
  return price(bundledBook(), question.request)
}

const vectors = [...golden, ...own.flatMap(([, some]) => some)]

interface Asked {
  readonly id: string
  readonly how: string
  readonly vector: Vector
  readonly attributes: readonly OtlpAttribute[]
  readonly spanId: string
}

const asked: readonly Asked[] = vectors
  .flatMap((vector) => [
    { how: 'with costspan.*', vector, attributes: attributesOf(vector) },
    { how: 'by the conventions alone', vector, attributes: plainAttributesOf(vector) },
  ])
  .flatMap(({ attributes, ...one }, index) => {
    const spanId = (index + 1).toString(16).padStart(16, '0')
    return attributes === undefined ? [] : [{ ...one, attributes, spanId, id: one.vector.id }]
  })

describe.skipIf(binary === undefined)('the Collector prices as the engine does', () => {
  let priced: ReadonlyMap<string, Attributes>

  beforeAll(async () => {
    const spans = asked.map(({ id, spanId, attributes, vector }) => ({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId,
      name: id,
      kind: 3,
      startTimeUnixNano: nanoseconds(vector.at),
      endTimeUnixNano: nanoseconds(vector.at),
      attributes,
    }))
    priced = await pricedByCollector(binary ?? '', {
      resourceSpans: [{ scopeSpans: [{ spans }] }],
    })
  })

  test('all 53 golden vectors and at least 300 of our own are asked', () => {
    expect(golden).toHaveLength(53)
    expect(vectors.length).toBeGreaterThanOrEqual(353)
    expect(asked.length).toBeGreaterThanOrEqual(vectors.length + 250)
    expect(priced.size).toBe(asked.length)
  })

  test.each(asked)(
    '$id $how: status, reason, amount to 1e-9, parts and rate are those of the engine',
    ({ vector, spanId }) => {
      const cost = engineCost(vector)
      const span = priced.get(spanId) ?? {}
      expect(span).toMatchObject({
        [names.ATTR_COST_STATUS]: cost.kind,
        [names.ATTR_COST_BY]: 'collector',
      })
      expect(span[names.ATTR_COST_REASON]).toBe(cost.kind === 'priced' ? undefined : cost.reason)
      if (cost.kind === 'unpriced') {
        expect(span).not.toHaveProperty([names.ATTR_COST_AMOUNT])
        return
      }
      expect(Math.abs(Number(span[names.ATTR_COST_AMOUNT]) - cost.amount)).toBeLessThan(1e-9)
      expect(span[names.ATTR_PRICE_ID]).toBe(cost.priceId)
      expect(span[names.ATTR_PRICE_BOOK]).toBe(cost.book)
      for (const [part, amount] of Object.entries(cost.parts)) {
        const stated = Number(span[names.PREFIX_COST_PART + part])
        expect(Math.abs(stated - amount), part).toBeLessThan(1e-9)
      }
    },
  )

  test('every name that the book has, and each with a date, an ARN or a path: as the engine', async () => {
    const named = [...priceTable(bundledBook()).names.keys()].flatMap(spellings)
    expect(named.length).toBeGreaterThan(8_000)
    const spans = named.map(([provider, model], index) => ({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: (index + 1).toString(16).padStart(16, '0'),
      name: 'chat',
      startTimeUnixNano: nanoseconds(AT),
      endTimeUnixNano: nanoseconds(AT),
      attributes: [
        string(names.ATTR_OPERATION_NAME, 'chat'),
        string(names.ATTR_PROVIDER_NAME, provider),
        string(names.ATTR_RESPONSE_MODEL, model),
        ...Object.entries(USED).map(([name, value]) => int(name, value)),
      ],
    }))
    const all = await pricedByCollector(binary ?? '', {
      resourceSpans: [{ scopeSpans: [{ spans }] }],
    })
    const different = named.flatMap(([provider, model], index) => {
      const cost = price(bundledBook(), {
        provider,
        models: [model],
        usage: { input: 800, cacheRead: 200, output: 100 },
        at: Date.parse(AT),
      })
      const span = all.get((index + 1).toString(16).padStart(16, '0')) ?? {}
      const said = [
        span[names.ATTR_COST_STATUS],
        span[names.ATTR_COST_REASON],
        span[names.ATTR_PRICE_ID],
      ]
      const expected =
        cost.kind === 'priced'
          ? [cost.kind, undefined, cost.priceId]
          : [cost.kind, cost.reason, cost.kind === 'partial' ? cost.priceId : undefined]
      const amount = cost.kind === 'unpriced' ? 0 : cost.amount
      const near = Math.abs(Number(span[names.ATTR_COST_AMOUNT] ?? 0) - amount) < 1e-9
      const same = near && JSON.stringify(said) === JSON.stringify(expected)
      return same ? [] : [{ provider, model, said, expected, amount }]
    })
    expect(different).toEqual([])
  })
})

const AT = '2026-11-25T12:00:00Z'
const USED = {
  [names.ATTR_INPUT_TOKENS]: 1_000,
  [names.ATTR_CACHE_READ_TOKENS]: 200,
  [names.ATTR_OUTPUT_TOKENS]: 100,
}

/** A name as it stands, and with what may be taken off it. */
function spellings(known: string): readonly (readonly [provider: string, model: string])[] {
  const slash = known.indexOf('/')
  const [provider, name] = [known.slice(0, slash), known.slice(slash + 1)]
  const dated = [`${name}-2026-01-31`, `${name}-20260131`]
  const others =
    provider === 'aws.bedrock'
      ? [`us.${name}-v1:0`, `arn:aws:bedrock:eu-west-1:1:inference-profile/global.${name}`]
      : [`models/${name}`, `${provider}/${name}`]
  return [name, ...dated, ...others].map((model) => [provider, model] as const)
}
