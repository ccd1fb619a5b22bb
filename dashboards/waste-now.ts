/** Waste and anomalies: how much, and of which kind. */

import * as names from '../instrumentation/semconv.ts'
import { pricedCalls, toDashboard, toTraces } from './destinations.ts'
import { HOURLY } from './hourly.ts'
import { LABEL } from './labels.ts'
import { series, stat, UNIT, type Question } from './panels.ts'
import { inRange, perHour, ratio, shareOf, zeroInRange } from './range.ts'
import { RANGE_CAVEAT } from './spend-now.ts'
import { ranked } from './tables.ts'
import { chosen } from './variables.ts'

export const SCOPE = chosen('environment', 'feature')
export const NO_CALLS = 'No calls: run `costspan doctor -- node app.js`'

const all = { selector: SCOPE, by: [] }
const IS_WASTE = `${SCOPE},${LABEL.waste}!="none"`
const cost = inRange(HOURLY.cost, all)
const lost = inRange(HOURLY.costParts, { selector: IS_WASTE, by: [] })

const common: Pick<Question, 'caveat' | 'noValue' | 'links'> = {
  caveat: RANGE_CAVEAT,
  noValue: NO_CALLS,
  links: [toDashboard('feature', 'Explore a feature')],
}
const wastedCalls = toTraces(
  'Wasted calls',
  pricedCalls(
    `resource.${names.ATTR_ENVIRONMENT} =~ "$environment"`,
    `span.${names.ATTR_FEATURE} =~ "$feature"`,
    `span.${names.ATTR_WASTE} != "none"`,
  ),
)
const KINDS =
  '`repeat`: the same request once more within its unit. `aborted`, `failed`, `truncated`: answers that nobody could use. `retry`: attempts that were billed.'

export const wasted = stat(`(${lost}) or ${zeroInRange(HOURLY.cost, all)}`, {
  ...common,
  title: 'What was wasted?',
  formula: `Spend with a \`costspan_waste\` other than \`none\`. ${KINDS}`,
  todo: 'the table below says which kind, of which feature.',
  unit: UNIT.usd,
  links: [wastedCalls],
  width: 8,
  height: 3,
})

export const share = stat(shareOf(lost, cost), {
  ...common,
  title: 'What share of spend is waste?',
  formula: 'Wasted spend over all spend within the range.',
  todo: 'above 5%: start with the largest kind below.',
  unit: UNIT.share,
  steps: [
    [0.05, 'orange'],
    [0.2, 'red'],
  ],
  links: [wastedCalls],
  width: 8,
  height: 3,
})

const calls = inRange(HOURLY.calls, all)

export const attemptsPerCall = stat(ratio(inRange(HOURLY.attempts, all), calls), {
  ...common,
  title: 'How many attempts does a call take?',
  formula: 'HTTP attempts over logical calls within the range; 1 is none too many.',
  todo: 'above 1.1: see which feature, at the bottom.',
  unit: UNIT.number,
  steps: [
    [1.1, 'orange'],
    [1.25, 'red'],
  ],
  width: 8,
  height: 3,
})

const input = inRange(HOURLY.inputTokens, all)

export const cacheHits = stat(shareOf(inRange(HOURLY.cacheReadTokens, all), input), {
  ...common,
  title: 'What share of input is cached?',
  formula: 'Input tokens read from the provider’s cache over all input tokens.',
  todo: 'low with a long system prompt: put what never changes first, and mark it for caching.',
  unit: UNIT.share,
  width: 12,
  height: 3,
})

export const saved = stat(inRange(HOURLY.cacheSavings, all), {
  ...common,
  title: 'What did caching save?',
  formula: 'Cached tokens at the full input rate, less what was paid for them.',
  caveat: `cache writes cost more than plain input and are not taken off. ${RANGE_CAVEAT}`,
  todo: 'compare it with what was spent.',
  unit: UNIT.usd,
  noValue: 'No savings: no call read from a cache',
  width: 12,
  height: 3,
})

export const overTime = series(
  [
    {
      expr: perHour(HOURLY.costParts, { selector: IS_WASTE, by: [LABEL.waste] }),
      legend: `{{${LABEL.waste}}}`,
    },
  ],
  {
    ...common,
    title: 'When was it wasted?',
    formula: `USD an hour by \`costspan_waste\`. ${KINDS}`,
    caveat: 'a shape by `rate()`, in long ranges by recorded hours.',
    todo: 'a step at a release mark is its doing.',
    unit: UNIT.usd,
    noValue: 'No waste in this range',
    links: [wastedCalls],
    width: 12,
  },
  'stacked',
)

export const byKind = ranked(
  {
    labels: [
      {
        label: LABEL.feature,
        name: 'Feature',
        link: toDashboard('feature', 'Explore the feature', { click: 'feature', cell: true }),
      },
      { label: LABEL.waste, name: 'Waste' },
    ],
    figures: [
      {
        name: 'Spend',
        expr: inRange(HOURLY.costParts, { selector: IS_WASTE, by: [LABEL.feature, LABEL.waste] }),
        unit: UNIT.usd,
        bar: true,
      },
    ],
  },
  {
    ...common,
    title: 'Which features waste it, and how?',
    formula: `Wasted spend within the range. ${KINDS}`,
    todo: '`repeat`: find the check that asks again, bound its attempts. `truncated`: raise the limit or ask for less.',
    unit: UNIT.usd,
    noValue: 'No waste in this range',
    width: 12,
  },
)
