/**
 * Rules: attribution for people who can't touch the code. All that match apply; for each field the first one in the
 * file that says it wins. What rules say stands below what the code says, except where a rule says `override`.
 */

import { mergeAttribution, type Attribution } from '../core/attribution.ts'
import { writeField, type Draft } from '../core/attribution-fields.ts'
import { label } from '../core/label.ts'
import type { Pattern } from './pattern.ts'

export interface Rule {
  readonly service?: Conditions
  readonly route?: Conditions
  readonly model?: Conditions
  readonly provider?: Conditions
  /** By the name of a span attribute. */
  readonly attributes: readonly (readonly [string, Conditions])[]
  readonly set: Attribution
  /** Fields whose values are those of span attributes, by name. */
  readonly from: readonly (readonly [field: string, attribute: string])[]
  readonly override: boolean
}

/** One of them must match. */
export type Conditions = readonly Pattern[]

/** The call that rules are asked about, and what is around it. */
export interface RuleQuestion {
  readonly provider: string
  readonly model: string | undefined
  service(): string | undefined
  /** Route and path of the inbound request, each where it is known. */
  routes(): readonly string[]
  /** Of the active span, or the nearest open one above it that has it. */
  readonly attribute: (name: string) => string | undefined
}

export interface Verdict {
  readonly below: Attribution
  /** What goes over what the code says. */
  readonly above: Attribution
}

export type Ruling = (question: RuleQuestion) => Verdict

/** Verdicts kept; a path with ids in it must not grow this without bound. */
const MAX_KEPT = 1_000

export function createRuling(rules: readonly Rule[]): Ruling {
  const names = [...new Set(rules.flatMap((rule) => rule.attributes.map(([name]) => name)))]
  const byRoute = rules.some((rule) => rule.route !== undefined)
  const byService = rules.some((rule) => rule.service !== undefined)
  const kept = new Map<string, Matched>()
  return (question) => {
    const seen: Seen = {
      provider: question.provider,
      model: question.model ?? '',
      service: byService ? (question.service() ?? '') : '',
      routes: byRoute ? question.routes() : [],
      attributes: names.map((name) => question.attribute(name)),
    }
    const key = JSON.stringify(seen)
    let matched = kept.get(key)
    if (matched === undefined) {
      matched = match(rules, names, seen)
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(key, matched)
    }
    return matched.fixed ?? verdict(matched.rules, question)
  }
}

interface Seen {
  readonly provider: string
  readonly model: string
  readonly service: string
  readonly routes: readonly string[]
  readonly attributes: readonly (string | undefined)[]
}

interface Matched {
  readonly rules: readonly Rule[]
  /** Where no rule takes a value from a span. */
  readonly fixed: Verdict | undefined
}

function match(rules: readonly Rule[], names: readonly string[], seen: Seen): Matched {
  const matching = rules.filter(
    (rule) =>
      holds(rule.provider, [seen.provider]) &&
      holds(rule.model, [seen.model]) &&
      holds(rule.service, [seen.service]) &&
      holds(rule.route, seen.routes) &&
      rule.attributes.every(([name, conditions]) => {
        const value = seen.attributes[names.indexOf(name)]
        return value !== undefined && holds(conditions, [value])
      }),
  )
  const fixed = matching.every((rule) => rule.from.length === 0)
  return { rules: matching, fixed: fixed ? verdict(matching, undefined) : undefined }
}

function holds(conditions: Conditions | undefined, values: readonly string[]): boolean {
  if (conditions === undefined) return true
  return values.some((value) => value !== '' && conditions.some((matches) => matches(value)))
}

function verdict(rules: readonly Rule[], question: RuleQuestion | undefined): Verdict {
  let below: Attribution = {}
  let above: Attribution = {}
  for (const rule of rules) {
    const said = question === undefined ? rule.set : withValues(rule, question)
    if (rule.override) above = mergeAttribution(said, above)
    else below = mergeAttribution(said, below)
  }
  return { below, above }
}

/** What `set` says is what holds where the span does not say it. */
function withValues({ set, from }: Rule, question: RuleQuestion): Attribution {
  if (from.length === 0) return set
  const draft: Draft = { ...set }
  for (const [field, name] of from) {
    const value = label(question.attribute(name))
    if (value !== undefined) writeField(draft, field, value)
  }
  return draft
}
