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

type Made = (index: number) => { readonly scope: string; readonly attributes: Attributes }

function requestOf(count: number, made: Made): Uint8Array {
  return serialized(Array.from({ length: count }, (_, index) => made(index)))
}

/** Calls as an instrumentation of the current conventions emits them: 21 attributes, no content. */
export function conventional(count: number): Uint8Array {
  return requestOf(count, conventionalCall)
}

const conventionalCall: Made = (index) => {
  const [provider, model] = MODELS[index % MODELS.length] ?? MODELS[0]
  return {
    scope: 'instrumentation',
    attributes: {
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
    },
  }
}

/** Calls as costspan records them, priced and counted: 28 attributes. */
export function own(count: number): Uint8Array {
  return requestOf(count, ownCall)
}

const ownCall: Made = (index) => ({
  scope: 'costspan',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5.4',
    'gen_ai.response.model': 'gpt-5.4-2026-03-05',
    'gen_ai.response.id': `chatcmpl-${String(index).padStart(30, '0')}`,
    'gen_ai.response.finish_reasons': ['stop'],
    'server.address': 'api.openai.com',
    'server.port': 443,
    'gen_ai.usage.input_tokens': 1_200,
    'gen_ai.usage.output_tokens': 150,
    'gen_ai.usage.cache_read.input_tokens': 800,
    'gen_ai.usage.cost.amount': 0.0034501,
    'gen_ai.usage.cost.currency': 'USD',
    'gen_ai.usage.cost.source': 'local',
    'costspan.cost.status': 'priced',
    'costspan.cost.input': 0.0010001,
    'costspan.cost.cache_read': 0.0002,
    'costspan.cost.output': 0.00225,
    'costspan.cost.by': 'sdk',
    'costspan.price.id': 'openai/gpt-5.4@2026-03-05',
    'costspan.price.book': '2026-11-20',
    'costspan.call.end': 'completed',
    'costspan.waste': 'none',
    'costspan.feature': `feature-${index % 20}`,
    'costspan.team': 'care',
    'user.id': `user-${index}`,
    'gen_ai.prompt.name': 'answer',
    'gen_ai.prompt.version': '7',
  },
})

/** The same calls as others that have priced them record them: what a price costs once it is there. */
export function priced(count: number): Uint8Array {
  return requestOf(count, (index) => {
    const { attributes } = ownCall(index)
    return { scope: 'elsewhere', attributes: { ...attributes, 'costspan.cost.by': 'collector' } }
  })
}

/** Requests that a web server answered: 13 attributes, nothing of ours. */
export function web(count: number): Uint8Array {
  return requestOf(count, webRequest)
}

const webRequest: Made = (index) => ({
  scope: '@opentelemetry/instrumentation-http',
  attributes: {
    'http.request.method': 'GET',
    'url.scheme': 'https',
    'url.path': `/api/items/${index}`,
    'http.route': '/api/items/:id',
    'http.response.status_code': 200,
    'server.address': 'shop.example.com',
    'server.port': 443,
    'client.address': '192.0.2.7',
    'network.protocol.version': '1.1',
    'network.peer.address': '192.0.2.7',
    'network.peer.port': 51_234,
    'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'user.id': `user-${index}`,
  },
})

/** Of twenty spans twelve are of a web server, six are costspan's own, two are another emitter's. */
export function mixed(count: number): Uint8Array {
  return requestOf(count, (index) => {
    const place = index % 20
    if (place < 12) return webRequest(index)
    return place < 18 ? ownCall(index) : conventionalCall(index)
  })
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
  return requestOf(count, (index) => ({
    scope: 'recorded',
    attributes: attributesOf(spans[index % spans.length] ?? []),
  }))
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

function serialized(all: readonly ReturnType<Made>[]): Uint8Array {
  const resource = resourceFromAttributes({ 'service.name': 'bench' })
  const names = [...new Set(all.map(({ scope }) => scope))]
  const scopes = new Map(names.map((name) => [name, { name }]))
  const spans = all.map(({ scope, attributes }, index) => ({
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
    // The serializer puts spans of the same scope together.
    instrumentationScope: scopes.get(scope),
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }))
  const bytes = ProtobufTraceSerializer.serializeRequest(spans as unknown as Spans)
  if (bytes === undefined) throw new Error('the spans could not be serialised')
  return bytes
}
