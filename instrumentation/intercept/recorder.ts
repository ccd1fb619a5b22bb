/** What interception needs of recording. `compose` joins the two; neither imports the other. */

import type { Attribution } from '../core/attribution.ts'
import type { Call, CallRequest } from '../core/call.ts'

export interface Recorder {
  /** Whether the current context asks not to be traced: exporters, and whoever uses `suppressTracing`. */
  suppressed(): boolean
  /** Whether what runs now is the sending of a call that is recorded already, by a hook above. */
  sending(): boolean
  /** The span that is active now, or `undefined`. Only its identity is used. */
  activeSpan(): object | undefined
  /** Begins the record of a call that is about to be sent in the current context. */
  start(request: CallRequest, attribution: Attribution, startedAt: number): Recording
}

export interface Recording {
  /** Whether `end` may come a moment after the call's end: whoever flushes what is recorded asks for it first. */
  readonly canWait: boolean
  /** Runs `send` with the call's span active; `Recorder.sending` says so to all that it starts. */
  run<T>(send: () => T): T
  /** The call is sent again, in the current context. */
  resume(): void
  /** Once, when the call is over. */
  end(call: Call): void
}
