/**
 * Spans that others made for the same call. When the active span already is a GenAI inference span, usage, cost and
 * attribution go on it. Its `end` is held until the exchange has ended, because on an early `break` the Anthropic SDK
 * ends its span before the body's cancel reaches us (measured).
 */

import type { Attributes, Span, TimeInput } from '@opentelemetry/api'
import { guard } from '../guard.ts'
import { ATTR_CALL_END, ATTR_COST_STATUS, ATTR_OPERATION_NAME } from '../semconv.ts'

/** Operations of one inference. Agents, workflows and steps contain calls; they are not calls. */
export const INFERENCE_OPERATIONS: ReadonlySet<string> = new Set([
  'chat',
  'generate_content',
  'text_completion',
  'embeddings',
])

/** A span that nobody ends is ended this long after its exchange. Milliseconds. */
const GRACE_MS = 5_000

/** The SDK's own span; the API's interface does not show what has been set. */
interface ReadableSpan extends Span {
  readonly attributes?: Attributes
}

export interface AdoptedSpan {
  readonly span: Span
  /** Sets what the span does not have yet, or has of `ours`. */
  setMissing(attributes: Attributes, ours?: Attributes): void
  /** The exchange is over: the held `end` is carried out, or will be when it comes, or after a grace period. */
  release(): void
}

const adopted = new WeakSet<Span>()
/** Spans whose exchange is over and that nobody has ended yet, with what ends them. */
const abandoned = new Set<() => void>()

/** Ends what would still be waited for: the process is about to end. */
export function endAbandoned(): void {
  for (const end of [...abandoned]) guard('ending an abandoned span', end)
}

/** Whether this span stands for the one call that is about to be sent. */
export function isAdoptable(span: Span | undefined): span is Span {
  if (span === undefined || adopted.has(span) || !span.isRecording()) return false
  const { attributes } = span as ReadableSpan
  const operation = attributes?.[ATTR_OPERATION_NAME]
  if (typeof operation !== 'string' || !INFERENCE_OPERATIONS.has(operation)) return false
  return attributes?.[ATTR_CALL_END] === undefined && attributes?.[ATTR_COST_STATUS] === undefined
}

/** Takes the span over for one logical call. `endedAt` gives the time at which to end it where nobody does. */
export function adopt(span: Span): AdoptedSpan {
  adopted.add(span)
  const end = span.end.bind(span)
  let released = false
  let giveUp: (() => void) | undefined
  let held: { readonly time: TimeInput | undefined } | undefined
  const finish = (time: TimeInput | undefined): void => {
    Reflect.deleteProperty(span, 'end')
    if (giveUp !== undefined) abandoned.delete(giveUp)
    end(time)
  }
  Object.defineProperty(span, 'end', {
    configurable: true,
    writable: true,
    value: (time?: TimeInput) => {
      if (released) finish(time)
      else held ??= { time: time ?? Date.now() }
    },
  })
  return {
    span,
    setMissing(attributes, ours) {
      const present = (span as ReadableSpan).attributes ?? {}
      for (const [name, value] of Object.entries(attributes)) {
        const there = present[name]
        const open = there === undefined || there === ours?.[name]
        if (open && value !== undefined) span.setAttribute(name, value)
      }
    },
    release() {
      if (released) return
      released = true
      if (held !== undefined) {
        finish(held.time)
        return
      }
      const endedAt = Date.now()
      const giveUpNow = (): void => {
        abandoned.delete(giveUpNow)
        if (span.isRecording()) finish(endedAt)
      }
      giveUp = giveUpNow
      abandoned.add(giveUpNow)
      setTimeout(() => {
        guard('ending an abandoned span', giveUpNow)
      }, GRACE_MS).unref()
    },
  }
}
