/** From the inclusive counts of a span to disjoint quantities (`core/inclusive-usage.ts`), and from these to parts of the cost. */

import { PARTS } from '../instrumentation/pricing/card.ts'
import { OTHER_METERS, type Meter } from '../instrumentation/core/usage.ts'
import * as names from '../instrumentation/semconv.ts'
import { attribute as at, cache, either, every, set } from './ottl.ts'
import { CARD } from './table-literals.ts'

const why = cache('why')
const low = cache('low')
const special = (key: string): string => cache('special', key)
const more = cache('more')
const used = `${cache('rare')} != nil`
const priceable = `${why} == nil`

const { USAGE_ATTRIBUTES: own } = names

interface RareMeter {
  readonly meter: Meter
  readonly attribute: string
  /** The total it is a part of and is taken out of. */
  readonly within?: 'plain' | 'read' | 'write' | 'out'
  /** Parts of it that are counted by themselves. */
  readonly less?: string
}

/** What few calls use; those that stand in no total come last. */
const RARE: readonly RareMeter[] = [
  { meter: 'cacheWrite5m', attribute: names.ATTR_CACHE_WRITE_5M_TOKENS, within: 'write' },
  { meter: 'cacheWrite30m', attribute: own.cacheWrite30m, within: 'write' },
  { meter: 'cacheWrite1h', attribute: names.ATTR_CACHE_WRITE_1H_TOKENS, within: 'write' },
  { meter: 'cacheWrite12h', attribute: own.cacheWrite12h, within: 'write' },
  { meter: 'audioCacheRead', attribute: own.audioCacheRead, within: 'read' },
  { meter: 'imageCacheRead', attribute: own.imageCacheRead, within: 'read' },
  {
    meter: 'audioInput',
    attribute: names.ATTR_AUDIO_INPUT_TOKENS,
    within: 'plain',
    less: own.audioCacheRead,
  },
  {
    meter: 'imageInput',
    attribute: names.ATTR_IMAGE_INPUT_TOKENS,
    within: 'plain',
    less: own.imageCacheRead,
  },
  { meter: 'videoInput', attribute: own.videoInput, within: 'plain' },
  { meter: 'audioOutput', attribute: names.ATTR_AUDIO_OUTPUT_TOKENS, within: 'out' },
  { meter: 'imageOutput', attribute: names.ATTR_IMAGE_OUTPUT_TOKENS, within: 'out' },
  { meter: 'videoOutput', attribute: own.videoOutput, within: 'out' },
  ...OTHER_METERS.map((meter) => ({ meter, attribute: own[meter] })),
]

/** Attributes that make a call no ordinary one. */
export const RARE_ATTRIBUTES = RARE.map(({ attribute }) => attribute)

const LIFETIMES = RARE.filter(({ within }) => within === 'write').map(({ attribute }) => attribute)

/** A rate of the card as text, empty where it has none. */
function rate(meter: keyof typeof CARD): string {
  return `${cache('card')}[${CARD[meter]}]`
}

/** Whether it is a count: a whole number. */
function present(attribute: string): string {
  return `IsInt(${at(attribute)})`
}

function number(attribute: string): string {
  return `Double(${at(attribute)})`
}

function orZero(value: string): string {
  return `Coalesce([${value}, 0.0])`
}

function quantity({ attribute, less }: RareMeter): string {
  return less === undefined ? number(attribute) : `${number(attribute)} - ${orZero(number(less))}`
}

/** `plain`, `read`, `write`, `out`: what is left of the totals when the parts with rates of their own are taken out. */
export function quantityStatements(): readonly string[] {
  const plain = cache('plain')
  const read = cache('read')
  const write = cache('write')
  const out = cache('out')
  const lifetimes = LIFETIMES.map((name) => orZero(number(name))).join(' + ')
  const reasoning = every(`${special('thinks')} != nil`, present(names.ATTR_REASONING_TOKENS))
  return [
    set(plain, number(names.ATTR_INPUT_TOKENS), present(names.ATTR_INPUT_TOKENS)),
    set(read, number(names.ATTR_CACHE_READ_TOKENS), present(names.ATTR_CACHE_READ_TOKENS)),
    set(write, number(names.ATTR_CACHE_WRITE_TOKENS), present(names.ATTR_CACHE_WRITE_TOKENS)),
    set(out, number(names.ATTR_OUTPUT_TOKENS), present(names.ATTR_OUTPUT_TOKENS)),
    set(
      cache('rare'),
      'true',
      either(...RARE.map(({ attribute }) => present(attribute)), reasoning),
    ),
    set(more, `ParseJSON(${rate('more')})`, every(used, priceable, `${rate('more')} != ""`)),
    set(cache('lifetimes'), lifetimes, used),
    set(
      write,
      cache('lifetimes'),
      every(used, either(`${write} == nil`, `${write} < ${cache('lifetimes')}`)),
    ),
    set(plain, `${plain} - ${read}`, every(`${read} != nil`, `${plain} != nil`)),
    set(plain, `${plain} - ${write}`, every(`${write} != nil`, `${plain} != nil`)),
    ...['plain', 'read', 'write', 'out'].map(takenOut),
    set(out, `${out} - ${number(names.ATTR_REASONING_TOKENS)}`, every(used, reasoning)),
    set(
      why,
      '"usage_inconsistent"',
      every(
        priceable,
        either(
          ...[plain, read, write, out].map((total) => `${total} < 0.0`),
          every(`${plain} == nil`, either(`${read} > 0.0`, `${write} > 0.0`)),
        ),
      ),
    ),
  ]
}

