/** Unit economics: by feature, outcome and kind of unit. */

import { toDashboard } from './destinations.ts'
import { HOURLY } from './hourly.ts'
import { LABEL, matching } from './labels.ts'
import { series, UNIT, type Question } from './panels.ts'
import { orNone, perHour, ratio, zeroInRange } from './range.ts'
import { ranked } from './tables.ts'
import { costOfUnits, grown, judged, SCOPE, successes } from './unit-queries.ts'
import { NO_OUTCOMES, NO_UNITS, WINDOWS } from './units-now.ts'

const BY = [LABEL.feature]
const common: Pick<Question, 'caveat' | 'links' | 'width'> = {
  caveat: WINDOWS,
  links: [toDashboard('feature', 'Explore the feature', { click: 'feature' })],
  width: 12,
}
const featureColumn = {
  label: LABEL.feature,
  name: 'Feature',
  link: toDashboard('feature', 'Explore the feature', { click: 'feature', cell: true }),
}

export const byFeature = ranked(
  {
    labels: [featureColumn],
    figures: [
      { name: 'Spend', expr: costOfUnits(BY), unit: UNIT.usd, bar: true },
      { name: 'Units', expr: grown(HOURLY.units, BY), unit: UNIT.count },
      {
        name: 'A unit',
        of: ['Spend', '/', 'Units'],
        unit: UNIT.usdPerUnit,
      },
      { name: 'Successes', expr: successes(BY), unit: UNIT.count },
      {
        name: 'A success',
        of: ['Spend', '/', 'Successes'],
        unit: UNIT.usdPerUnit,
      },
    ],
  },
  {
    ...common,
    title: 'Which features are worth it?',
    formula: 'Spend of features that count units; units, successes, and spend over each.',
    todo: 'click a feature to see what its cost is made of.',
    unit: UNIT.usd,
    noValue: NO_UNITS,
    links: [toDashboard('feature', 'Explore a feature')],
    width: 24,
  },
)

const perFeature = (counter: Parameters<typeof perHour>[0], ...matchers: string[]): string =>
  perHour(counter, { selector: [SCOPE, ...matchers].join(','), by: BY })

export const costOverTime = series(
  [
    {
      expr: `${perFeature(HOURLY.cost)} / (${perFeature(HOURLY.units)} > 0)`,
      legend: `{{${LABEL.feature}}}`,
    },
  ],
  {
    ...common,
    title: 'How does the cost of a conversation move?',
    formula: 'USD an hour over units that begin in it, by feature.',
    todo: 'click the line that rises.',
    unit: UNIT.usdPerUnit,
    noValue: NO_UNITS,
  },
)

const succeeded = perFeature(HOURLY.outcomes, matching({ [LABEL.success]: 'true' }))
const told = perFeature(HOURLY.outcomes, `${LABEL.success}=~"true|false"`)

export const successOverTime = series(
  [{ expr: ratio(orNone(succeeded, told), told), legend: `{{${LABEL.feature}}}` }],
  {
    ...common,
    title: 'How does the share of successes move?',
    formula: 'Successful outcomes over those that say, by feature.',
    todo: 'a fall after a release: roll it back.',
    unit: UNIT.share,
    points: 48,
    noValue: NO_OUTCOMES,
  },
)

const OUTCOME = [LABEL.outcome]

export const byOutcome = ranked(
  {
    labels: [{ label: LABEL.outcome, name: 'Outcome' }],
    figures: [
      { name: 'Outcomes', expr: grown(HOURLY.outcomes, OUTCOME), unit: UNIT.count, bar: true },
      {
        name: 'Success',
        expr: ratio(orNone(successes(OUTCOME), judged(OUTCOME)), judged(OUTCOME)),
        unit: UNIT.share,
      },
      {
        name: 'Value',
        expr: `(${grown(HOURLY.outcomeValue, OUTCOME)}) or ${zeroInRange(HOURLY.outcomes, { selector: SCOPE, by: OUTCOME })}`,
        unit: UNIT.usd,
      },
    ],
  },
  {
    ...common,
    title: 'Which outcomes are there?',
    formula: 'Outcomes by name within the range, the share that succeeded, what they were worth.',
    todo: 'choose a feature at the top to see its own.',
    unit: UNIT.count,
    noValue: NO_OUTCOMES,
    links: [toDashboard('feature', 'Explore a feature')],
  },
)

export const byUnitType = ranked(
  {
    labels: [
      { label: LABEL.unitType, name: 'Unit' },
      { label: LABEL.unitCounted, name: 'Counted by' },
    ],
    figures: [
      {
        name: 'Began',
        expr: grown(HOURLY.unitTypes, [LABEL.unitType, LABEL.unitCounted]),
        unit: UNIT.count,
        bar: true,
      },
    ],
  },
  {
    ...common,
    title: 'Which units began?',
    formula: 'Growth of `costspan_units_total` by type.',
    caveat: 'counted by `process`: an upper bound, once in each process that works on it.',
    todo: 'say where a unit begins: `unit: { type, id, start: true }`.',
    unit: UNIT.count,
    noValue: NO_UNITS,
    links: [toDashboard('feature', 'Explore a feature')],
  },
)
