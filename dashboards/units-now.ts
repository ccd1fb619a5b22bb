/** Unit economics: the tiles. */

import { toDashboard } from './destinations.ts'
import { HOURLY } from './hourly.ts'
import { stat, UNIT, type Question } from './panels.ts'
import { ratio, shareOf } from './range.ts'
import { RANGE_CAVEAT } from './spend-now.ts'
import { costOfOutcomes, costOfUnits, grown, judged, successes } from './unit-queries.ts'

export const NO_UNITS = 'No units: set `conversation` or `unit` in withAttribution'
export const NO_OUTCOMES = 'No outcomes: call recordOutcome (docs/units.md)'
export const WINDOWS =
  'a ratio of windows: outcomes count when they are recorded, money when it is spent. Over a range much longer than a unit takes they meet.'

const common: Pick<Question, 'caveat' | 'noValue' | 'links' | 'width' | 'height'> = {
  caveat: WINDOWS,
  noValue: NO_OUTCOMES,
  links: [toDashboard('feature', 'Explore a feature')],
  width: 8,
  height: 3,
}

export const unitCost = stat(ratio(costOfUnits(), grown(HOURLY.units)), {
  ...common,
  title: 'What does a conversation cost?',
  formula: 'Spend of the features that count units, over units that began within the range.',
  caveat: `conversations, tasks and other units together; tasks that several processes work on count in each (docs/units.md). ${RANGE_CAVEAT}`,
  todo: 'choose a feature to see its own; the table below has all.',
  unit: UNIT.usdPerUnit,
  noValue: NO_UNITS,
})

const successCost = ratio(costOfOutcomes(), successes())

export const outcomeCost = stat(successCost, {
  ...common,
  title: 'What does a success cost?',
  formula: 'Spend of the features that record outcomes, over their successful outcomes.',
  todo: 'dearer with the same conversation cost: fewer of them succeed.',
  unit: UNIT.usdPerUnit,
})

export const successShare = stat(shareOf(successes(), judged()), {
  ...common,
  title: 'How many outcomes are a success?',
  formula: 'Outcomes with `success: true` over those with true or false.',
  caveat: 'outcomes that don’t say are left out.',
  todo: 'below what breaks even (beside it), each success costs more than a person.',
  unit: UNIT.share,
})

export const personShare = stat(`${successCost} / $baseline`, {
  ...common,
  title: 'How much of a person’s cost?',
  formula: 'What a success costs over what a person costs, the variable at the top.',
  todo: 'above 100% a person is cheaper: set the variable to what you pay.',
  unit: UNIT.smallShare,
  steps: [
    [0.5, 'orange'],
    [1, 'red'],
  ],
})

const worth = grown(HOURLY.outcomeValue)

export const value = stat(worth, {
  ...common,
  title: 'What were the outcomes worth?',
  formula: 'Growth of `costspan_outcome_value_USD_total`: the `value` of recorded outcomes.',
  caveat: RANGE_CAVEAT,
  todo: 'say what an outcome is worth: `recordOutcome(name, { value })`.',
  unit: UNIT.usd,
  width: 12,
  noValue: 'No values: give recordOutcome a `value`',
})

export const margin = stat(ratio(`${worth} - ${costOfOutcomes()}`, worth), {
  ...common,
  title: 'What is the margin?',
  formula: 'Value less spend, over value, of the features that record outcomes.',
  todo: 'negative: it costs more than it brings.',
  unit: UNIT.share,
  noValue: 'No values: give recordOutcome a `value`',
})

export const savedAgainstPeople = stat(`${successes()} * $baseline - ${costOfOutcomes()}`, {
  ...common,
  title: 'What was saved against people?',
  formula: 'Successes times what a person costs, less spend.',
  caveat: `counts LLM and recorded costs only, not who builds and runs it. ${WINDOWS}`,
  todo: 'set the variable at the top to what an outcome costs you without the feature.',
  unit: UNIT.usd,
  width: 12,
})

export const breakEven = stat(`${ratio(costOfOutcomes(), judged())} / $baseline`, {
  ...common,
  title: 'What share breaks even?',
  formula:
    'Spend per outcome, failed ones included, over what a person costs: who fails is served by a person after all.',
  todo: 'compare it with the share that is a success, beside it.',
  unit: UNIT.smallShare,
  steps: [
    [0.5, 'orange'],
    [1, 'red'],
  ],
})
