/** OTLP/JSON bodies for tests. */

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface SpanFields {
  readonly traceId?: string
  readonly spanId?: string
  readonly parentSpanId?: string
  readonly startedAt?: number
  readonly endedAt?: number
  readonly attributes?: Attributes
  readonly status?: number
  readonly service?: string
}

export interface LogFields {
  readonly at?: number
  readonly observedAt?: number
  readonly eventName?: string
  readonly traceId?: string
  readonly spanId?: string
  readonly attributes?: Attributes
  readonly service?: string
}

let made = 0

/** Hex of that many digits, different each time. */
export function id(digits: number): string {
  made += 1
  return `a${made.toString(16).padStart(digits - 1, '0')}`
}

export function traces(spans: readonly SpanFields[]): object {
  return {
    resourceSpans: spans.map((span) => ({
      resource: { attributes: keyValues({ 'service.name': span.service ?? 'shop' }) },
      scopeSpans: [{ scope: { name: 'test' }, spans: [spanJson(span)] }],
    })),
  }
}

export function logs(records: readonly LogFields[]): object {
  return {
    resourceLogs: records.map((record) => ({
      resource: { attributes: keyValues({ 'service.name': record.service ?? 'shop' }) },
      scopeLogs: [{ scope: { name: 'test' }, logRecords: [logJson(record)] }],
    })),
  }
}

function logJson(record: LogFields): object {
  const { eventName, traceId, spanId } = record
  return {
    ...(record.at === undefined ? {} : { timeUnixNano: nanoseconds(record.at) }),
    observedTimeUnixNano: nanoseconds(record.observedAt ?? 1_790_000_000_000),
    ...(eventName === undefined ? {} : { eventName }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    body: { stringValue: 'text of a log line' },
    attributes: keyValues(record.attributes ?? {}),
  }
}

function spanJson(span: SpanFields): object {
  const startedAt = span.startedAt ?? 1_790_000_000_000
  return {
    traceId: span.traceId ?? id(32),
    spanId: span.spanId ?? id(16),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: 'chat',
    kind: 3,
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(span.endedAt ?? startedAt + 1_000),
    attributes: keyValues(span.attributes ?? {}),
    status: { code: span.status ?? 0 },
  }
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms * 1000)}000`
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: Attributes[string]): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'object') {
    return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } }
  }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** A priced call as costspan's own spans describe it. */
export function pricedCall(usd: number, more: Attributes = {}): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4.1',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 10,
    'gen_ai.usage.cost.amount': usd,
    'gen_ai.usage.cost.currency': 'USD',
    'costspan.cost.status': 'priced',
    'costspan.cost.by': 'sdk',
    ...more,
  }
}
