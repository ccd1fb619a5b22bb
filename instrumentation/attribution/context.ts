/**
 * Who the current work is for, carried along awaits, timers and streams by an AsyncLocalStorage of our own: it needs no
 * OpenTelemetry context manager. It lives under a global symbol, so that a bundled second copy of the library agrees
 * with the preloaded one.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { mergeAttribution, type Attribution } from '../core/attribution.ts'
import { sharedState } from '../shared-state.ts'

function storage(): AsyncLocalStorage<Attribution> {
  const state = sharedState()
  state.attribution ??= new AsyncLocalStorage<Attribution>()
  return state.attribution
}

/**
 * Runs `fn`, and all it awaits, with this attribution on every LLM call. Nested calls merge, the inner one wins.
 * `conversation` is shorthand for a unit of that type.
 */
export function withAttribution<T>(attribution: AttributionInput, fn: () => T): T {
  const state = sharedState()
  if (state.disabled) return fn()
  const als = storage()
  return als.run(mergeAttribution(als.getStore() ?? {}, normalize(attribution)), fn)
}

/** As `withAttribution`, for the rest of the current asynchronous work: what middleware needs. */
export function enterAttribution(attribution: AttributionInput): void {
  const state = sharedState()
  if (state.disabled) return
  const als = storage()
  als.enterWith(mergeAttribution(als.getStore() ?? {}, normalize(attribution)))
}

/** The attribution in force here, over the given defaults. */
export function currentAttribution(defaults: Attribution): Attribution {
  const current = sharedState().attribution?.getStore()
  return current === undefined ? defaults : mergeAttribution(defaults, current)
}

export interface AttributionInput extends Attribution {
  /** Shorthand for `unit: {type: 'conversation', id}`. */
  readonly conversation?: string
}

const TEXT_KEYS = ['feature', 'team', 'customer', 'costCenter', 'user', 'session'] as const
/** Longer values are cut: they are labels, not documents. */
const MAX_LENGTH = 256

/** Takes what is well formed. An application in plain JavaScript may pass anything, and must not fail over it. */
export function normalize(input: AttributionInput): Attribution {
  const result: { -readonly [K in keyof Attribution]: Attribution[K] } = {}
  for (const key of TEXT_KEYS) {
    const value = label(input[key])
    if (value !== undefined) result[key] = value
  }
  const name = label(input.prompt?.name)
  const version = label(input.prompt?.version)
  if (name !== undefined || version !== undefined) {
    result.prompt = { ...(name ? { name } : {}), ...(version ? { version } : {}) }
  }
  const conversation = label(input.conversation)
  if (conversation !== undefined) result.unit = { type: 'conversation', id: conversation }
  const type = label(input.unit?.type)
  const id = label(input.unit?.id)
  if (type !== undefined && id !== undefined) {
    const start = input.unit?.start
    result.unit = { type, id, ...(typeof start === 'boolean' ? { start } : {}) }
  }
  const tags = Object.entries(input.tags ?? {}).flatMap(([key, value]) => {
    const kept = label(value)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  if (tags.length > 0) result.tags = Object.fromEntries(tags)
  return result
}

function label(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_LENGTH) : undefined
}
