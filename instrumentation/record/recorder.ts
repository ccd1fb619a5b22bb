/** Writes each call as one span, a new one or an adopted one, and into the metrics. */

import type { Attributes, Context, Span, Tracer, TracerProvider } from '@opentelemetry/api'
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
import { newAttributeList, toAttributes, type AttributeSink } from './attribute-list.ts'
import { putAnswer, putAttribution, putCost, putRequest } from './attributes.ts'
import { cover, coverAncestors, markHandled, notedAttribution } from './handled-spans.ts'
import type { Metrics } from './metrics.ts'
import { activeContext, apiRecord, isTracingSuppressed } from './otel-globals.ts'
import type { PlainSpans } from './plain-spans.ts'
import { priceCall, type BookSource } from './price-call.ts'
import { isSending, sendIn } from './sending.ts'

export interface CallRecording {
  readonly canWait: boolean
  run<T>(send: () => T): T
  resume(): void
  end(call: Call): void
}

export interface CallRecorder {
  suppressed(): boolean
  sending(): boolean
  activeSpan(): Span | undefined
  start(request: CallRequest, attribution: Attribution, startedAt: number): CallRecording
}

export function createRecorder(options: {
  readonly book: BookSource
  readonly metrics: Metrics
  readonly version: string
  /** Whether spans are our own SDK's just now, with no limits set on their attributes. */
  readonly ownsSpans: () => boolean
  /** Exports such spans, where there is a shorter way than the SDK's. */
  readonly plainSpans?: PlainSpans | undefined
  /** Called with the active span, if any, and whom the call is for, where somebody wants to know. */
  readonly onStart?: ((spanId: string | undefined, attribution: Attribution) => void) | undefined
  /** Called with each call that ends. */
  readonly onRecorded: () => void
}): CallRecorder {
  const { book, metrics, version, ownsSpans, onRecorded } = options
  const tracer = currentTracer(version)
  const startOwn = startBare(options.plainSpans)
  const finish = (call: Call, write: (cost: Cost) => void): void => {
    onRecorded()
    const cost = priceCall(call, book)
    metrics.record(call, cost)
    write(cost)
  }
  return {
    suppressed: isTracingSuppressed,
    sending: isSending,
    activeSpan: () => trace.getSpan(activeContext()),
    start(request, attribution, startedAt) {
      const active = trace.getSpan(activeContext())
      options.onStart?.(active?.spanContext().spanId, attribution)
      if (isAdoptable(active)) return adoptedRecording(active, request, attribution, finish)
      const start = ownsSpans() ? startOwn : startWithRequest
      return ownRecording(tracer(), start, request, attribution, startedAt, finish)
    },
  }
}

/** Our tracer of whichever provider is registered now; asking the provider each time costs as much as a span. */
function currentTracer(version: string): () => Tracer | undefined {
  let from: TracerProvider | undefined
  let known: Tracer | undefined
  return () => {
    const { trace: provider } = apiRecord()
    if (provider !== from) {
      from = provider
      known = provider?.getTracer(SCOPE_NAME, version)
    }
    return known
  }
}

type Finish = (call: Call, write: (cost: Cost) => void) => void

/** A span just begun. `end` completes it; attempts and status are on it by then. */
interface Started {
  readonly span: Span
  /** Whether it goes out by our own SDK. */
  readonly isOurs: boolean
  readonly end: (call: Call, cost: Cost) => void
}

type StartSpan = (
  by: Tracer,
  request: CallRequest,
  attribution: Attribution,
  startedAt: number,
  parent: Context,
) => Started

/** For whoever's SDK it is: what is known is there from the start, for samplers and processors to see. */
const startWithRequest: StartSpan = (by, request, attribution, startTime, parent) => {
  const attributes = toAttributes(
    putAttribution(putRequest(newAttributeList(), request), attribution),
  )
  const options = { kind: SpanKind.CLIENT, attributes, startTime }
  const span = by.startSpan(nameOf(request), options, parent)
  return {
    span,
    isOurs: false,
    end(call, cost) {
      span.setAttributes(toAttributes(putCost(putAnswer(newAttributeList(), call), cost)))
      span.end(call.endedAt)
    },
  }
}

/**
 * For our own SDK, with no limits set: attributes are written in one go at the end, past the SDK's checks of each.
 * Nobody is there to see them earlier: the samplers that the standard variables offer look at names and parents only.
 */
const startBare = (plain: PlainSpans | undefined): StartSpan => {
  return (by, request, attribution, startTime, parent) => {
    const name = nameOf(request)
    const call = plain?.start(name, parent, startTime)
    const span = call ?? by.startSpan(name, { kind: SpanKind.CLIENT, startTime }, parent)
    return {
      span,
      isOurs: true,
      end(ended, cost) {
        const write = <T extends AttributeSink>(sink: T): T =>
          putCost(putAnswer(putAttribution(putRequest(sink, request), attribution), ended), cost)
        if (call?.isPlain === true) plain?.end(call, ended.endedAt, write)
        else endWith(call?.real ?? span, ended.endedAt, toAttributes(write(newAttributeList())))
      },
    }
  }
}

function endWith(span: Span, endedAt: number, attributes: Attributes): void {
  const live = span as { attributes?: Attributes }
  live.attributes = { ...live.attributes, ...attributes }
  span.end(endedAt)
}

function nameOf({ operation, model }: CallRequest): string {
  return model === undefined ? operation : `${operation} ${model}`
}

function ownRecording(
  by: Tracer | undefined,
  start: StartSpan,
  request: CallRequest,
  attribution: Attribution,
  startedAt: number,
  finish: Finish,
): CallRecording {
  const parent = activeContext()
  const started = by === undefined ? undefined : start(by, request, attribution, startedAt, parent)
  const span = started?.span
  const parentId = trace.getSpanContext(parent)?.spanId
  return {
    // What flushes an application's own SDK does not know of us.
    canWait: started?.isOurs === true,
    run: (send) => sendIn(parent, span, send),
    resume() {
      // One span over all attempts.
    },
    end(call) {
      finish(call, (cost) => {
        if (started === undefined || span?.isRecording() !== true) return
        addAttempts(span, call)
        if (call.end === 'failed' || call.end === 'broken_off') {
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        if (parentId !== undefined) cover(parentId)
        started.end(call, cost)
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
    canWait: false,
    run: (send) => sendIn(activeContext(), undefined, send),
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
        adopted.setMissing(toAttributes(putAnswer(putRequest(newAttributeList(), request), call)))
        adopted.span.setAttributes(toAttributes(putCost(newAttributeList(), cost)))
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
  const said = toAttributes(putAttribution(newAttributeList(), attribution))
  adopted.setMissing(said, notedAttribution(span))
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
