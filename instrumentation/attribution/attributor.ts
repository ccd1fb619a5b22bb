/**
 * Who a call is for, from all that say so. From the strongest: a rule with `override`; the code, by `withAttribution`
 * or middleware; what it tells OpenLLMetry; the request itself, in the provider's own fields; the inbound request, by allow-listed headers and
 * baggage; rules; the process's defaults. Field by field the stronger one wins.
 */

import { mergeAttribution, type Attribution } from '../core/attribution.ts'
import { currentAttribution, declaredAttribution } from './context.ts'
import type { Verdict } from './rules.ts'

/** What is known of a call before it is sent. */
export interface AttributionQuestion {
  readonly provider: string
  readonly model?: string | undefined
  /** What the request says in the provider's own fields. */
  readonly stated?: Attribution | undefined
  /** The request's text, where it can be seen. */
  readonly body?: string | undefined
  /** A span of somebody else begins; the call itself is asked about when its request is seen, and counts then. */
  readonly ahead?: boolean
}

export type Attributor = (question: AttributionQuestion) => Attribution

/** Each is absent where nothing is configured for it: then it costs nothing. */
export interface AttributionSources {
  readonly defaults: Attribution
  readonly rules?: (question: AttributionQuestion) => Verdict
  readonly inbound?: () => Attribution | undefined
  /** What the application tells another library, in OpenTelemetry's context. */
  readonly told?: () => Attribution | undefined
  /** What to take of the provider's own fields; as they are where absent. */
  readonly stated?: (stated: Attribution) => Attribution | undefined
  /** The last word: versions of prompts, values, hashes. */
  readonly settle?: (attribution: Attribution, question: AttributionQuestion) => Attribution
}

export function createAttributor(sources: AttributionSources): Attributor {
  const { defaults, rules, inbound, told, stated, settle } = sources
  const plain = rules === undefined && inbound === undefined && settle === undefined
  return (question) => {
    const elsewhere = told?.()
    if (plain && question.stated === undefined && elsewhere === undefined) {
      return currentAttribution(defaults)
    }
    const verdict = rules?.(question)
    let found = over(defaults, verdict?.below)
    found = over(found, inbound?.())
    const said = question.stated
    found = over(found, said === undefined || stated === undefined ? said : stated(said))
    found = over(found, elsewhere)
    found = over(found, declaredAttribution())
    found = over(found, verdict?.above)
    return settle === undefined ? found : settle(found, question)
  }
}

function over(outer: Attribution, inner: Attribution | undefined): Attribution {
  return inner === undefined ? outer : mergeAttribution(outer, inner)
}
