import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { PICO_PER_USD } from '../../demo/simulator/rates.ts'
import type { Scenario } from '../../demo/simulator/scenario.ts'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'

let running: Simulator | undefined

afterEach(async () => {
  await running?.close()
  running = undefined
})

async function start(scenario?: Scenario): Promise<{
  readonly simulator: Simulator
  readonly openai: OpenAI
  readonly anthropic: Anthropic
}> {
  const simulator = await startSimulator(scenario === undefined ? {} : { scenario })
  running = simulator
  return {
    simulator,
    openai: new OpenAI({ apiKey: 'none', baseURL: `${simulator.url}/v1` }),
    anthropic: new Anthropic({ apiKey: 'none', baseURL: simulator.url }),
  }
}

/** 400 bytes, so 100 tokens. */
const HUNDRED = 'x'.repeat(400)
const QUESTION = [{ role: 'user' as const, content: HUNDRED }]
const chat = { model: 'gpt-5.4', messages: QUESTION, max_completion_tokens: 50 }
const message = { model: 'claude-sonnet-5', messages: QUESTION, max_tokens: 50 }
const fault = (words: string) => ({ headers: { 'x-sim-fault': words } })

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('chat completions', () => {
  it('answers openai with 100 tokens in and 50 out for 400 bytes and a limit of 50', async () => {
    const { openai, simulator } = await start()
    const { data, response } = await openai.chat.completions.create(chat).withResponse()
    expect(data.usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 50 })
    expect(data.choices[0]?.message.content).toHaveLength(200)
    expect(data.choices[0]?.finish_reason).toBe('stop')
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/)
    expect(simulator.ledger.entries[0]).toMatchObject({ ended: 'completed', status: 200 })
  })

  it('streams usage null on every chunk but the last when asked for usage, and none when not', async () => {
    const { openai, simulator } = await start()
    const asked = { ...chat, stream: true as const, stream_options: { include_usage: true } }
    const chunks = await all(await openai.chat.completions.create(asked))
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 100 } })
    const silent = await all(await openai.chat.completions.create({ ...chat, stream: true }))
    expect(silent.some((chunk) => 'usage' in chunk)).toBe(false)
    const text = silent.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
    expect(text).toHaveLength(200)
    const [told, untold] = simulator.ledger.entries
    expect(told?.told?.usage.output).toBe(50)
    expect(untold?.told).toBeUndefined()
    expect(untold?.billed?.usage.output).toBe(50)
  })

  it('lets openai retry after 429 and 500 and books both attempts as rejected', async () => {
    const { openai, simulator } = await start()
    const limited = await openai.chat.completions.create(
      chat,
      fault('status=429; retry-after-ms=5; times=1'),
    )
    expect(limited.usage?.completion_tokens).toBe(50)
    await openai.chat.completions.create(chat, fault('status=500; retry-after-ms=5; times=1'))
    expect(simulator.ledger.entries.map((entry) => [entry.status, entry.attempt])).toEqual([
      [429, 1],
      [200, 2],
      [500, 1],
      [200, 2],
    ])
    expect(simulator.ledger.totals()).toMatchObject({ requests: 4, calls: 2, rejected: 2 })
    expect(simulator.ledger.entries[1]?.retryCountHeader).toBe('1')
  })

  it("gives OpenAI's error JSON with its code", async () => {
    const { openai } = await start()
    const failing = openai.chat.completions.create(chat, {
      maxRetries: 0,
      ...fault('status=429'),
    })
    await expect(failing).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  })

  it('breaks a stream off by error event and by reset, and bills the chunks sent', async () => {
    const { openai, simulator } = await start()
    const streamed = { ...chat, stream: true as const }
    const event = openai.chat.completions.create(streamed, fault('error-event; after=2'))
    await expect(event.then(all)).rejects.toMatchObject({ type: 'server_error' })
    const reset = openai.chat.completions.create(streamed, fault('reset; after=1'))
    await expect(reset.then(all)).rejects.toThrow()
    expect(
      simulator.ledger.entries.map((entry) => [entry.ended, entry.billed?.usage.output]),
    ).toEqual([
      ['error_event', 32],
      ['reset', 16],
    ])
  })

  it('notices that the client hung up and stops', async () => {
    const { openai, simulator } = await start(() => ({
      outputTokens: 10_000,
      tokensPerChunk: 1,
      chunkDelayMs: 2,
    }))
    const stream = await openai.chat.completions.create({ ...chat, stream: true })
    let read = 0
    for await (const chunk of stream) if (chunk.id && ++read === 3) break
    await expect.poll(() => simulator.ledger.entries[0]?.ended).toBe('disconnected')
    const entry = simulator.ledger.entries[0]
    expect(entry?.chunksSent).toBeGreaterThanOrEqual(2)
    expect(entry?.chunksSent).toBeLessThan(200)
    expect(entry?.billed?.usage.output).toBe(entry?.chunksSent)
  })
})

