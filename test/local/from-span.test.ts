import { describe, expect, test } from 'vitest'
import type { Cost } from '../../instrumentation/core/cost.ts'
import type { PriceRequest } from '../../instrumentation/pricing/index.ts'
import { callOfSpan } from '../../local/from-span.ts'
import type { AttributeValue, OtlpSpan } from '../../local/receiver/span.ts'
import type { CallRow } from '../../local/row.ts'
import { pricedCall } from './otlp.ts'

type Attributes = Readonly<Record<string, AttributeValue>>

const asked: PriceRequest[] = []

/** A dollar a call, so that what was priced here shows. */
function dollar(request: PriceRequest): Cost {
  asked.push(request)
  const amount = { amount: 1, exact: '1', currency: 'USD', source: 'local' } as const
  return {
    kind: 'priced',
    ...amount,
    parts: { input: 1 },
    lines: [],
    priceId: 'test',
    book: 'test',
  }
}

function read(attributes: Attributes, more: Partial<OtlpSpan> = {}): CallRow | undefined {
  asked.length = 0
  const span: OtlpSpan = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'chat',
    kind: 'client',
    scope: 'test',
    startedAt: 1_790_000_000_000,
    endedAt: 1_790_000_001_000,
    attributes: new Map(Object.entries(attributes)),
    failed: false,
    resource: new Map([['service.name', 'shop']]),
    ...more,
  }
  return callOfSpan(span, dollar)
}

const usage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 }
const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4.1',
}

describe('what is a call', () => {
  test.each(['chat', 'generate_content', 'text_completion', 'embeddings'])(
    '%s is one',
    (operation) => {
      expect(read({ ...chat, ...usage, 'gen_ai.operation.name': operation })?.operation).toBe(
        operation,
      )
    },
  )

  test.each([
    'invoke_agent',
    'create_agent',
    'invoke_workflow',
    'execute_tool',
    'plan',
    'agent_step',
    'fetch_response',
  ])('%s is none, although it carries its calls’ tokens', (operation) => {
    expect(read({ ...chat, ...usage, 'gen_ai.operation.name': operation })).toBeUndefined()
  })

  test('an agent whose own span costspan priced is one: its calls are not seen elsewhere', () => {
    const row = read({ ...pricedCall(0.5), 'gen_ai.operation.name': 'invoke_agent' })
    expect(row).toMatchObject({ operation: 'invoke_agent', usd: 0.5 })
  })

  test('a span of a web server or a database is none', () => {
    expect(read({ 'http.request.method': 'GET', 'server.address': 'shop' })).toBeUndefined()
    expect(read({ 'gen_ai.tool.name': 'search' })).toBeUndefined()
  })

  test('an operation that is not known is one where it used tokens', () => {
    expect(read({ ...chat, ...usage, 'gen_ai.operation.name': 'rerank' })?.operation).toBe('rerank')
    expect(read({ ...chat, 'gen_ai.operation.name': 'rerank' })).toBeUndefined()
  })

  test('an older emitter’s span without an operation is one where it used tokens', () => {
    const row = read({ 'gen_ai.system': 'OpenAI', 'gen_ai.request.model': 'gpt-4o', ...usage })
    expect(row).toMatchObject({ operation: 'unknown', provider: 'openai', usd: 1 })
  })
})

