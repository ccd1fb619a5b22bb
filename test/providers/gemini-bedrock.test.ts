import { describe, expect, test } from 'vitest'
import { bedrockConverse } from '../../instrumentation/providers/bedrock-converse.ts'
import { bedrockInvoke } from '../../instrumentation/providers/bedrock-invoke.ts'
import { geminiEmbeddings } from '../../instrumentation/providers/gemini-embeddings.ts'
import { geminiGenerateContent } from '../../instrumentation/providers/gemini-generate-content.ts'
import type { Protocol } from '../../instrumentation/providers/protocol.ts'
import { protocolFor } from '../../instrumentation/providers/registry.ts'
import { scanMembers } from '../../instrumentation/wire/json-scan.ts'

function plain(protocol: Protocol, answer: unknown) {
  const reader = protocol.createReader()
  reader.body(answer)
  return { ...reader.answer(), state: reader.state }
}
function stream(protocol: Protocol, events: readonly unknown[]) {
  const reader = protocol.createReader()
  for (const event of events) reader.event(event)
  return { ...reader.answer(), state: reader.state }
}
function facts(protocol: Protocol, path: string, request: object) {
  const text = JSON.stringify(request)
  return protocol.facts(text, scanMembers(text, protocol.requestKeys), path)
}

test.each([
  ['/v1beta/models/gemini-2.5-flash:generateContent', 'gemini.generate_content'],
  [
    '/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent',
    'gemini.generate_content',
  ],
  ['/v1beta/models/gemini-embedding-001:batchEmbedContents', 'gemini.embeddings'],
  ['/v1beta/models/gemini-embedding-001:embedContent', 'gemini.embeddings'],
  ['/model/us.amazon.nova-lite-v1%3A0/converse', 'bedrock.converse'],
  ['/model/x/converse-stream', 'bedrock.converse'],
  ['/model/x/invoke', 'bedrock.invoke'],
  ['/model/x/invoke-with-response-stream', 'bedrock.invoke'],
  ['/v1beta/models/gemini-2.5-flash:countTokens', undefined],
  ['/converse', undefined],
  ['/model/x/invoke/extra', undefined],
])('the path %s is %s', (path, name) => {
  expect(protocolFor(path)?.name).toBe(name)
})

// Gemini API reference, "UsageMetadata"; read 2026-11-24.
describe('Gemini', () => {
  const usageMetadata = {
    promptTokenCount: 2_000,
    cachedContentTokenCount: 1_500,
    candidatesTokenCount: 100,
    thoughtsTokenCount: 200,
    toolUsePromptTokenCount: 50,
    totalTokenCount: 2_350,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 1_900 },
      { modality: 'AUDIO', tokenCount: 100 },
    ],
  }

  test('thoughts are output beside candidates, tool results input beside the prompt, audio a part of it', () => {
    expect(
      plain(geminiGenerateContent, {
        candidates: [{ finishReason: 'MAX_TOKENS' }],
        usageMetadata,
        modelVersion: 'gemini-2.5-flash',
        responseId: 'r1',
      }),
    ).toMatchObject({
      id: 'r1',
      model: 'gemini-2.5-flash',
      finishReasons: ['max_tokens'],
      usage: { input: 450, cacheRead: 1_500, audioInput: 100, output: 100, reasoning: 200 },
      state: 'complete',
    })
  })

  test('the counts of a stream are counts so far until it says how it finished', () => {
    const soFar = { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3 } }
    const last = {
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 9 },
    }
    expect(stream(geminiGenerateContent, [soFar])).toMatchObject({
      usage: { input: 10, output: 3 },
      usageReason: 'usage_incomplete',
    })
    const whole = stream(geminiGenerateContent, [soFar, last])
    expect(whole).toMatchObject({ usage: { input: 10, output: 9 }, finishReasons: ['stop'] })
    expect(whole.usageReason).toBeUndefined()
  })

  test('cached tokens above the prompt are no usage', () => {
    const absurd = { promptTokenCount: 10, cachedContentTokenCount: 11, candidatesTokenCount: 1 }
    const answer = plain(geminiGenerateContent, { usageMetadata: absurd })
    expect(answer).toMatchObject({ usageReason: 'usage_inconsistent' })
    expect(answer.usage).toBeUndefined()
  })

  test('an error in the answer has its canonical status', () => {
    const error = { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' }
    expect(stream(geminiGenerateContent, [{ error }])).toMatchObject({
      errorType: 'RESOURCE_EXHAUSTED',
      state: 'broken',
    })
  })

  test('the tier that Vertex AI billed by is the price list’s', () => {
    const usage = { ...usageMetadata, trafficType: 'ON_DEMAND_PRIORITY' }
    expect(plain(geminiGenerateContent, { usageMetadata: usage }).context).toEqual({
      serviceTier: 'priority',
    })
  })

  test('model and stream stand in the path, the limit in the body', () => {
    expect(
      facts(geminiGenerateContent, '/v1beta/models/gemini-2.5-pro:streamGenerateContent', {
        contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
        generationConfig: { maxOutputTokens: 99 },
      }),
    ).toMatchObject({ model: 'gemini-2.5-pro', stream: true, maxTokens: 99, context: { turn: 1 } })
  })

  test('embeddings without usage have none, and none is made up', () => {
    expect(plain(geminiEmbeddings, { embeddings: [{ values: [1] }] }).usage).toBeUndefined()
    const told = { usageMetadata: { promptTokenCount: 7 } }
    expect(plain(geminiEmbeddings, told).usage).toEqual({ input: 7 })
  })
})

