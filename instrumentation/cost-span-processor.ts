/** The public face of the processor: what `NodeSDK({spanProcessors: […]})` of OpenTelemetry 2.x and 3.x takes. */

import type { Context, Span } from '@opentelemetry/api'
import { spanHooks } from './compose.ts'
import type { ProcessedSpan } from './record/processor.ts'

/**
 * Prices GenAI spans of other instrumentations and records the metrics of the contract for them. Put it before the
 * exporting processor:
 *
 *     new NodeSDK({ spanProcessors: [new CostSpanProcessor(), new BatchSpanProcessor({ exporter })] })
 *
 * A class because the SDK's interface is one; it has no fields of its own.
 */
export class CostSpanProcessor {
  onStart(span: Span, _parentContext: Context): void {
    spanHooks()?.onStart(span)
  }

  /** While attributes can be set. SDKs before 2.3 do not call it: there `onEnd` writes. */
  onEnding(span: Span): void {
    spanHooks()?.onEnding(span as Span & ProcessedSpan)
  }

  onEnd(span: ProcessedSpan): void {
    spanHooks()?.onEnd(span)
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }
}
