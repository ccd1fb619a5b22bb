/**
 * What must exist once in a process, whatever number of copies of this library it loads: a bundled copy and the
 * preloaded one meet here.
 */

import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Attribution } from './core/attribution.ts'

export interface SharedState {
  /** Set once `register` has run; a second one does nothing. */
  registered?: boolean
  /** `COSTSPAN_DISABLED`: attribution only runs its function. */
  disabled?: boolean
  attribution?: AsyncLocalStorage<Attribution>
  /** Runs work so that what is allow-listed of the attribution travels with outgoing requests. Absent: nothing does. */
  carry?: <R>(attribution: Attribution, work: () => R) => R
  /** The inbound request that is being served (`InboundRequest`), where such are read. */
  inbound?: AsyncLocalStorage<unknown>
  /** Reads an inbound request by the configuration (`ReadInbound`). Absent: nothing of them is wanted. */
  readInbound?: unknown
  /** The prices in use (`Prices`); opaque like the hooks. */
  prices?: unknown
  /** What `CostSpanProcessor` passes spans to (`SpanHooks`); opaque here, copies may differ in version. */
  hooks?: unknown
  /** Gives what `recordOutcome` and `recordCost` tell (`() => Recordings`); opaque like the hooks. */
  recordings?: unknown
}

const KEY = Symbol.for('costspan.v1')

export function sharedState(): SharedState {
  const holder = globalThis as { [KEY]?: SharedState | undefined }
  const state = holder[KEY] ?? {}
  holder[KEY] = state
  return state
}