describe('responses', () => {
  const ask = { model: 'gpt-5-mini', input: HUNDRED, instructions: HUNDRED, max_output_tokens: 50 }

  it('answers openai plain and streamed with the same 200 tokens in and 50 out', async () => {
    const { openai } = await start()
    const plain = await openai.responses.create(ask)
    expect(plain.output_text).toHaveLength(200)
    expect(plain.usage).toMatchObject({ input_tokens: 200, output_tokens: 50, total_tokens: 250 })
    const events = await all(await openai.responses.create({ ...ask, stream: true }))
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    const types = events.map((event) => event.type)
    expect(types[0]).toBe('response.created')
    const last = events.at(-1)
    expect(last?.type === 'response.completed' && last.response.usage?.output_tokens).toBe(50)
    const deltas = events.map((event) =>
      event.type === 'response.output_text.delta' ? event.delta : '',
    )
    expect(deltas.join('')).toBe(plain.output_text)
  })

  it('fails inside the stream with response.failed, which openai hands on as an event', async () => {
    const { openai } = await start()
    const stream = await openai.responses.create({ ...ask, stream: true }, fault('failed; after=1'))
    const last = (await all(stream)).at(-1)
    expect(last?.type === 'response.failed' && last.response.error?.code).toBe('server_error')
  })

  it('calls an answer cut at its limit incomplete', async () => {
    const { openai } = await start(() => ({ finish: 'length' }))
    const answer = await openai.responses.create(ask)
    expect(answer.incomplete_details?.reason).toBe('max_output_tokens')
  })
})

describe('embeddings', () => {
  it('gives 1,536 numbers for each input and counts their tokens', async () => {
    const { openai, simulator } = await start()
    const answer = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: [HUNDRED, HUNDRED],
    })
    expect(answer.data.map((each) => each.embedding.length)).toEqual([1536, 1536])
    expect(answer.usage.prompt_tokens).toBe(200)
    expect(simulator.ledger.totals().billed.usd).toBe('0.000004')
  })
})

describe('messages', () => {
  it('answers the Anthropic client with its cache split beside the plain input', async () => {
    const { anthropic } = await start(() => ({
      cacheReadTokens: 60,
      cacheWrite5mTokens: 10,
      cacheWrite1hTokens: 20,
    }))
    const answer = await anthropic.messages.create(message)
    expect(answer.usage).toMatchObject({
      input_tokens: 10,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens: 50,
    })
  })

  it('streams message_start with the input and message_delta with the cumulative output', async () => {
    const { anthropic } = await start()
    const events = await all(await anthropic.messages.create({ ...message, stream: true }))
    const [first] = events
    expect(first?.type === 'message_start' && first.message.usage).toMatchObject({
      input_tokens: 100,
      output_tokens: 1,
    })
    const delta = events.find((event) => event.type === 'message_delta')
    expect(delta?.usage.output_tokens).toBe(50)
    expect(events.at(-1)?.type).toBe('message_stop')
    const final = await anthropic.messages.stream(message).finalMessage()
    expect(final.usage.output_tokens).toBe(50)
  })

  it('retries on 529, throws its error types, and breaks off in the stream', async () => {
    const { anthropic, simulator } = await start()
    await anthropic.messages.create(message, fault('status=529; retry-after-ms=5; times=1'))
    expect(simulator.ledger.entries.map((entry) => entry.attempt)).toEqual([1, 2])
    const limited = anthropic.messages.create(message, { maxRetries: 0, ...fault('status=429') })
    await expect(limited).rejects.toMatchObject({ status: 429, type: 'rate_limit_error' })
    const broken = anthropic.messages.create(
      { ...message, stream: true },
      fault('error-event; after=1'),
    )
    await expect(broken.then(all)).rejects.toMatchObject({ type: 'overloaded_error' })
    expect(simulator.ledger.entries.at(-1)).toMatchObject({
      ended: 'error_event',
      billed: { usage: { output: 16 } },
      told: { usage: { input: 100, output: 1 } },
    })
  })
})

