/**
 * What travels with requests: of W3C baggage, only what is allow-listed. Providers get none of the rest, whoever would
 * send it: the Anthropic SDK (>= 0.134) copies the active context's baggage into its requests, HTTP instrumentations do
 * the same below `fetch`, and applications pass on headers. `traceparent` stays.
 */

import type { Baggage, BaggageEntry, Context } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import { readField } from '../core/attribution-fields.ts'

/** OpenTelemetry's context, from wherever it is registered. */
export interface ContextAccess {
  active(): Context
  run<R>(context: Context, work: () => R): R
  createBaggage(entries: Record<string, BaggageEntry>): Baggage
}

export interface OutboundAllowed {
  /** Keys that may travel; `all` lets everything pass as it is. */
  readonly pass: ReadonlySet<string> | 'all'
  readonly put: readonly (readonly [key: string, field: string])[]
}

export interface Outbound {
  /** Runs `send` so that what is below it finds only allow-listed baggage. */
  run<R>(send: () => R): R
  /** What to send in place of this `baggage` header; `null`: nothing. */
  header(value: string): string | null
}

/** As `propagation.setBaggage` of the API keeps it. */
const BAGGAGE = Symbol.for('OpenTelemetry Baggage Key')

export function baggageIn(context: Context): Baggage | undefined {
  const value = context.getValue(BAGGAGE)
  const sound = typeof value === 'object' && value !== null && 'getAllEntries' in value
  return sound ? (value as Baggage) : undefined
}

export function createOutbound(access: ContextAccess, { pass }: OutboundAllowed): Outbound {
  const allowed = (key: string): boolean => pass === 'all' || pass.has(key)
  return {
    run(send) {
      if (pass === 'all') return send()
      const context = access.active()
      const entries = baggageIn(context)?.getAllEntries()
      if (entries === undefined || entries.every(([key]) => allowed(key))) return send()
      const kept = entries.filter(([key]) => allowed(key))
      const next =
        kept.length === 0
          ? context.deleteValue(BAGGAGE)
          : context.setValue(BAGGAGE, access.createBaggage(Object.fromEntries(kept)))
      return access.run(next, send)
    },
    header(value) {
      if (pass === 'all') return value
      const members = value.split(',')
      const kept = members.filter((member) => allowed((member.split('=', 1)[0] ?? '').trim()))
      if (kept.length === members.length) return value
      return kept.length === 0 ? null : kept.join(',').trim()
    },
  }
}

/** Puts what is allow-listed of an attribution into the active context's baggage while `work` runs. */
export function createCarry(
  access: ContextAccess,
  { put }: OutboundAllowed,
  clean: (attribution: Attribution) => Attribution,
): <R>(attribution: Attribution, work: () => R) => R {
  return (attribution, work) => {
    const context = access.active()
    const said = clean(attribution)
    const entries = Object.fromEntries(baggageIn(context)?.getAllEntries() ?? [])
    for (const [key, field] of put) {
      const value = readField(said, field)
      if (value !== undefined) entries[key] = { value }
    }
    return access.run(context.setValue(BAGGAGE, access.createBaggage(entries)), work)
  }
}