// Amazon Bedrock API reference, "TokenUsage", "CacheDetail", "InvokeModel"; read 2026-11-24.
describe('Bedrock', () => {
  const usage = {
    inputTokens: 200,
    outputTokens: 250,
    totalTokens: 3_950,
    cacheReadInputTokens: 3_000,
    cacheWriteInputTokens: 500,
    cacheDetails: [
      { ttl: '5m', inputTokens: 400 },
      { ttl: '1h', inputTokens: 100 },
    ],
  }
  const buckets = {
    input: 200,
    cacheRead: 3_000,
    cacheWrite5m: 400,
    cacheWrite1h: 100,
    output: 250,
  }

  test('Converse: input excludes the cache, writes come by lifetime', () => {
    expect(
      plain(bedrockConverse, { usage, stopReason: 'end_turn', serviceTier: { type: 'flex' } }),
    ).toMatchObject({
      usage: buckets,
      finishReasons: ['end_turn'],
      context: { serviceTier: 'flex' },
    })
  })

  test('ConverseStream: usage stands in the last event, after the stop', () => {
    const stop = { messageStop: { stopReason: 'max_tokens' } }
    expect(stream(bedrockConverse, [{ messageStart: {} }, stop]).usage).toBeUndefined()
    expect(stream(bedrockConverse, [stop, { metadata: { usage } }])).toMatchObject({
      usage: buckets,
      finishReasons: ['max_tokens'],
      state: 'complete',
    })
  })

  test('InvokeModel with Anthropic’s body keeps the invoked id for the price, not Anthropic’s name', () => {
    const answer = plain(bedrockInvoke, {
      type: 'message',
      id: 'msg_1',
      model: 'claude-sonnet-5-20260115',
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 6 },
    })
    expect(answer).toMatchObject({ id: 'msg_1', usage: { input: 5, output: 6 } })
    expect(answer.model).toBeUndefined()
  })

  test('InvokeModel with Amazon’s body, and its stream', () => {
    const nova = { inputTokens: 5, outputTokens: 6, cacheReadInputTokenCount: 7 }
    const expected = { input: 5, cacheRead: 7, output: 6 }
    expect(plain(bedrockInvoke, { stopReason: 'end_turn', usage: nova }).usage).toEqual(expected)
    expect(stream(bedrockInvoke, [{ metadata: { usage: nova } }]).usage).toEqual(expected)
  })

  test('of any other model Bedrock’s own metrics are what there is', () => {
    const metrics = { inputTokenCount: 12, outputTokenCount: 34 }
    const last = { generation: '', 'amazon-bedrock-invocationMetrics': metrics }
    expect(stream(bedrockInvoke, [{ generation: 'a' }, last]).usage).toEqual({
      input: 12,
      output: 34,
    })
  })

  test('an Anthropic stream that was left has its input and says that it is not all', () => {
    const start = {
      type: 'message_start',
      message: { id: 'm', usage: { input_tokens: 9, output_tokens: 1 } },
    }
    expect(stream(bedrockInvoke, [start])).toMatchObject({
      usage: { input: 9 },
      usageReason: 'usage_incomplete',
    })
  })

  test('an embedding model’s invocation is an embedding', () => {
    const path = '/model/amazon.titan-embed-text-v2%3A0/invoke'
    expect(facts(bedrockInvoke, path, { inputText: 'x' })).toEqual({
      model: 'amazon.titan-embed-text-v2:0',
      stream: false,
      operation: 'embeddings',
    })
  })

  test('counts that are none have a reason', () => {
    for (const bad of [-1, 1.5, '5', null, 1e308]) {
      expect(
        plain(bedrockConverse, { usage: { inputTokens: bad, outputTokens: 1 } }),
      ).toMatchObject({ usageReason: 'usage_inconsistent' })
    }
  })
})
