/** Spend: by team, feature, prompt version and model, and what changed. */

import { pricedCalls, toDashboard, toTraces } from './destinations.ts'
import * as names from '../instrumentation/semconv.ts'
import { HOURLY } from './hourly.ts'
import { LABEL, NO_MODEL } from './labels.ts'
import { series, UNIT, type Question } from './panels.ts'
import { before, inRange, perHour, zeroInRange } from './range.ts'
import { RANGE_CAVEAT, SCOPE } from './spend-now.ts'
import { ranked, type FigureColumn, type LabelColumn } from './tables.ts'

const NO_SPEND = 'No spend: run `costspan doctor -- node app.js`'

const team: LabelColumn = {
  label: LABEL.team,
  name: 'Team',
  link: toDashboard('spend', 'Only this team', { click: 'team', cell: true }),
}
const feature: LabelColumn = {
  label: LABEL.feature,
  name: 'Feature',
  link: toDashboard('feature', 'Explore the feature', { click: 'feature', cell: true }),
}
const model: LabelColumn = {
  label: LABEL.model,
  name: 'Model',
  link: toDashboard('spend', 'Only this model', {
    click: 'model',
    cell: true,
    keep: ['environment', 'team', 'feature'],
  }),
}
const version: LabelColumn = { label: LABEL.promptVersion, name: 'Version', width: 75 }

const cost = (by: readonly string[]): string => inRange(HOURLY.cost, { selector: SCOPE, by })
const calls = (by: readonly string[]): string => inRange(HOURLY.calls, { selector: SCOPE, by })

function figures(by: readonly string[]): FigureColumn[] {
  return [
    { name: 'Spend', expr: cost(by), unit: UNIT.usd, bar: true },
    { name: 'Calls', expr: calls(by), unit: UNIT.count, width: 75 },
    { name: 'A call', of: ['Spend', '/', 'Calls'], unit: UNIT.usdPerCall, width: 95 },
  ]
}

const common: Pick<Question, 'caveat' | 'unit' | 'noValue'> = {
  caveat: RANGE_CAVEAT,
  unit: UNIT.usd,
  noValue: NO_SPEND,
}
const FORMULA = 'Growth of `costspan_cost_USD_total` and `costspan_calls_total` within the range.'

export const overTime = series(
  [
    {
      expr: perHour(HOURLY.cost, { selector: SCOPE, by: [LABEL.feature] }),
      legend: `{{${LABEL.feature}}}`,
    },
  ],
  {
    ...common,
    title: 'Which feature made the jump?',
    formula: 'USD an hour: `rate()` of the counters, in long ranges each recorded hour.',
    caveat: 'a shape, no sum: the first seconds of a new series are not in it.',
    todo: 'click the line that jumped; releases, new prices and alerts are marked above it.',
    links: [
      toDashboard('feature', 'Explore the feature', { click: 'feature' }),
      toTraces(
        'Its calls',
        pricedCalls(`span.${names.ATTR_FEATURE} = "\${__field.labels.${LABEL.feature}}"`),
      ),
    ],
    width: 16,
  },
  'stacked',
)

export const byTeam = ranked(
  { labels: [team], figures: figures([LABEL.team]).slice(0, 2) },
  {
    ...common,
    title: 'Which teams spend it?',
    formula: FORMULA,
    todo: '`unattributed` is nobody’s: docs/attribution.md. Click a team to see only it.',
    links: [toDashboard('spend', 'Spend', { keep: ['environment', 'team'] })],
    width: 8,
  },
)

export const byFeature = ranked(
  { labels: [feature, team], figures: figures([LABEL.team, LABEL.feature]) },
  {
    ...common,
    title: 'Which features spend it?',
    formula: FORMULA,
    todo: 'click a feature to see why it costs what it costs.',
    links: [toDashboard('feature', 'Explore a feature')],
    width: 11,
  },
)

const VERSIONED = [LABEL.feature, LABEL.promptVersion, LABEL.model]

export const byPromptAndModel = ranked(
  { labels: [feature, version, model], figures: figures(VERSIONED) },
  {
    ...common,
    title: 'Which prompt versions and models spend it?',
    formula: FORMULA,
    caveat: `the model \`${NO_MODEL}\` is what costs beside calls (\`recordCost\`); ${RANGE_CAVEAT}`,
    todo: 'compare what a call costs between versions of one feature.',
    links: [toDashboard('feature', 'Explore a feature')],
    width: 13,
  },
)

/** Versions and models of calls: what is recorded beside them has none. */
const OF_CALLS = { selector: `${SCOPE},${LABEL.model}!="${NO_MODEL}"`, by: VERSIONED }
const now = inRange(HOURLY.cost, OF_CALLS)
const yesterday = `(${before(now, '1d')}) or ${zeroInRange(HOURLY.cost, OF_CALLS)}`

export const changes = ranked(
  {
    labels: [feature, { ...version, width: 110 }, model],
    figures: [
      {
        name: 'More than yesterday',
        of: ['Now', '-', 'Yesterday'],
        unit: UNIT.usd,
      },
      { name: 'Now', expr: now, unit: UNIT.usd },
      { name: 'Yesterday', expr: yesterday, unit: UNIT.usd },
    ],
  },
  {
    ...common,
    title: 'What costs more than at this time yesterday?',
    formula: 'Spend of the range, less that of the same range a day earlier.',
    caveat: `what was not there yesterday is new with all of it; costs beside calls (\`recordCost\`) are left out; ${RANGE_CAVEAT}`,
    todo: 'a new version or model at the top is the first suspect: click its feature.',
    links: [toDashboard('feature', 'Explore a feature'), toDashboard('waste', 'What has grown')],
    width: 24,
  },
)