describe('ledger', () => {
  it('prices 4,000 tokens in and 1,000 out of gpt-5.4 at exactly $0.025', async () => {
    const { openai, simulator } = await start(() => ({ outputTokens: 1_000 }))
    await openai.chat.completions.create({
      ...chat,
      messages: [
        { role: 'system', content: 'x'.repeat(14_000) },
        { role: 'user', content: 'x'.repeat(2_000) },
      ],
    })
    const { billed } = simulator.ledger.totals()
    expect(billed.usd).toBe('0.025')
    expect(billed.pico * 40n).toBe(PICO_PER_USD)
    expect(simulator.ledger.entries[0]?.parts).toEqual({
      system: 3_500,
      history: 0,
      tools: 0,
      rest: 500,
    })
  })

  it('prices cached input by its own rates: 1,000 read, 1,000 for 5 minutes, 1,000 for an hour', async () => {
    const { anthropic, simulator } = await start(() => ({
      cacheReadTokens: 1_000,
      cacheWrite5mTokens: 1_000,
      cacheWrite1hTokens: 1_000,
      outputTokens: 100,
    }))
    const messages = [{ role: 'user' as const, content: 'x'.repeat(16_000) }]
    await anthropic.messages.create({ ...message, messages })
    // 1000 x 2 + 1000 x 0.2 + 1000 x 2.5 + 1000 x 4 + 100 x 10, per million
    expect(simulator.ledger.totals().billed.usd).toBe('0.0097')
  })

  it('has tokens and no dollars for a model without a rate', async () => {
    const { openai, simulator } = await start()
    await openai.chat.completions.create({ ...chat, model: 'house-llm-7b' })
    expect(simulator.ledger.totals().billed).toMatchObject({
      requests: 1,
      inputTokens: 100,
      unrated: 1,
      usd: '0',
    })
  })

  it('bills a rerank of 101 documents as two searches, and no tokens', async () => {
    const { simulator } = await start()
    const documents = Array.from({ length: 101 }, () => 'x')
    const answer = await fetch(`${simulator.url}/v2/rerank`, {
      method: 'POST',
      body: JSON.stringify({ model: 'rerank-v4.0-pro', query: 'x', documents }),
    })
    expect(await answer.json()).toMatchObject({ meta: { billed_units: { search_units: 2 } } })
    // 2 x $2 per thousand
    expect(simulator.ledger.totals().billed).toMatchObject({ inputTokens: 0, usd: '0.004' })
  })

  it('numbers identical requests and keeps their traceparent', async () => {
    const { openai, simulator } = await start()
    const headers = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
    await openai.chat.completions.create(chat, { headers })
    await openai.chat.completions.create(chat, { headers })
    expect(simulator.ledger.entries.map((entry) => entry.repeat)).toEqual([1, 2])
    expect(simulator.ledger.entries[1]?.traceparent).toBe(headers.traceparent)
    expect(simulator.requests[0]?.body['model']).toBe('gpt-5.4')
  })
})

describe('requests that are not understood', () => {
  it('answers an unknown path with 404 and a body without a model with 400', async () => {
    const { simulator } = await start()
    const post = async (path: string, body: string) =>
      (await fetch(`${simulator.url}${path}`, { method: 'POST', body })).status
    expect(await post('/v1/nowhere', '{}')).toBe(404)
    expect(await post('/v1/chat/completions', 'no json')).toBe(400)
    expect(await post('/v1/chat/completions', '{}')).toBe(400)
    expect(simulator.ledger.entries).toHaveLength(0)
  })
})
