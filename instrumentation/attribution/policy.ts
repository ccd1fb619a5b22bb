/** What the configuration demands of attributions: which values may stand, which fields must, who is only a hash. */

import type { Attribution } from '../core/attribution.ts'
import { readField, writeField, type Draft } from '../core/attribution-fields.ts'
import { AttributionRequiredError } from '../core/attribution-required.ts'
import { MAX_LABEL } from '../core/label.ts'

/** Where what policy does is counted and told. */
export interface Notices {
  /** `costspan.dropped{costspan.signal="attribution"}` with this reason. */
  count(reason: string): void
  /** A line for people, once for each subject and process. */
  once(subject: string, line: () => string): void
}

export interface PolicySettings {
  readonly require: readonly Requirement[]
  readonly values: readonly AllowedValues[]
  /** As they are, a keyed digest of them, or `drop` where users are to be hashed and there is no key. */
  readonly users: 'plain' | 'drop' | ((user: string) => string)
}

export interface Requirement {
  readonly field: string
  readonly action: 'warn' | 'block'
}

export interface AllowedValues {
  readonly field: string
  readonly allows: (value: string) => boolean
  /** For messages: `care, growth` or `/[a-z-]+/`. */
  readonly allowed: string
}

export interface Policy {
  /** The attribution as it may leave the process. The same object where nothing has to be changed. */
  readonly clean: (attribution: Attribution, counted: boolean) => Attribution
  /** Counts and tells what is missing; the error where the call must not be sent. */
  readonly check: (attribution: Attribution) => AttributionRequiredError | undefined
}

/** What a value that is not allowed becomes, where calls are grouped by the field. Elsewhere it is left out. */
const OTHER = 'other'
const GROUPED = ['feature', 'team', 'customer', 'costCenter', 'prompt.name', 'prompt.version']
/** Values that may be a person's are not repeated in messages. */
const TELLABLE = ['feature', 'team', 'costCenter', 'prompt.name', 'prompt.version']

export function createPolicy(settings: PolicySettings, notices: Notices): Policy {
  const { require, values, users } = settings
  return {
    clean(attribution, counted) {
      let draft: Draft | undefined
      for (const rule of values) {
        const value = readField(draft ?? attribution, rule.field)
        if (value === undefined || value === OTHER || rule.allows(value)) continue
        draft ??= { ...attribution }
        const grouped = GROUPED.includes(rule.field)
        writeField(draft, rule.field, grouped ? OTHER : undefined)
        if (counted) notices.count('value_not_allowed')
        notices.once(`value ${rule.field}`, () => notAllowed(rule, value, grouped))
      }
      const { user } = draft ?? attribution
      if (user === undefined || users === 'plain') return draft ?? attribution
      draft ??= { ...attribution }
      writeField(draft, 'user', users === 'drop' ? undefined : users(user))
      return draft
    },
    check(attribution) {
      let blocked: string[] | undefined
      for (const { field, action } of require) {
        if (readField(attribution, field) !== undefined) continue
        if (action === 'block') (blocked ??= []).push(field)
        notices.count(action === 'block' ? 'blocked' : 'unattributed')
        notices.once(`require ${field}`, () => missing(field, action))
      }
      return blocked === undefined ? undefined : new AttributionRequiredError(blocked)
    },
  }
}

function notAllowed({ field, allowed }: AllowedValues, value: string, grouped: boolean): string {
  const shown = TELLABLE.includes(field) ? ` '${value.slice(0, MAX_LABEL)}'` : ''
  const becomes = grouped ? `counted as '${OTHER}'` : 'left out'
  return `attribution: ${field}${shown} is not allowed (values in COSTSPAN_CONFIG: ${allowed}); ${becomes}. Further ones are only counted.`
}

function missing(field: string, action: 'warn' | 'block'): string {
  const becomes = action === 'block' ? 'is not sent' : "is counted as 'unattributed'"
  return `attribution: an LLM call does not say its ${field} (require in COSTSPAN_CONFIG); it ${becomes}. Further ones are only counted.`
}
