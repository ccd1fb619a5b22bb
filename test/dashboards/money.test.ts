import { expect, test } from 'vitest'
import { inSeconds } from '../../dashboards/duration.ts'
import { increaseOf, money } from '../../dashboards/money.ts'
import { METRIC_CALLS } from '../../instrumentation/semconv.ts'

test('money reads the counter of the contract, by the labels asked for, over the window asked for', () => {
  const query = money('costspan_team="care"', ['costspan_feature'], '$__range')
  expect(query).toMatch(/^sum by \(costspan_feature\) \(/)
  expect(query).toContain('last_over_time(costspan_cost_USD_total{costspan_team="care"}[$__range])')
  expect(query).toContain('[1h] offset $__range)')
})

test('a window of 5 minutes that ended 10 minutes ago starts 900 s ago', () => {
  const query = increaseOf(METRIC_CALLS, { by: [], window: '5m', offset: '10m' })
  expect(query).toContain('last_over_time(costspan_calls_total[1h] offset 900s)')
  expect(query).toContain('last_over_time(costspan_calls_total[5m] offset 10m)')
})

test('a variable can’t be moved back in time, and that is said', () => {
  expect(() => increaseOf(METRIC_CALLS, { by: [], window: '$__range', offset: '5m' })).toThrow(
    "'$__range' is no duration; allowed: 15s, 5m, 1h, 7d",
  )
})

test.each([
  ['15s', 15],
  ['1h30m', 5_400],
  ['7d', 604_800],
])('%s is %d s', (duration, seconds) => {
  expect(inSeconds(duration)).toBe(seconds)
})
