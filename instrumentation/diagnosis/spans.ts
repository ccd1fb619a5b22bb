/** Counts spans of other instrumentations, and notices whether a `CostSpanProcessor` brought them. */

import type { DiagnosedSpans } from '../core/diagnosis.ts'
import { guard } from '../guard.ts'
import { isAdoptable } from '../record/adoption.ts'
import { isHandled, isOwn } from '../record/handled-spans.ts'
import type { SpanHooks } from '../record/processor.ts'
import type { CallRecorder } from '../record/recorder.ts'
import { ATTR_COST_STATUS } from '../semconv.ts'

type Kind = 'adopted' | 'priced' | 'covered'
type Counts = Record<Kind, number>

export interface SpanCounts {
  /** The recorder, whose adoptions are counted. */
  recorder(inner: CallRecorder): CallRecorder
  /** @param byApplication whether these are called by an application's own set-up */
  hooks(inner: SpanHooks, byApplication: boolean): SpanHooks
  /** Whether an application's own set-up has called ours. */
  readonly processorSeen: boolean
  readonly scopes: () => readonly DiagnosedSpans[]
}

/** Names of instrumentations are few; this is for who makes one up for each span. */
const MAX_SCOPES = 100

export function createSpanCounts(): SpanCounts {
  const scopes = new Map<string, Counts>()
  let processorSeen = false
  const count = (span: object, kind: Kind): void => {
    const scope = scopeOf(span)
    const counts = scopes.get(scope) ?? { adopted: 0, priced: 0, covered: 0 }
    if (!scopes.has(scope) && scopes.size >= MAX_SCOPES) return
    counts[kind] += 1
    scopes.set(scope, counts)
  }
  return {
    recorder: (inner) => ({
      ...inner,
      start(...args) {
        const active = inner.activeSpan()
        const adopts = isAdoptable(active)
        const recording = inner.start(...args)
        if (adopts) guard('counting an adopted span', () => count(active, 'adopted'))
        return recording
      },
    }),
    hooks: (inner, byApplication) => ({
      ...inner,
      onStart(span) {
        processorSeen ||= byApplication
        inner.onStart(span)
      },
      onEnd(span) {
        inner.onEnd(span)
        if (isOwn(span)) return
        guard('counting a span', () => {
          const status = span.attributes[ATTR_COST_STATUS]
          if (status === 'covered') count(span, 'covered')
          else if (status !== undefined && !isHandled(span)) count(span, 'priced')
        })
      },
    }),
    get processorSeen() {
      return processorSeen
    },
    scopes: () => [...scopes].map(([scope, counts]) => ({ scope, ...counts })),
  }
}

/** SDKs before 2.0 have it under another name. */
function scopeOf(span: object): string {
  const { instrumentationScope, instrumentationLibrary } = span as {
    readonly instrumentationScope?: { readonly name?: unknown }
    readonly instrumentationLibrary?: { readonly name?: unknown }
  }
  const name = instrumentationScope?.name ?? instrumentationLibrary?.name
  return typeof name === 'string' && name !== '' ? name : 'unnamed'
}
