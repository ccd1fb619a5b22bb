/**
 * Who the current work is for, carried along awaits, timers and streams by an AsyncLocalStorage of our own: it needs no
 * OpenTelemetry context manager. It lives under a global symbol, so that a bundled second copy of the library agrees
 * with the preloaded one.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { mergeAttribution, type Attribution } from '../core/attribution.ts'
import { sharedState } from '../shared-state.ts'
import { carryGenerator, type Run } from './carrying.ts'
import { normalize, type AttributionInput } from './input.ts'

export type { AttributionInput } from './input.ts'

const NOBODY: Attribution = {}

function storage(): AsyncLocalStorage<Attribution> {
  const state = sharedState()
  state.attribution ??= new AsyncLocalStorage<Attribution>()
  return state.attribution
}

/**
 * Runs `fn`, and all it awaits, with this attribution on every LLM call. Nested calls merge, the inner one wins.
 * `conversation` is shorthand for a unit of that type. A generator that `fn` returns keeps it while it is read.
 * Never throws by itself, whatever it is given: what is not well formed is left out.
 */
export function withAttribution<T>(attribution: AttributionInput, fn: () => T): T {
  const state = sharedState()
  if (state.disabled) return fn()
  const run = runWith(inner(storage().getStore(), attribution))
  return carryGenerator(run(fn), run)
}

function runWith(attribution: Attribution): Run {
  const als = storage()
  const { carry } = sharedState()
  if (carry === undefined) return (work) => als.run(attribution, work)
  return (work) => als.run(attribution, () => carry(attribution, work))
}

/** Runs work with what is declared here, wherever it is run. */
export function declaredHere(): Run {
  return runWith(declaredAttribution() ?? NOBODY)
}

/**
 * As `withAttribution`, for the rest of the current asynchronous work. It can't be taken back and holds for whatever
 * the caller goes on to do: prefer `withAttribution`, or the middleware, wherever there is a function to run.
 */
export function enterAttribution(attribution: AttributionInput): void {
  const state = sharedState()
  if (state.disabled) return
  const als = storage()
  als.enterWith(inner(als.getStore(), attribution))
}

function inner(outer: Attribution | undefined, input: AttributionInput): Attribution {
  try {
    const said = normalize(input)
    return outer === undefined ? said : mergeAttribution(outer, said)
  } catch {
    return outer ?? NOBODY // a getter of the application's that throws has said nothing
  }
}

/** What the application's code has said here; `undefined` outside of any `withAttribution`. */
export function declaredAttribution(): Attribution | undefined {
  return sharedState().attribution?.getStore()
}

/** The attribution in force here, over the given defaults. */
export function currentAttribution(defaults: Attribution): Attribution {
  const current = declaredAttribution()
  return current === undefined ? defaults : mergeAttribution(defaults, current)
}
