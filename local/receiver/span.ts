/** A span as OTLP carries it, whatever its encoding: only what pricing and reporting read. */

import { SPAN_KINDS, type SpanKindName } from '../../instrumentation/core/cost-rule.ts'

export type AttributeValue = string | number | boolean | readonly string[]
export type Attributes = ReadonlyMap<string, AttributeValue>

export interface OtlpSpan {
  /** Lower-case hex, 32 digits. */
  readonly traceId: string
  /** Lower-case hex, 16 digits. */
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: SpanKindName
  /** Name of the instrumentation; empty where it says none. */
  readonly scope: string
  /** Epoch milliseconds, to the microsecond. */
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Attributes
  /** True where the span's status is `ERROR`. */
  readonly failed: boolean
  readonly resource: Attributes
}

export interface DecodedTraces {
  readonly spans: readonly OtlpSpan[]
  /** Spans that can't be kept: no valid ids or no start time. */
  readonly rejected: number
}

/** The body is not what its content type says. One line. */
export class MalformedBody extends Error {
  override readonly name = 'MalformedBody'
}

interface SpanFields extends Omit<OtlpSpan, 'traceId' | 'spanId' | 'parentSpanId' | 'kind'> {
  /** `SpanKind` of opentelemetry/proto/trace/v1/trace.proto: 0 unspecified, 1 internal, 2 server, … */
  readonly kind: number
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly parentSpanId: string | undefined
}

/** A span with valid ids and a start, or nothing. An end before the start is taken as the start. */
export function checkedSpan(fields: SpanFields): OtlpSpan | undefined {
  const traceId = hexId(fields.traceId, 32)
  const spanId = hexId(fields.spanId, 16)
  const parentSpanId = hexId(fields.parentSpanId, 16)
  const startedAt = microseconds(fields.startedAt)
  const endedAt = microseconds(fields.endedAt)
  if (traceId === undefined || spanId === undefined || !(startedAt > 0)) return undefined
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: fields.name,
    kind: SPAN_KINDS[fields.kind - 1] ?? 'internal',
    scope: fields.scope,
    startedAt,
    endedAt: Math.max(startedAt, endedAt),
    attributes: fields.attributes,
    failed: fields.failed,
    resource: fields.resource,
  }
}

/** Nanoseconds since 1970 exceed a double's digits: what it makes up beyond microseconds is dropped. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** All-zero ids are invalid: OpenTelemetry specification, trace/api.md, "SpanContext". */
export function hexId(value: string | undefined, digits: number): string | undefined {
  const id = value?.toLowerCase()
  if (id === undefined || id.length !== digits || !/^[0-9a-f]+$/.test(id)) return undefined
  return /^0+$/.test(id) ? undefined : id
}
