import { describe, expect, test } from 'vitest'
import { isEmpty, type Answer } from './evaluate.ts'
import { expand, stepOf, type VariableValue } from './expand.ts'
import { roundedAway, shown } from './shown.ts'
import { countersOver } from './speed.ts'

const HOUR = 3_600_000
const hours = (count: number) => ({ from: 0, to: count * HOUR })
const one = (value: string): VariableValue => ({ values: [value], many: false })
const many = (...values: string[]): VariableValue => ({ values, many: true })

function expanded(
  text: string,
  values: Record<string, VariableValue> = {},
  range = hours(1),
): string {
  return expand(text, new Map(Object.entries(values)), range, stepOf(range, 1_000))
}

describe('variables and macros as Grafana expands them', () => {
  test('$__range of 5 minutes is 300s, of 30 days 2592000s; $__range_s and _ms have no unit', () => {
    expect(expanded('m[$__range]', {}, hours(1 / 12))).toBe('m[300s]')
    expect(expanded('m[${__range}]', {}, hours(720))).toBe('m[2592000s]')
    expect(expanded('$__range_s $__range_ms $__interval_ms')).toBe('3600 3600000 15000')
  })

  test('over 3 hours a step is 15 s and $__rate_interval a minute; over 30 days half an hour, and 15 s more', () => {
    expect(stepOf(hours(3), 1_000)).toEqual({ seconds: 15, rate: 60 })
    expect(stepOf(hours(720), 1_000)).toEqual({ seconds: 1_800, rate: 1_815 })
  })

  test('All is its own value as it stands, else every choice', () => {
    expect(expanded('{a=~"$a"}', { a: { ...many('x', 'y'), all: '.*' } })).toBe('{a=~".*"}')
    expect(expanded('{a=~"$a"}', { a: many('x', 'y') })).toBe('{a=~"(x|y)"}')
  })

  test('of several choices a dot and a plus are escaped for the regular expression in quotes', () => {
    expect(expanded('{m=~"$m"}', { m: many('gpt-5.4', 'a+b') })).toBe(
      '{m=~"(gpt-5\\\\.4|a\\\\+b)"}',
    )
    expect(expanded('{m=~"$m"}', { m: one('gpt-5.4') })).toBe('{m=~"gpt-5.4"}')
    expect(expanded('${m:regex}', { m: one('gpt-5.4') })).toBe('gpt-5\\.4')
  })

  test('a variable that the dashboard lacks is an error', () => {
    expect(() => expanded('{a="$nothing"}')).toThrow('$nothing is no variable')
  })
})

const answer = (points: readonly (readonly [number, number])[]): Answer => ({
  refId: 'A',
  promql: '',
  instant: true,
  step: 15,
  series: [{ labels: {}, points, histograms: 0 }],
  milliseconds: 0,
  samples: 0,
})

describe('what a panel shows', () => {
  test('NaN alone is empty, 0 is not', () => {
    expect(isEmpty(answer([[0, NaN]]))).toBe(true)
    expect(isEmpty(answer([[0, 0]]))).toBe(false)
  })

  test('$0.0023 with 2 decimals is rounded away, with 4 or with a mapping it is not', () => {
    const panel = (defaults: object) => ({ type: 'stat', fieldConfig: { defaults } })
    const text = (defaults: object) => shown(panel(defaults), 0.0023)
    const mapping = {
      type: 'range',
      options: { from: 0, to: 0.005, result: { text: 'under 1 cent' } },
    }
    expect(roundedAway(text({ decimals: 2 }), 0.0023)).toBe(true)
    expect(roundedAway(text({ decimals: 4 }), 0.0023)).toBe(false)
    expect(text({ decimals: 2, mappings: [mapping] })).toBe('under 1 cent')
  })

  test('a counter over 30 days is found, but for one that matches no series, and recorded hours are none', () => {
    const month = hours(720)
    expect(countersOver('sum(last_over_time(a_total{b="c"}[2592000s]))', month)).toEqual([
      'a_total',
    ])
    expect(countersOver('last_over_time(a_total{job=~"none"}[2592000s])', month)).toEqual([])
    expect(countersOver('sum_over_time(a:b:hour[2592000s]) + rate(a_total[3600s])', month)).toEqual(
      [],
    )
  })
})
