/** Spans as OTLP/JSON: made as another emitter would, and read back from where they ended up. */

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

export type AttributeValue = string | number | boolean

export interface SpanToSend {
  readonly service?: string
  readonly name?: string
  /** Makes it a child of this span. */
  readonly parent?: string
  readonly spanId?: string
  readonly traceId?: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

export interface StoredSpan {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A call of the conventions, priced by whoever sent it. */
export function pricedCall(
  usd: number,
  more: Readonly<Record<string, AttributeValue>> = {},
): SpanToSend {
  return {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5.4',
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.usage.cost.amount': usd,
      'costspan.cost.status': 'priced',
      'costspan.cost.by': 'collector',
      ...more,
    },
  }
}

/** @returns the status, and the body where it was refused */
export async function sendSpans(
  url: string,
  spans: readonly SpanToSend[],
  timeoutMs = 30_000,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: spans.map(resourceSpan) }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  return { status: response.status, body: await response.text() }
}

function resourceSpan(span: SpanToSend): object {
  const now = BigInt(Date.now()) * 1_000_000n
  return {
    resource: { attributes: [attribute('service.name', span.service ?? 'elsewhere')] },
    scopeSpans: [
      {
        scope: { name: 'elsewhere' },
        spans: [
          {
            traceId: span.traceId ?? randomBytes(16).toString('hex'),
            spanId: span.spanId ?? randomBytes(8).toString('hex'),
            ...(span.parent === undefined ? {} : { parentSpanId: span.parent }),
            name: span.name ?? 'chat gpt-5.4',
            kind: 3,
            startTimeUnixNano: String(now - 1_500_000_000n),
            endTimeUnixNano: String(now),
            attributes: Object.entries(span.attributes).map(([key, value]) =>
              attribute(key, value),
            ),
          },
        ],
      },
    ],
  }
}

function attribute(key: string, value: AttributeValue): object {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  if (typeof value === 'boolean') return { key, value: { boolValue: value } }
  const whole = Number.isInteger(value) && !key.includes('.cost.')
  return { key, value: whole ? { intValue: String(value) } : { doubleValue: value } }
}

/** Every span of the file once: what was delivered twice has one id. */
export function readSpans(file: string): readonly StoredSpan[] {
  if (!existsSync(file)) return []
  const spans = new Map<string, StoredSpan>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue
    for (const span of spansOf(JSON.parse(line))) spans.set(`${span.traceId} ${span.spanId}`, span)
  }
  return [...spans.values()]
}

function spansOf(request: OtlpRequest): readonly StoredSpan[] {
  return (request.resourceSpans ?? [])
    .flatMap((resource) => resource.scopeSpans ?? [])
    .flatMap((scope) => scope.spans ?? [])
    .map(({ traceId, spanId, attributes = [] }) => ({
      traceId,
      spanId,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)])),
    }))
}

function plain(value: Readonly<Record<string, unknown>>): unknown {
  return 'intValue' in value ? Number(value['intValue']) : Object.values(value)[0]
}

interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly {
      readonly spans?: readonly {
        readonly traceId: string
        readonly spanId: string
        readonly attributes?: readonly {
          readonly key: string
          readonly value: Readonly<Record<string, unknown>>
        }[]
      }[]
    }[]
  }[]
}
