/** The two periods of `--between`: months, days, ranges, or two instants. */

import type { Periods } from '../local/explain/of-store.ts'
import type { Period } from '../local/store/figures.ts'
import { Misuse } from './command.ts'
import { ageOf } from './options.ts'
import { instantOf } from './price-question.ts'

const ALLOWED =
  'two months 2026-10 2026-11, two days 2026-11-03 2026-11-10, two ranges FROM..TO, or two instants or ages such as 2h 1h (that time against as long before it)'

interface Named extends Required<Period> {
  /** In a sentence: `in 2026-11`. */
  readonly name: string
}

/**
 * @param now epoch milliseconds
 * @throws Misuse naming what is allowed.
 */
export function periodsOf(a: string, b: string, now: number): Periods {
  const wrong = (why: string): Misuse => new Misuse(`--between ${a} ${b}: ${why}`)
  const [before, after] = [periodOf(a, now), periodOf(b, now)]
  if (before !== undefined && after !== undefined) {
    for (const { from, to, name } of [before, after]) {
      if (from >= to) throw wrong(`the time ${name} ends before it begins`)
    }
    if (before.to > after.from)
      throw wrong('the first period must have ended when the second begins')
    return { before, after, names: { before: before.name, after: after.name } }
  }
  const [from, to] = [pointOf(a, now), pointOf(b, now)]
  if (from === undefined || to === undefined) throw wrong(`must be ${ALLOWED}`)
  if (from >= to) throw wrong('the first must come before the second')
  return {
    before: { from: Math.max(0, from - (to - from)), to: from },
    after: { from, to },
    names: {
      before: 'in as long a time before it',
      after: `from ${spoken(a)} to ${spoken(b)}`,
    },
  }
}

function periodOf(text: string, now: number): Named | undefined {
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(text) ?? []
  if (year !== undefined && month !== undefined && Number(month) >= 1 && Number(month) <= 12) {
    const [from, to] = [Number(month) - 1, Number(month)].map((n) => Date.UTC(Number(year), n))
    return { from: from ?? 0, to: to ?? 0, name: `in ${text}` }
  }
  if (isDay(text)) {
    const from = instantOf(text)
    return from === undefined ? undefined : { from, to: from + 864e5, name: `on ${text}` }
  }
  const [first = '', second, ...more] = text.split('..')
  if (second === undefined || more.length > 0) return undefined
  const [from, to] = [boundOf(first, now), boundOf(second, now)]
  if (from === undefined || to === undefined) return undefined
  return { from, to, name: `from ${spoken(first)} to ${spoken(second)}` }
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/** An instant, an age or `now`; a day is none, it lasts. */
function pointOf(text: string, now: number): number | undefined {
  return isDay(text) ? undefined : boundOf(text, now)
}

function boundOf(text: string, now: number): number | undefined {
  if (text === 'now') return now
  const age = ageOf(text)
  return age === undefined ? instantOf(text) : now - age
}

const spoken = (text: string): string => (ageOf(text) === undefined ? text : `${text} ago`)