describe('what a call cost', () => {
  test('stays as the span states it, parts and reason included', () => {
    const row = read({
      ...pricedCall(0.25),
      'costspan.cost.status': 'partial',
      'costspan.cost.reason': 'usage_incomplete',
      'costspan.cost.input': 0.2,
      'costspan.cost.output': 0.05,
    })
    expect(row).toMatchObject({
      status: 'partial',
      reason: 'usage_incomplete',
      usd: 0.25,
      pricedBy: 'sdk',
    })
    expect(row?.parts).toEqual({ input: 0.2, output: 0.05 })
    expect(asked).toHaveLength(0)
  })

  test('stays unknown where the span says so: its book may know what ours does not', () => {
    const row = read({
      ...chat,
      ...usage,
      'costspan.cost.status': 'unpriced',
      'costspan.cost.reason': 'unknown_model',
    })
    expect(row).toMatchObject({ status: 'unpriced', reason: 'unknown_model' })
    expect(row).not.toHaveProperty('usd')
    expect(asked).toHaveLength(0)
  })

  test('is nothing of its own on a covered span', () => {
    const row = read({ ...chat, ...usage, 'costspan.cost.status': 'covered' })
    expect(row?.status).toBe('covered')
    expect(row).not.toHaveProperty('usd')
  })

  test('is computed from disjoint buckets where the span has only usage', () => {
    const row = read({
      ...chat,
      ...usage,
      'gen_ai.response.model': 'gpt-4.1-2025-04-14',
      'gen_ai.usage.cache_read.input_tokens': 60,
      'gen_ai.usage.cache_creation.input_tokens': 30,
      'gen_ai.usage.reasoning.output_tokens': 4,
      'openai.response.service_tier': 'flex',
    })
    expect(row).toMatchObject({ status: 'priced', usd: 1, pricedBy: 'local', cacheWriteTokens: 30 })
    expect(asked).toEqual([
      {
        provider: 'openai',
        models: ['gpt-4.1-2025-04-14', 'gpt-4.1'],
        usage: { input: 10, cacheRead: 60, cacheWrite: 30, output: 6, reasoning: 4 },
        context: { serviceTier: 'flex' },
        at: 1_790_000_000_000,
      },
    ])
  })

  test.each<[string, Attributes, string]>([
    ['no token counts', {}, 'usage_missing'],
    [
      'more cached tokens than input',
      { ...usage, 'gen_ai.usage.cache_read.input_tokens': 101 },
      'usage_inconsistent',
    ],
    [
      'token counts that are no counts',
      { 'gen_ai.usage.input_tokens': -1, 'gen_ai.usage.output_tokens': 1.5 },
      'usage_missing',
    ],
  ])('is unknown with %s: never 0', (_what, attributes, reason) => {
    const row = read({ ...chat, ...attributes })
    expect(row).toMatchObject({ status: 'unpriced', reason })
    expect(row).not.toHaveProperty('usd')
  })

  test('is unknown as call_failed where a failed call has no usage', () => {
    const row = read(chat, { failed: true })
    expect(row).toMatchObject({ status: 'unpriced', reason: 'call_failed', errorType: '_OTHER' })
  })

  test.each([-1, 1e7, Number.NaN, Number.POSITIVE_INFINITY])(
    'is priced here where the span states %d',
    (amount) => {
      expect(read({ ...pricedCall(amount) })).toMatchObject({ usd: 1, pricedBy: 'local' })
    },
  )

  test('is priced here where the span states another currency', () => {
    expect(read({ ...pricedCall(5), 'gen_ai.usage.cost.currency': 'EUR' })?.usd).toBe(1)
  })
})

describe('whose a call is', () => {
  test('is read from every attribution attribute', () => {
    const row = read({
      ...pricedCall(1),
      'costspan.feature': 'bot',
      'costspan.team': 'support',
      'costspan.customer': 'acme',
      'costspan.cost_center': 'cc-7',
      'user.id': 'u1',
      'session.id': 's1',
      'gen_ai.prompt.name': 'answer',
      'gen_ai.prompt.version': 'v2',
      'costspan.tag.region': 'eu',
      'costspan.tag.__proto__': 'x',
      'costspan.turn': 3,
      'costspan.repeat': 2,
      'costspan.waste': 'repeat',
      'costspan.context.system': 40,
      'costspan.context.history': 50,
      'http.request.resend_count': 2,
      'costspan.call.end': 'completed',
      'gen_ai.request.stream': true,
    })
    expect(row).toMatchObject({
      service: 'shop',
      feature: 'bot',
      team: 'support',
      customer: 'acme',
      costCenter: 'cc-7',
      user: 'u1',
      session: 's1',
      promptName: 'answer',
      promptVersion: 'v2',
      turn: 3,
      repeat: 2,
      waste: 'repeat',
      attempts: 3,
      end: 'completed',
      stream: true,
      context: { system: 40, history: 50, tools: 0, rest: 0 },
    })
    expect(Object.entries(row?.tags ?? {})).toEqual([
      ['region', 'eu'],
      ['__proto__', 'x'],
    ])
  })

  test('a conversation is a unit of that type, whichever of the two is named', () => {
    const unit = { conversation: 'c1', unitType: 'conversation', unitId: 'c1' }
    expect(read({ ...pricedCall(1), 'gen_ai.conversation.id': 'c1' })).toMatchObject(unit)
    const named = { 'costspan.unit.type': 'conversation', 'costspan.unit.id': 'c1' }
    expect(read({ ...pricedCall(1), ...named })).toMatchObject(unit)
  })

  test('a unit of another type keeps it beside the conversation', () => {
    const row = read({
      ...pricedCall(1),
      'gen_ai.conversation.id': 'c1',
      'costspan.unit.type': 'ticket',
      'costspan.unit.id': 't9',
    })
    expect(row).toMatchObject({ conversation: 'c1', unitType: 'ticket', unitId: 't9' })
  })

  test('absent attribution is absent, and a name of 10,000 characters is cut to 512', () => {
    const row = read({ ...pricedCall(1), 'costspan.team': 'x'.repeat(10_000) })
    expect(row).not.toHaveProperty('feature')
    expect(row?.team).toHaveLength(512)
  })
})
