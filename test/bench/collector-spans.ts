/** Requests of OTLP/protobuf to load a Collector with. */

import { readdirSync, readFileSync } from 'node:fs'
import type { Attributes } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { OtlpAttribute, OtlpTraces } from '../stack/priced-by-collector.ts'

type Spans = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0]

const MODELS = [
  ['openai', 'gpt-4o-2024-08-06'],
  ['openai', 'gpt-4o-mini'],
  ['anthropic', 'claude-sonnet-4-5-20250929'],
  ['anthropic', 'claude-opus-4-8'],
] as const

/** Calls as an instrumentation of the current conventions emits them: 21 attributes, no content. */
export function conventional(count: number): Uint8Array {
  return serialized(
    Array.from({ length: count }, (_, index) => {
      const [provider, model] = MODELS[index % MODELS.length] ?? MODELS[0]
      return {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': model,
        'gen_ai.response.model': model,
        'gen_ai.response.id': `chatcmpl-${String(index).padStart(30, '0')}`,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 1_000 + index,
        'gen_ai.usage.output_tokens': 100 + index,
        'gen_ai.usage.cache_read.input_tokens': index,
        'server.address': 'api.example.com',
        'server.port': 443,
        'gen_ai.request.stream': true,
        'gen_ai.request.temperature': 0.2,
        'gen_ai.request.max_tokens': 1_024,
        'user.id': `user-${index}`,
        'session.id': `session-${index}`,
        'gen_ai.conversation.id': `conversation-${index}`,
        'costspan.feature': 'support-bot',
        'costspan.team': 'care',
        'gen_ai.prompt.name': 'triage',
        'gen_ai.prompt.version': 'v7',
      }
    }),
  )
}

/** The spans of `test/fixtures/emitters`, over and over, those that contain calls among them. */
export function recorded(count: number): Uint8Array {
  const folder = new URL('../fixtures/emitters/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const spans = files.flatMap((name) => {
    const traces = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as OtlpTraces
    return traces.resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans: own }) => own.map(({ attributes }) => attributes)),
    )
  })
  return serialized(
    Array.from({ length: count }, (_, index) => attributesOf(spans[index % spans.length] ?? [])),
  )
}

function attributesOf(attributes: readonly OtlpAttribute[]): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))
}

function plain(value: Readonly<Record<string, unknown>>): Attributes[string] {
  const [kind, content] = Object.entries(value)[0] ?? []
  if (kind === 'intValue') return Number(content)
  if (kind === 'arrayValue') {
    const { values } = content as { readonly values: readonly { readonly stringValue: string }[] }
    return values.map(({ stringValue }) => stringValue)
  }
  return content
}

function serialized(all: readonly Attributes[]): Uint8Array {
  const resource = resourceFromAttributes({ 'service.name': 'bench' })
  const spans = all.map((attributes, index) => ({
    name: 'chat',
    kind: 2,
    spanContext: () => ({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: (index + 1).toString(16).padStart(16, '0'),
      traceFlags: 1,
    }),
    startTime: [1_790_000_000, 0],
    endTime: [1_790_000_001, 0],
    duration: [1, 0],
    status: { code: 0 },
    attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'bench' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }))
  const bytes = ProtobufTraceSerializer.serializeRequest(spans as unknown as Spans)
  if (bytes === undefined) throw new Error('the spans could not be serialised')
  return bytes
}
