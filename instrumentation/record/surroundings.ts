/** What is around a call in OpenTelemetry's context: attributes of the spans it is made in, route and service. */

import type { Attributes, Span } from '@opentelemetry/api'
import { trace } from '../otel-api.ts'
import { ATTR_SERVICE_NAME, HTTP_SERVER } from '../semconv.ts'
import { activeContext } from './otel-globals.ts'

/** A span as the SDKs of 2.x and 3.x have it; the API's interface shows none of this. */
interface ReadableSpan {
  readonly attributes?: Attributes
  readonly parentSpanContext?: { readonly spanId: string } | undefined
  /** The name in SDKs before 2.0. */
  readonly parentSpanId?: string | undefined
  readonly resource?: { readonly attributes?: Attributes }
}

/** Spans that are open, by id: a span does not know its parent, only the parent's id. */
export interface OpenSpans {
  opened(span: Span): void
  closed(span: { spanContext(): { readonly spanId: string } }): void
}

export interface Surroundings extends OpenSpans {
  /** Of the active span, or the nearest open one above it that has it. */
  readonly attribute: (name: string) => string | undefined
  /** Route and path of the inbound request, each where a span or its instrumentation says it. */
  routes(): readonly string[]
  /** `service.name` of the active span's resource. */
  service(): string | undefined
}

/** A span that never ends must not grow this without bound. */
const MAX_OPEN = 10_000
/** A chain of parents longer than this is none. */
const MAX_DEPTH = 100

export function createSurroundings(): Surroundings {
  const open = new Map<string, Span>()
  const above = (span: Span): Span | undefined => {
    const { parentSpanContext, parentSpanId } = span as ReadableSpan
    return open.get(parentSpanContext?.spanId ?? parentSpanId ?? '')
  }
  const attribute = (name: string): string | undefined => {
    let span = trace.getSpan(activeContext())
    for (let depth = 0; span !== undefined && depth < MAX_DEPTH; depth += 1) {
      const value = primitive((span as ReadableSpan).attributes?.[name])
      if (value !== undefined) return value
      span = above(span)
    }
    return primitive((inboundRequest()?.span as ReadableSpan | undefined)?.attributes?.[name])
  }
  return {
    attribute,
    routes() {
      const target = attribute(HTTP_SERVER.target)?.split('?', 1)[0]
      const path = attribute(HTTP_SERVER.path)
      const all = [attribute(HTTP_SERVER.route), inboundRequest()?.route, path, target]
      return all.filter((route) => typeof route === 'string')
    },
    service() {
      const span = trace.getSpan(activeContext()) as ReadableSpan | undefined
      return primitive(span?.resource?.attributes?.[ATTR_SERVICE_NAME])
    },
    opened(span) {
      if (open.size < MAX_OPEN) open.set(span.spanContext().spanId, span)
    },
    closed(span) {
      open.delete(span.spanContext().spanId)
    },
  }
}

function primitive(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** As `setRPCMetadata` of `@opentelemetry/core` keeps it: HTTP instrumentations put the server's span and route there. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

function inboundRequest(): { readonly span?: unknown; readonly route?: unknown } | undefined {
  const value = activeContext().getValue(RPC_METADATA)
  return typeof value === 'object' && value !== null ? value : undefined
}
