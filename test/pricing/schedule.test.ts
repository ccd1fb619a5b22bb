import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scheduleAt, scheduleOf } from '../../instrumentation/pricing/schedule.ts'
import { buildBook, price, type PriceBookSource } from '../../instrumentation/pricing/index.ts'

const read = (value: unknown) => scheduleOf({ book: 'mine', path: ['when', 'schedule'], value })
const peak = read({
  time_zone: 'Asia/Shanghai',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  hours: ['09:00-12:00', '14:00-18:00'],
  except: ['2026-10-01'],
})
const holdsAt = (at: string): boolean => scheduleAt(peak, Date.parse(at)).holds

describe('a schedule', () => {
  test.each([
    ['2026-09-16T00:59:59.999Z', false],
    ['2026-09-16T01:00:00Z', true],
    ['2026-09-16T03:59:59.999Z', true],
    ['2026-09-16T04:00:00Z', false],
    ['2026-09-16T06:00:00Z', true],
    ['2026-09-16T09:59:59Z', true],
    ['2026-09-16T10:00:00Z', false],
  ])('of a Wednesday at %s: %s', (at, holds) => {
    expect(holdsAt(at)).toBe(holds)
  })

  test('counts days by the local calendar: Monday 00:30 in Shanghai is still Sunday in UTC', () => {
    const nights = read({ time_zone: 'Asia/Shanghai', days: 'mon', hours: '00:00-01:00' })
    expect(scheduleAt(nights, Date.parse('2026-09-13T16:30:00Z')).holds).toBe(true)
    expect(scheduleAt(nights, Date.parse('2026-09-14T16:30:00Z')).holds).toBe(false)
  })

  test('does not hold at a weekend, nor on a day that is excepted', () => {
    expect(holdsAt('2026-09-19T02:00:00Z')).toBe(false)
    expect(holdsAt('2026-09-30T02:00:00Z')).toBe(true)
    expect(holdsAt('2026-10-01T02:00:00Z')).toBe(false)
  })

  test('is of every day where it names none', () => {
    const daily = read({ time_zone: 'UTC', hours: '00:30-16:30' })
    const sunday = Date.parse('2026-09-20T00:30:00Z')
    expect(scheduleAt(daily, sunday)).toEqual({
      holds: true,
      from: sunday,
      until: Date.parse('2026-09-20T16:30:00Z'),
    })
    expect(scheduleAt(daily, sunday - 1)).toEqual({
      holds: false,
      from: Date.parse('2026-09-20T00:00:00Z'),
      until: sunday,
    })
    expect(scheduleAt(daily, Date.parse('2026-09-20T23:59:59Z'))).toMatchObject({
      holds: false,
      until: Date.parse('2026-09-21T00:00:00Z'),
    })
  })

  test('says truly for how long it does not change, in zones that change their clocks too', () => {
    const zones = ['Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']
    const year = { min: Date.parse('2026-01-01'), max: Date.parse('2026-12-31') }
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer(year),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (timeZone, at, share) => {
          const schedule = read({ time_zone: timeZone, hours: ['01:30-02:30', '09:00-18:00'] })
          const state = scheduleAt(schedule, at)
          expect(state.from).toBeLessThanOrEqual(at)
          expect(state.until).toBeGreaterThan(at)
          const other = Math.floor(state.from + (state.until - 1 - state.from) * share)
          expect(scheduleAt(schedule, other).holds).toBe(state.holds)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('follows the clocks: 02:30 local does not exist on the day they go forward', () => {
    const work = read({ time_zone: 'America/New_York', hours: '09:00-10:00' })
    expect(scheduleAt(work, Date.parse('2026-03-07T14:30:00Z')).holds).toBe(true)
    expect(scheduleAt(work, Date.parse('2026-03-08T13:30:00Z')).holds).toBe(true)
    expect(scheduleAt(work, Date.parse('2026-03-08T14:30:00Z')).holds).toBe(false)
    // Within the span in which the clocks change only the minute is certain.
    const changing = scheduleAt(work, Date.parse('2026-03-08T06:59:30Z'))
    expect(changing).toEqual({
      holds: false,
      from: Date.parse('2026-03-08T06:59:00Z'),
      until: Date.parse('2026-03-08T07:00:00Z'),
    })
  })

  test.each([
    [
      { hours: '09:00-12:00' },
      "when.schedule: 'time_zone' is missing; allowed: Asia/Shanghai, UTC",
    ],
    [{ time_zone: 'UTC' }, "when.schedule: 'hours' is missing; allowed: 09:00-12:00"],
    [
      { time_zone: 'Mars/Olympus', hours: '09:00-12:00' },
      "schedule.time_zone: 'Mars/Olympus' is not a time zone; allowed: an IANA name",
    ],
    [
      { time_zone: 'UTC', hours: ['22:00-06:00'] },
      "schedule.hours.0: '22:00-06:00' is not allowed; allowed: hours of one day",
    ],
    [{ time_zone: 'UTC', hours: '22:00-24:01' }, "'22:00-24:01' is not allowed"],
    [{ time_zone: 'UTC', hours: '9-12' }, "'9-12' is not allowed"],
    [{ time_zone: 'UTC', hours: '09:00-09:00' }, "'09:00-09:00' is not allowed"],
    [
      { time_zone: 'UTC', hours: '22:00-24:00', days: ['monday'] },
      "schedule.days.0: 'monday' is not allowed; allowed: sun, mon, tue, wed, thu, fri, sat",
    ],
    [
      { time_zone: 'UTC', hours: '22:00-24:00', except: ['2026-10-01T12:00:00Z'] },
      'schedule.except.0: not a day; allowed: 2026-10-01',
    ],
    [{ time_zone: 'UTC', hours: '22:00-24:00', weekdays: 'mon' }, 'schedule.weekdays: no such key'],
  ])('refuses %j', (value, message) => {
    expect(() => read(value)).toThrow(message)
  })
})

describe('a rate by the hour', () => {
  const source: PriceBookSource = {
    version: '2026-01-01',
    providers: {
      acme: {
        variants: {
          peak: {
            when: { schedule: { time_zone: 'Asia/Shanghai', hours: ['09:00-12:00'] } },
            rates: { input: 4 },
          },
        },
        models: { m: { rates: { input: 1 }, variants: ['peak'] } },
      },
    },
  }

  test('changes to the millisecond, in either order of asking, with what it remembers', () => {
    const book = buildBook([{ name: 'mine', source }])
    const at = (instant: string): number | undefined => {
      const cost = price(book, {
        provider: 'acme',
        models: ['m'],
        usage: { input: 1_000_000 },
        at: Date.parse(instant),
      })
      return cost.kind === 'priced' ? cost.amount : undefined
    }
    const asked = [
      '2026-09-16T00:59:59.999Z',
      '2026-09-16T01:00:00Z',
      '2026-09-16T03:59:59.999Z',
      '2026-09-16T04:00:00Z',
    ]
    expect(asked.map(at)).toEqual([1, 4, 4, 1])
    expect(asked.toReversed().map(at)).toEqual([1, 4, 4, 1])
  })

  test('is remembered for a bounded number of spans', () => {
    const book = buildBook([{ name: 'mine', source }])
    for (let hour = 0; hour < 500; hour += 1) {
      const at = Date.parse('2026-09-01') + hour * 3_600_000
      price(book, { provider: 'acme', models: ['m'], usage: { input: 1 }, at })
    }
    const remembered = [...book.memory.values()].flatMap((byModel) => [...byModel.values()])
    expect(remembered.flat().every(({ slices }) => slices.length <= 16)).toBe(true)
  })
})
