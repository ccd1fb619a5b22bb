/** Writes each call as one span, a new one or an adopted one, and into the metrics. */

import type { Span, Tracer } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import type { Call, CallRequest } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import { SpanKind, SpanStatusCode, trace } from '../otel-api.ts'
import {
  ATTR_COST_BY,
  ATTR_COST_STATUS,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_STATUS,
  EVENT_ATTEMPT_FAILED,
  SCOPE_NAME,
} from '../semconv.ts'
import { adopt, isAdoptable, type AdoptedSpan } from './adoption.ts'
import { putAnswer, putAttribution, putCost, putRequest } from './attributes.ts'
import { cover, coverAncestors, markHandled } from './handled-spans.ts'
import type { Metrics } from './metrics.ts'
import { activeContext, apiRecord, isTracingSuppressed, withContext } from './otel-globals.ts'
import { priceCall, type BookSource } from './price-call.ts'

export interface CallRecording {
  run<T>(send: () => T): T
  resume(): void
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
  const attributes = putAttribution(putRequest({}, request), attribution)
  const span = by?.startSpan(
    name,
    { kind: SpanKind.CLIENT, attributes, startTime: startedAt },
    parent,
  )
  const parentId = trace.getSpanContext(parent)?.spanId
  return {
    run: (send) => (span === undefined ? send() : withContext(trace.setSpan(parent, span), send)),
    resume() {
      // One span over all attempts.
    },
    end(call) {
      finish(call, (cost) => {
        if (span === undefined) return
        span.setAttributes(putCost(putAnswer({}, call), cost))
        addAttempts(span, call)
        if (call.end === 'failed' || call.end === 'broken_off') {
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        if (parentId !== undefined) cover(parentId)
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
  let adopted = take(active, attribution)
  return {
    run: (send) => send(),
    resume() {
      const next = trace.getSpan(activeContext())
      if (!isAdoptable(next)) return
      // A span for each attempt (the AI SDK streaming): the record moves on, the last one left has none.
      adopted.span.setAttributes({ [ATTR_COST_STATUS]: 'covered', [ATTR_COST_BY]: 'sdk' })
      adopted.release()
      adopted = take(next, attribution)
    },
    end(call) {
      finish(call, (cost) => {
        adopted.setMissing(putAnswer(putRequest({}, request), call))
        adopted.span.setAttributes(putCost({}, cost))
        addAttempts(adopted.span, call)
        coverAncestors(adopted.span.spanContext().spanId)
        adopted.release()
      })
    },
  }
}

function take(span: Span, attribution: Attribution): AdoptedSpan {
  markHandled(span)
  const adopted = adopt(span)
  adopted.setMissing(putAttribution({}, attribution))
  return adopted
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