/** Counts by themselves are taken out of the total that holds them. */
function takenOut(within: string): string {
  const total = cache(within)
  const parts = RARE.filter((rare) => rare.within === within).map(({ attribute, less }) =>
    less === undefined
      ? orZero(number(attribute))
      : `${orZero(number(attribute))} - ${orZero(number(less))}`,
  )
  return set(total, `${total} - (${parts.join(' + ')})`, every(used, `${total} != nil`))
}

/** One attribute for each part of the cost, and the amount that they add up to. */
export function partStatements(): readonly string[] {
  const common: readonly (readonly [string, keyof typeof CARD, Meter])[] = [
    [cache('plain'), 'input', 'input'],
    [cache('read'), 'cacheRead', 'cacheRead'],
    [cache('write'), 'cacheWrite', 'cacheWrite'],
    [cache('out'), 'output', 'output'],
  ]
  return [
    set(
      low,
      '"rate_missing"',
      every(
        priceable,
        either(...common.map(([left, key]) => every(`${left} > 0.0`, `${rate(key)} == ""`))),
      ),
    ),
    set(
      low,
      '"cache_lifetime_unknown"',
      every(priceable, `${special('lifetimes')} != nil`, `${cache('write')} > 0.0`),
    ),
    ...common.map(([left, key, meter]) =>
      set(
        part(meter),
        `${left} * Double(${rate(key)}) / 1000000000000.0`,
        every(priceable, `${left} > 0.0`, `${rate(key)} != ""`),
      ),
    ),
    ...rareParts(),
    ...oneRequest(),
    set(at(names.ATTR_COST_AMOUNT), sumOfParts(), every(priceable, somePart())),
  ]
}

function rareParts(): readonly string[] {
  const reasoning = every(`${special('thinks')} != nil`, present(names.ATTR_REASONING_TOKENS))
  const rare = [
    ...RARE.map((one) => ({
      meter: one.meter,
      count: quantity(one),
      there: present(one.attribute),
    })),
    { meter: 'reasoning' as const, count: number(names.ATTR_REASONING_TOKENS), there: reasoning },
  ]
  return [
    ...rare.map(({ meter, count, there }) =>
      set(
        part(meter),
        `${orZero(part(meter))} + (${count}) * ${more}["${meter}"] / 1000000000000.0`,
        every(used, priceable, there, `${count} > 0.0`, `${more}["${meter}"] != nil`),
      ),
    ),
    set(
      low,
      '"rate_missing"',
      every(
        used,
        priceable,
        `${low} == nil`,
        either(
          ...rare.map(({ meter, count, there }) =>
            every(there, `${count} > 0.0`, `${more}["${meter}"] == nil`),
          ),
        ),
      ),
    ),
  ]
}

function part(meter: Meter): string {
  return at(names.PREFIX_COST_PART + PARTS[meter])
}

/** A call that counts no requests is one. */
function oneRequest(): readonly string[] {
  return [
    set(
      part('requests'),
      `${orZero(part('requests'))} + ${special('requests')} / 1000000000000.0`,
      every(priceable, `${special('requests')} != nil`, `not ${present(own.requests)}`),
    ),
  ]
}

const ALL_PARTS = [...new Set(Object.values(PARTS))].map((name) =>
  at(names.PREFIX_COST_PART + name),
)

function sumOfParts(): string {
  return ALL_PARTS.map(orZero).join(' + ')
}

function somePart(): string {
  return either(...ALL_PARTS.map((name) => `${name} != nil`))
}
