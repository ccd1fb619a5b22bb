/** What an application records itself: outcomes of units, and costs that are no calls. Checked, as plain values. */

import type { Attribution } from './attribution.ts'
import { COST_PARTS } from './cost.ts'
import { isObject, type JsonObject } from './unknown.ts'

export interface OutcomeFields {
  /** Whether it is what was wanted. Absent: not said. */
  readonly success?: boolean
  /** What it was worth, USD, from 0 to 1,000,000. */
  readonly value?: number
  /** Outcomes of one name and key are one: the first counts. At most 256 characters. */
  readonly idempotencyKey?: string
  /** When it was so: a date or epoch milliseconds. Default: now. */
  readonly at?: Date | number
}

export interface CostFields {
  /** What it is a cost of: `vector_db`, `gateway`. Not the name of a part of a call, such as `input`. */
  readonly component: string
  /** USD, from 0 to 1,000,000. */
  readonly amount: number
  /** Where the amount is from: an invoice, a price list. Default `application`. */
  readonly source?: string
  /** `measured`: this use had this cost. `allocated`: its share of a cost that many have in common. */
  readonly origin: 'measured' | 'allocated'
  /** How many uses it stands for. */
  readonly quantity?: number
  /** When it was incurred: a date or epoch milliseconds. Default: now. */
  readonly at?: Date | number
}

export interface Outcome {
  readonly name: string
  readonly success?: boolean
  readonly value?: number
  readonly idempotencyKey?: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly attribution: Attribution
}

export interface OtherCost {
  readonly component: string
  /** USD. */
  readonly usd: number
  readonly source: string
  readonly origin: 'measured' | 'allocated'
  readonly quantity?: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly attribution: Attribution
}

/** Told of a field that is not as it must be: its name, what was given, what is allowed, what is done about it. */
export type Complain = (field: string, given: unknown, allowed: string, instead: string) => void

const HIGHEST_AMOUNT = 1_000_000
const AMOUNT = 'USD from 0 to 1000000'
const LONGEST_TEXT = 256
const TEXT = `a text of 1 to ${LONGEST_TEXT} characters`
const LEFT_OUT = 'It is left out'

/** `undefined` where it has no name. @param now epoch milliseconds */
export function readOutcome(
  name: unknown,
  input: unknown,
  now: number,
  complain: Complain,
): Omit<Outcome, 'attribution'> | undefined {
  const fields = fieldsOf(input, complain)
  const named = text(name)
  if (named === undefined) {
    complain('name', name, TEXT, 'The outcome is left out')
    return undefined
  }
  const check = checker(fields, complain)
  const success = check(
    'success',
    (value) => (typeof value === 'boolean' ? value : undefined),
    'true, false',
  )
  const value = check('value', amount, AMOUNT)
  const idempotencyKey = check('idempotencyKey', text, TEXT)
  return {
    name: named,
    ...(success === undefined ? {} : { success }),
    ...(value === undefined ? {} : { value }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    at: readTime(fields, now, complain),
  }
}

/** `undefined` where it has no component or no amount. @param now epoch milliseconds */
export function readCost(
  input: unknown,
  now: number,
  complain: Complain,
): Omit<OtherCost, 'attribution'> | undefined {
  const fields = fieldsOf(input, complain)
  const component = componentName(fields['component'])
  const usd = amount(fields['amount'])
  if (component === undefined) {
    complain('component', fields['component'], COMPONENT, 'The cost is left out')
    return undefined
  }
  if (usd === undefined) {
    complain('amount', fields['amount'], AMOUNT, 'The cost is left out')
    return undefined
  }
  const check = checker(fields, complain)
  const quantity = check('quantity', positive, 'a number from 0')
  const { origin } = fields
  if (origin !== 'measured' && origin !== 'allocated') {
    complain('origin', origin, "'measured', 'allocated'", "Taken as 'allocated'")
  }
  return {
    component,
    usd,
    source: check('source', text, TEXT) ?? 'application',
    origin: origin === 'measured' ? 'measured' : 'allocated',
    ...(quantity === undefined ? {} : { quantity }),
    at: readTime(fields, now, complain),
  }
}

const COMPONENT = `${TEXT}, not a part of a call (${COST_PARTS.join(', ')})`

/** A component beside the parts of a call: those are counted off the calls themselves. */
export function componentName(value: unknown): string | undefined {
  const named = text(value)
  return COST_PARTS.some((part) => part === named) ? undefined : named
}

function fieldsOf(input: unknown, complain: Complain): JsonObject {
  if (isObject(input)) return input
  if (input !== undefined) complain('fields', input, 'an object', LEFT_OUT)
  return {}
}

type Check = <T>(
  field: string,
  read: (value: unknown) => T | undefined,
  allowed: string,
) => T | undefined

function checker(fields: JsonObject, complain: Complain): Check {
  return (field, read, allowed) => {
    const given = fields[field]
    if (given === undefined || given === null) return undefined
    const value = read(given)
    if (value === undefined) complain(field, given, allowed, LEFT_OUT)
    return value
  }
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  const is = typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT
  return is ? value : undefined
}

function amount(value: unknown): number | undefined {
  const usd = positive(value)
  return usd !== undefined && usd <= HIGHEST_AMOUNT ? usd : undefined
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

/** Seconds taken for milliseconds lie before it. */
const EARLIEST = Date.UTC(2000, 0, 1)
const DAY = 86_400_000

function readTime(fields: JsonObject, now: number, complain: Complain): number {
  const given = fields['at']
  if (given === undefined || given === null) return now
  const time = given instanceof Date ? given.getTime() : given
  if (typeof time === 'number' && time >= EARLIEST && time <= now + DAY) return time
  const allowed = 'a date, or milliseconds since 1970, from the year 2000 until tomorrow'
  complain('at', given, allowed, 'Taken as now')
  return now
}
