/**
 * Spans of our own calls on which nobody has put anything: kept as an identity while the call runs, written as bytes
 * when it ends, exported in batches like those of the SDK's batch processor and by the same settings. Used where we set
 * OpenTelemetry up and spans go out as OTLP over HTTP in protobuf, the default. Everything else goes the SDK's way.
 */

import type { Context, Span } from '@opentelemetry/api'
import type { IdGenerator, Sampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { OtelSettings } from '../config.ts'
import { SpanKind, trace } from '../otel-api.ts'
import type { AttributeSink } from './attribute-list.ts'
import { CallSpan, type Materialize } from './call-span.ts'
import type { Delivery } from './delivery.ts'
import { untraced } from './otel-globals.ts'
import { createSpanWriter, type Origin } from './span-bytes.ts'

export interface PlainSpans {
  /** `undefined` where the sampler's decision is not simply to record, or a trace state has to be carried on. */
  start(name: string, parent: Context, startedAt: number): CallSpan | undefined
  /** Takes the ended call's attributes, which `write` adds. `endedAt` in epoch milliseconds. */
  end(span: CallSpan, endedAt: number, write: (attributes: AttributeSink) => void): void
  /** Hands what waits to the delivery. */
  flush(): void
}

export interface PlainSpansOptions {
  readonly delivery: Delivery
  readonly batch: OtelSettings['batch']
  readonly scope: Origin['scope']
  readonly resource: Origin['resource']
  readonly sampler: Sampler
  readonly ids: IdsToTakeOver
  /** The SDK's own, for spans that turn out to need it. */
  readonly traces: TracerProvider
}

/** The defaults of the specification, "SDK environment variables". */
const BATCH_SIZE = 512
const DELAY_MS = 5_000
/** A batch is sent before it grows beyond this: receivers refuse large requests. */
const MAX_BYTES = 2 * 1024 * 1024
/** `SamplingDecision.RECORD_AND_SAMPLED`. */
const RECORD_AND_SAMPLED = 2
const SAMPLED = 1

export function createPlainSpans(options: PlainSpansOptions): PlainSpans {
  const batch = createBatch(options)
  const { sampler, ids, traces, scope } = options
  const materialize: Materialize = (span) =>
    ids.taking(span.context, () =>
      traces
        .getTracer(scope.name, scope.version)
        .startSpan(span.name, { kind: SpanKind.CLIENT, startTime: span.startedAt }, span.startedIn),
    )
  return {
    start(name, startedIn, startedAt) {
      const parent = validParent(startedIn)
      if (parent?.traceState !== undefined) return undefined
      const traceId = parent?.traceId ?? ids.generateTraceId()
      const sampled = sampler.shouldSample(startedIn, traceId, name, SpanKind.CLIENT, {}, [])
      const simple =
        (sampled.decision as number) === RECORD_AND_SAMPLED &&
        sampled.attributes === undefined &&
        sampled.traceState === undefined
      if (!simple) return undefined
      const context = { traceId, spanId: ids.generateSpanId(), traceFlags: SAMPLED }
      return new CallSpan({ name, context, startedIn, parent, startedAt }, materialize)
    },
    end: batch.add,
    flush: batch.flush,
  }
}

function validParent(context: Context): ReturnType<Span['spanContext']> | undefined {
  const parent = trace.getSpanContext(context)
  return parent !== undefined && trace.isSpanContextValid(parent) ? parent : undefined
}

function createBatch({ delivery, batch, resource, scope }: PlainSpansOptions): {
  readonly add: PlainSpans['end']
  readonly flush: () => void
} {
  const batchSize = Math.max(1, batch.maxExportBatchSize ?? BATCH_SIZE)
  const writer = createSpanWriter()
  let waiting = 0
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting === 0) return
    const count = waiting
    waiting = 0
    untraced(() => {
      delivery.send(writer.request({ resource, scope }), count)
    })
  }
  return {
    add(span, endedAt, write) {
      writer.add(span, SpanKind.CLIENT, endedAt, write)
      waiting += 1
      if (waiting >= batchSize || writer.size > MAX_BYTES) flush()
      else timer ??= setTimeout(flush, batch.scheduledDelayMillis ?? DELAY_MS).unref()
    },
    flush,
  }
}

export interface IdsToTakeOver extends IdGenerator {
  /** The next span that `start` starts has these ids. */
  taking(ids: { readonly traceId: string; readonly spanId: string }, start: () => Span): Span
}

/** The SDK's ids, save where a span stands in for one that has its ids already. */
export function createIds(generator: IdGenerator): IdsToTakeOver {
  let taken: { readonly traceId: string; readonly spanId: string } | undefined
  return {
    generateTraceId: () => taken?.traceId ?? generator.generateTraceId(),
    generateSpanId: () => taken?.spanId ?? generator.generateSpanId(),
    taking(ids, start) {
      taken = ids
      try {
        return start()
      } finally {
        taken = undefined
      }
    },
  }
}
