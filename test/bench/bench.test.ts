import { expect, test } from 'vitest'
import { reasonIn } from './install.ts'
import { compared, median } from './statistics.ts'
import { CALLS, comparisonTable, deliveryTable, type Results } from './table.ts'
import { chosen, knownNames, VARIANTS } from './variants.ts'

const named = (name: string) => VARIANTS.find((variant) => variant.name === name)!

test('the median of 3 is the middle one, of 4 the mean of the middle two, of none NaN', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('what is added is the median of 3 differences, not the difference of 2 medians', () => {
  // Medians 30 and 20; round by round +1, +10 and +15.
  expect(compared([11, 30, 35], [10, 20, 20])).toEqual({ median: 30, added: 10, ratio: 1.5 })
})

test('a peer on openai 6 is told against the bare program on openai 6, whatever openai 7 took', () => {
  const results: Results = new Map([
    [named('bare-7'), [{ sequential: 1 }]],
    [named('bare-6'), [{ sequential: 100 }]],
    [named('traceloop'), [{ sequential: 150 }]],
  ])
  const table = comparisonTable(results, CALLS.slice(0, 1))
  expect(table).toContain('| traceloop | +50.0 (1.50) |')
  expect(table).toContain('| bare-6 | 100.0 |')
})

test('a figure that 1 of 2 rounds lacks is compared in the other one', () => {
  const results: Results = new Map([
    [named('bare-7'), [{ sequential: 500 }, { sequential: 10 }]],
    [named('costspan-7'), [{}, { sequential: 12 }]],
  ])
  expect(comparisonTable(results, CALLS.slice(0, 1))).toContain('| costspan-7 | +2.0 (1.20) |')
})

test('the worst of 2 rounds is shown where 10 calls gave 9 spans', () => {
  const round = { calls: 10, metricExports: 0, bytesACall: 5 }
  const results: Results = new Map([
    [
      named('openlit'),
      [
        { ...round, spans: 10 },
        { ...round, spans: 9 },
      ],
    ],
  ])
  expect(deliveryTable(results)).toContain('| 9 of 10 |')
})

test('--only of 1 peer on openai 6 brings the 1 bare program with it', () => {
  expect(chosen(['traceloop']).map(({ name }) => name)).toEqual(['bare-6', 'traceloop'])
  expect(chosen(undefined)).toBe(VARIANTS)
})

test('--only of a variant that is none names those that are', () => {
  expect(() => knownNames('costspan-7,openlitt')).toThrow(/^--only openlitt: one of bare-7, /)
  expect(knownNames('costspan-7,openlit')).toEqual(['costspan-7', 'openlit'])
  expect(knownNames(undefined)).toBeUndefined()
})

test('of 3 lines the one that names the error is the reason, of npm the one after the code', () => {
  expect(reasonIn('/app/a.cjs:1\nthrow x\nTypeError: no\n')).toBe('TypeError: no')
  const npm = 'npm error code ETARGET\nnpm error notarget No matching version found for a@9.\n'
  expect(reasonIn(npm)).toBe('npm error notarget No matching version found for a@9.')
  expect(reasonIn('')).toBe('no reason given')
})
