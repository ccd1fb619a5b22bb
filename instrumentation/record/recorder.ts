/** Writes each call as one span, a new one or an adopted one, and into the metrics. */

import type { Span, Tracer } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import type { Call, CallRequest } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import { SpanKind, SpanStatusCode, trace } from '../otel-api.ts'
import { ATTR_ERROR_TYPE, ATTR_HTTP_STATUS, EVENT_ATTEMPT_FAILED, SCOPE_NAME } from '../semconv.ts'
import { adopt, isAdoptable } from './adoption.ts'
import {
  answerAttributes,
  attributionAttributes,
  costAttributes,
  requestAttributes,
} from './attributes.ts'
import { coverAncestors, markHandled } from './handled-spans.ts'
import type { Metrics } from './metrics.ts'
import { activeContext, apiRecord, isTracingSuppressed, withContext } from './otel-globals.ts'
import { priceCall, type BookSource } from './price-call.ts'

export interface CallRecording {
  run<T>(send: () => T): T
  end(call: Call): void
}

export interface CallRecorder {
  suppressed(): boolean
  activeSpan(): Span | undefined
  start(request: CallRequest, attribution: Attribution, startedAt: number): CallRecording
}

export function createRecorder(options: {
  readonly book: BookSource
  readonly metrics: Metrics
  readonly version: string
  /** Called with each call that ends. */
  readonly onRecorded: () => void
}): CallRecorder {
  const { book, metrics, version, onRecorded } = options
  const finish = (call: Call, write: (cost: Cost) => void): void => {
    onRecorded()
    const cost = priceCall(call, book)
    metrics.record(call, cost)
    write(cost)
  }
  return {
    suppressed: isTracingSuppressed,
    activeSpan: () => trace.getSpan(activeContext()),
    start(request, attribution, startedAt) {
      const active = trace.getSpan(activeContext())
      if (isAdoptable(active)) return adoptedRecording(active, request, attribution, finish)
      return ownRecording(tracer(version), request, attribution, startedAt, finish)
    },
  }
}

function tracer(version: string): Tracer | undefined {
  return apiRecord().trace?.getTracer(SCOPE_NAME, version)
}

type Finish = (call: Call, write: (cost: Cost) => void) => void

function ownRecording(
  by: Tracer | undefined,
  request: CallRequest,
  attribution: Attribution,
  startedAt: number,
  finish: Finish,
): CallRecording {
  const parent = activeContext()
  const name =
    request.model === undefined ? request.operation : `${request.operation} ${request.model}`
  const attributes = { ...requestAttributes(request), ...attributionAttributes(attribution) }
  const span = by?.startSpan(
    name,
    { kind: SpanKind.CLIENT, attributes, startTime: startedAt },
    parent,
  )
  if (span !== undefined) markHandled(span)
  return {
    run: (send) => (span === undefined ? send() : withContext(trace.setSpan(parent, span), send)),
    end(call) {
      finish(call, (cost) => {
        if (span === undefined) return
        span.setAttributes({ ...answerAttributes(call), ...costAttributes(cost) })
        addAttempts(span, call)
        if (call.end === 'failed' || call.end === 'broken_off') {
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        coverAncestors(span.spanContext().spanId)
        span.end(call.endedAt)
      })
    },
  }
}

function adoptedRecording(
  active: Span,
  request: CallRequest,
  attribution: Attribution,
  finish: Finish,
): CallRecording {
  markHandled(active)
  const adopted = adopt(active)
  adopted.setMissing(attributionAttributes(attribution))
  return {
    run: (send) => send(),
    end(call) {
      finish(call, (cost) => {
        adopted.setMissing({ ...requestAttributes(request), ...answerAttributes(call) })
        adopted.span.setAttributes(costAttributes(cost))
        addAttempts(adopted.span, call)
        coverAncestors(adopted.span.spanContext().spanId)
        adopted.release()
      })
    },
  }
}

function addAttempts(span: Span, call: Call): void {
  for (const attempt of call.failedAttempts) {
    const attributes = {
      [ATTR_ERROR_TYPE]: attempt.errorType,
      ...(attempt.statusCode !== undefined ? { [ATTR_HTTP_STATUS]: attempt.statusCode } : {}),
    }
    span.addEvent(EVENT_ATTEMPT_FAILED, attributes, attempt.at)
  }
}
