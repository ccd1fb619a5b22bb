/**
 * Our tracer provider as the application sees it: it passes everything on to whichever provider is the right one at
 * that moment, so that tracers handed out before an application's own set-up follow it afterwards.
 */

import type { Span, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT, trace } from '../otel-api.ts'

/** Records nothing: what an application gets that has registered metrics but no traces. */
const NOWHERE: TracerProvider = {
  getTracer: () => ({
    startSpan: notRecorded,
    startActiveSpan: (...args: readonly unknown[]) => {
      const run = args.at(-1) as (span: Span) => unknown
      return run(notRecorded())
    },
  }),
}

function notRecorded(): Span {
  return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
}

/** @param current the provider to use now; where there is none, spans are not recorded */
export function createDelegateProvider(current: () => TracerProvider | undefined): TracerProvider {
  return {
    getTracer: (name, version, options) =>
      createDelegateTracer(() => current() ?? NOWHERE, name, version, options),
  }
}

function createDelegateTracer(
  provider: () => TracerProvider,
  name: string,
  version: string | undefined,
  options: TracerOptions | undefined,
): Tracer {
  let from: TracerProvider | undefined
  let tracer: Tracer | undefined
  const current = (): Tracer => {
    const now = provider()
    if (tracer === undefined || from !== now) {
      from = now
      tracer = now.getTracer(name, version, options)
    }
    return tracer
  }
  return {
    startSpan: (...args) => current().startSpan(...args),
    // Overloaded by number of arguments, which are passed on as they came.
    startActiveSpan: ((...args: Parameters<Tracer['startActiveSpan']>) =>
      current().startActiveSpan(...args)) as Tracer['startActiveSpan'],
  }
}
