/** Unit economics: what a unit of work costs, whether it works, whether it is worth it. */

import { board } from './board.ts'
import {
  breakEven,
  margin,
  outcomeCost,
  personShare,
  savedAgainstPeople,
  successShare,
  unitCost,
  value,
} from './units-now.ts'
import { byFeature, byOutcome, byUnitType, costOverTime, successOverTime } from './units-which.ts'
import { amount, choices } from './variables.ts'

export const units = board({
  name: 'units',
  description: 'What a conversation, task or outcome costs, and whether it is worth it.',
  pace: 'days',
  variables: [
    ...choices('environment', 'team', 'feature'),
    amount('baseline', 'A person’s cost, USD', 'What an outcome costs without the feature.', '18'),
  ],
  rows: [
    {
      title: 'What does it cost?',
      panels: [unitCost, outcomeCost, personShare],
    },
    {
      title: 'Does it work, and is it worth it?',
      panels: [successShare, breakEven, margin, value, savedAgainstPeople],
    },
    {
      title: 'Which features?',
      panels: [byFeature, costOverTime, successOverTime, byOutcome, byUnitType],
    },
  ],
})
