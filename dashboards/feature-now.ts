/** Explore a feature: the tiles at its top. */

import { pricedCalls, toDashboard, toTraces } from './destinations.ts'
import { HOURLY } from './hourly.ts'
import { LABEL } from './labels.ts'
import { stat, UNIT } from './panels.ts'
import { inRange, ratio, shareOf } from './range.ts'
import { RANGE_CAVEAT } from './spend-now.ts'
import { OF_FEATURE } from './traces.ts'
import { chosen } from './variables.ts'

export const SCOPE = `${chosen('environment')},${LABEL.feature}="$feature"`
export const NO_CALLS = 'No calls of this feature: choose a longer range'
const TILE = { width: 8, height: 3 } as const

const all = { selector: SCOPE, by: [] }
const cost = inRange(HOURLY.cost, all)
const calls = inRange(HOURLY.calls, all)
export const theCalls = toTraces('Its calls', pricedCalls(...OF_FEATURE))
export const itsWaste = toDashboard('waste', 'What of it is waste', {
  keep: ['environment', 'feature'],
})

export const spent = stat(cost, {
  title: 'What did it cost in this range?',
  formula: 'Growth of `costspan_cost_USD_total` of the feature within the range.',
  caveat: RANGE_CAVEAT,
  todo: 'the panels below say what it is made of.',
  unit: UNIT.usd,
  noValue: NO_CALLS,
  links: [theCalls],
  ...TILE,
})

export const conversationCost = stat(ratio(cost, inRange(HOURLY.units, all)), {
  title: 'What does a conversation cost?',
  formula: 'Spend over conversations (or other units) that began, both within the range.',
  caveat: 'a ratio of windows: conversations that began earlier still cost.',
  todo: 'Unit economics says whether it is worth it.',
  unit: UNIT.usdPerUnit,
  noValue: 'No units: set `conversation` or `unit` in withAttribution',
  links: [toDashboard('units', 'Is it worth it?')],
  ...TILE,
})

export const callCost = stat(ratio(cost, calls), {
  title: 'What does a call cost?',
  formula: 'Spend over calls within the range.',
  caveat: 'costs beside calls (`recordCost`) are in it, calls without a price count as $0.',
  todo: 'if it has grown, look at context and answers below.',
  unit: UNIT.usdPerCall,
  noValue: NO_CALLS,
  links: [theCalls],
  ...TILE,
})

export const attemptsPerCall = stat(ratio(inRange(HOURLY.attempts, all), calls), {
  title: 'How many attempts does a call take?',
  formula: 'HTTP attempts over logical calls within the range; 1 is none too many.',
  caveat: 'retries of a client that can’t be seen as one call are calls of their own.',
  todo: 'above 1.1: see which answers attempts get, below.',
  unit: UNIT.number,
  noValue: NO_CALLS,
  steps: [
    [1.1, 'orange'],
    [1.25, 'red'],
  ],
  links: [theCalls],
  ...TILE,
})

const partly = (selector: string): string =>
  inRange(HOURLY.costParts, { selector: `${SCOPE},${selector}`, by: [] })

export const wasted = stat(shareOf(partly(`${LABEL.waste}!="none"`), cost), {
  title: 'What share of its spend is waste?',
  formula: 'Spend with a `costspan_waste` other than `none`, over all of it.',
  caveat: 'repeats, aborted, failed and truncated answers: what was paid for and not used.',
  todo: 'Waste and anomalies says which kind.',
  unit: UNIT.share,
  noValue: NO_CALLS,
  steps: [
    [0.05, 'orange'],
    [0.2, 'red'],
  ],
  links: [itsWaste],
  ...TILE,
})

const ends = (selector: string): string => inRange(HOURLY.callEnds, { selector, by: [] })
const badly = ends(`${SCOPE},${LABEL.end}=~"failed|broken_off"`)

export const failed = stat(shareOf(badly, ends(SCOPE)), {
  title: 'What share of its calls fails?',
  formula: 'Calls that ended `failed` or `broken_off`, over all calls within the range.',
  caveat: 'what the application itself stopped (`aborted`) is no failure.',
  todo: 'see how calls end, below.',
  unit: UNIT.share,
  noValue: NO_CALLS,
  steps: [
    [0.02, 'orange'],
    [0.1, 'red'],
  ],
  links: [theCalls],
  ...TILE,
})
