/** The rates of a model in a span of time, read from a price file and ready for selection. */

import type { Meter } from '../core/usage.ts'
import {
  amount,
  elements,
  entries,
  factor,
  fail,
  fields,
  inside,
  instant,
  oneOf,
  tokens,
  word,
  type Place,
} from './check.ts'
import {
  DIMENSIONS,
  MULTIPLIER_KEYS,
  RATE_GROUPS,
  RATE_KEYS,
  RATES,
  type Dimension,
  type MultiplierKey,
  type RateKey,
} from './format.ts'
import { times, type Ratio } from './money.ts'
import { scheduleOf, type Schedule } from './schedule.ts'

/** USD per billing unit: a token, a search, a second. */
export type Rates = ReadonlyMap<Meter, Ratio>

/** Half-open; epoch milliseconds; infinite where open. */
export interface Span {
  readonly from: number
  readonly until: number
}

export interface Variant {
  readonly when: Readonly<Partial<Record<Dimension, readonly string[]>>>
  /** The smallest prompt it is for, tokens. */
  readonly minPrompt: number
  readonly schedule: Schedule | undefined
  readonly rates: Rates
  readonly multiply: readonly (readonly [readonly Meter[], Ratio])[]
}

/** A provider's variants that its rules refer to by name; each is read when it is first asked for. */
export interface NamedVariants {
  readonly names: readonly string[]
  get(name: string): Variant | undefined
}

export interface Rule extends Span {
  /** `from` as it was written. */
  readonly label: string | undefined
  readonly rates: Rates
  /** `undefined` where the rule does not speak of them. */
  readonly variants: readonly Variant[] | undefined
}

export function ratesOf(place: Place | undefined): Rates {
  const rates = new Map<Meter, Ratio>()
  for (const [name, rate] of place === undefined ? [] : entries(place)) {
    const key = RATE_KEYS.find((known) => known === name)
    if (key === undefined) fail(rate, `no such key; allowed: ${RATE_KEYS.join(', ')}`)
    const { meter, per } = RATES[key]
    if (rates.has(meter))
      fail(rate, 'the same is priced twice; allowed: audio_minute or audio_hour')
    rates.set(meter, times(amount(rate), { n: 1n, d: per }))
  }
  return rates
}

export function variantOf(place: Place): Variant {
  const at = fields(place, ['when', 'rates', 'multiply'])
  if (at.when === undefined)
    fail(place, `'when' is missing; allowed: ${DIMENSIONS.join(', ')}, prompt_tokens, schedule`)
  const when = fields(at.when, [...DIMENSIONS, 'prompt_tokens', 'schedule'])
  const named: Partial<Record<Dimension, readonly string[]>> = {}
  for (const dimension of DIMENSIONS) {
    const values = when[dimension]
    if (values !== undefined) named[dimension] = elements(values).map(word)
  }
  return {
    when: named,
    minPrompt: when.prompt_tokens === undefined ? 0 : minPromptOf(when.prompt_tokens),
    schedule: when.schedule === undefined ? undefined : scheduleOf(when.schedule),
    rates: ratesOf(at.rates),
    multiply: multipliersOf(at.multiply),
  }
}

function minPromptOf(place: Place): number {
  const at = fields(place, ['gt', 'gte'])
  if ((at.gt === undefined) === (at.gte === undefined)) fail(place, 'allowed: one of gt, gte')
  if (at.gt !== undefined) return tokens(at.gt) + 1
  return at.gte === undefined ? 0 : tokens(at.gte)
}

function multipliersOf(place: Place | undefined): Variant['multiply'] {
  if (place === undefined) return []
  const at = fields(place, MULTIPLIER_KEYS)
  return MULTIPLIER_KEYS.flatMap((key) => {
    const by = at[key]
    return by === undefined ? [] : [[ratesNamed(key), factor(by)] as const]
  })
}

function ratesNamed(key: MultiplierKey): readonly Meter[] {
  const keys: readonly RateKey[] =
    key === 'tokens' || key === 'all_input' || key === 'all_output' ? RATE_GROUPS[key] : [key]
  return keys.map((name) => RATES[name].meter)
}

export function rulesOf(
  place: Place,
  named: NamedVariants,
  sources: ReadonlyMap<string, Place>,
): readonly Rule[] {
  const found = elements(place).map((item) => ({ item, rule: ruleOf(item, named, sources) }))
  if (found.length === 0) fail(place, 'no rates; allowed: a rule with rates, or a list of them')
  found.sort((a, b) => a.rule.from - b.rule.from)
  for (const [index, { item, rule }] of found.entries()) {
    const next = found[index + 1]
    if (next === undefined || next.rule.from === rule.until) continue
    const what =
      next.rule.from < rule.until ? 'overlaps the next rule' : 'leaves a gap before the next rule'
    fail(item, `${what}; allowed: 'until' equal to the next rule's 'from'`)
  }
  return found.map(({ rule }) => rule)
}

function ruleOf(place: Place, named: NamedVariants, sources: ReadonlyMap<string, Place>): Rule {
  const at = fields(place, ['from', 'until', 'rates', 'variants', 'source', 'note'])
  if (at.rates === undefined) fail(place, `'rates' is missing; allowed: ${RATE_KEYS.join(', ')}`)
  if (at.note !== undefined) word(at.note)
  if (at.source !== undefined) sourceNamed(at.source, sources)
  const variants = at.variants === undefined ? undefined : elements(at.variants)
  return {
    ...spanOf(place, at.from, at.until),
    label: at.from === undefined ? undefined : word(at.from),
    rates: ratesOf(at.rates),
    variants: variants?.map((item) =>
      typeof item.value === 'string' ? variantNamed(item, item.value, named) : variantOf(item),
    ),
  }
}

function variantNamed(place: Place, name: string, named: NamedVariants): Variant {
  const found = named.get(name)
  if (found === undefined) {
    fail(
      place,
      `no variant '${name}' in the provider; allowed: ${named.names.join(', ') || 'none is defined'}`,
    )
  }
  return found
}

function sourceNamed(place: Place, sources: ReadonlyMap<string, Place>): void {
  if (typeof place.value !== 'string') return sourceOf(place)
  if (!sources.has(place.value)) {
    fail(
      place,
      `no source '${place.value}' in the provider; allowed: ${[...sources.keys()].join(', ') || 'none is defined'}`,
    )
  }
}

export function sourceOf(place: Place): void {
  const at = fields(place, ['url', 'checked', 'confidence'])
  word(at.url ?? inside(place, 'url', undefined))
  instant(at.checked ?? inside(place, 'checked', undefined))
  oneOf(at.confidence ?? inside(place, 'confidence', undefined), [
    'vendor',
    'secondary',
    'catalogue',
  ])
}

export function spanOf(place: Place, from: Place | undefined, until: Place | undefined): Span {
  const span = {
    from: from === undefined ? -Infinity : instant(from),
    until: until === undefined ? Infinity : instant(until),
  }
  if (span.from >= span.until) fail(place, `'until' must be after 'from'`)
  return span
}
