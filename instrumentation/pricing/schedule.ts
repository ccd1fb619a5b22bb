/** Hours of the week in a time zone, for rates that depend on the hour. */

import { elements, fail, fields, instant, oneOf, word, type Place } from './check.ts'

const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export interface Schedule {
  readonly timeZone: string
  /** Of the local week; 0 is Sunday. */
  readonly days: ReadonlySet<number>
  /** Minutes of the local day, half-open. */
  readonly hours: readonly (readonly [number, number])[]
  /** Local days, as epoch milliseconds of their midnight in UTC. */
  readonly except: ReadonlySet<number>
}

/** Whether it holds at an instant, and a span of time around it in which that does not change. */
export interface ScheduleState {
  readonly holds: boolean
  /** Epoch milliseconds, half-open. */
  readonly from: number
  readonly until: number
}

export function scheduleOf(place: Place): Schedule {
  const at = fields(place, ['time_zone', 'days', 'hours', 'except'])
  if (at.time_zone === undefined) fail(place, `'time_zone' is missing; allowed: Asia/Shanghai, UTC`)
  if (at.hours === undefined) fail(place, `'hours' is missing; allowed: 09:00-12:00`)
  const days = at.days === undefined ? WEEK : elements(at.days).map((day) => oneOf(day, WEEK))
  return {
    timeZone: timeZoneOf(at.time_zone),
    days: new Set(days.map((day) => WEEK.indexOf(day))),
    hours: elements(at.hours).map(hoursOf),
    except: new Set(at.except === undefined ? [] : elements(at.except).map(dayOf)),
  }
}

function timeZoneOf(place: Place): string {
  const timeZone = word(place)
  try {
    clockOf(timeZone)
    return timeZone
  } catch {
    fail(place, `'${timeZone}' is not a time zone; allowed: an IANA name such as Asia/Shanghai`)
  }
}

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)$/

function hoursOf(place: Place): readonly [number, number] {
  const text = word(place)
  const [, ...parts] = HOURS.exec(text) ?? []
  const [h1 = NaN, m1 = NaN, h2 = NaN, m2 = NaN] = parts.map(Number)
  const [start, end] = [h1 * 60 + m1, h2 * 60 + m2]
  if (!(start < end && end <= 1_440)) {
    fail(
      place,
      `'${text}' is not allowed; allowed: hours of one day such as 09:00-12:00 or 22:00-24:00`,
    )
  }
  return [start, end]
}

function dayOf(place: Place): number {
  const at = instant(place)
  if (at % DAY_MS !== 0) fail(place, 'not a day; allowed: 2026-10-01')
  return at
}

/** @param at epoch milliseconds */
export function scheduleAt(schedule: Schedule, at: number): ScheduleState {
  const offset = offsetAt(schedule.timeZone, at)
  const local = at + offset
  const midnight = Math.floor(local / DAY_MS) * DAY_MS
  const minute = (local - midnight) / MINUTE_MS
  const edges = [0, 1_440, ...schedule.hours.flat()]
  const from = midnight + Math.max(...edges.filter((edge) => edge <= minute)) * MINUTE_MS - offset
  const until = midnight + Math.min(...edges.filter((edge) => edge > minute)) * MINUTE_MS - offset
  const holds =
    schedule.days.has(new Date(midnight).getUTCDay()) &&
    !schedule.except.has(midnight) &&
    schedule.hours.some(([start, end]) => minute >= start && minute < end)
  const steady = [from, until - 1].every((edge) => offsetAt(schedule.timeZone, edge) === offset)
  if (steady) return { holds, from, until }
  // The clocks are changed within this span: only the minute is certain.
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
  return { holds, from: start, until: start + MINUTE_MS }
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError where the name is not a time zone. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    clocks.set(timeZone, clock)
  }
  return clock
}

/** Local time less UTC, milliseconds. */
function offsetAt(timeZone: string, at: number): number {
  const second = Math.floor(at / 1_000) * 1_000
  const parts: Record<string, number> = {}
  for (const { type, value } of clockOf(timeZone).formatToParts(second)) {
    parts[type] = Number(value)
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second
}
