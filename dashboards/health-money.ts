/** Health: calls without price, spend without owner, old prices. */

import { METRIC_COST, prometheusName, UNATTRIBUTED } from '../instrumentation/semconv.ts'
import { toDashboard } from './destinations.ts'
import { BOOK, NO_CALLS, SCOPE } from './health-now.ts'
import { HOURLY } from './hourly.ts'
import { LABEL, matching } from './labels.ts'
import { UNIT } from './panels.ts'
import { braced, inRange, recent } from './range.ts'
import { RANGE_CAVEAT } from './spend-now.ts'
import { ranked } from './tables.ts'

const links = [toDashboard('spend', 'Spend')]

export const unpricedWhy = ranked(
  {
    labels: [
      { label: LABEL.model, name: 'Model' },
      { label: LABEL.status, name: 'Status' },
      { label: LABEL.costReason, name: 'Why' },
      {
        label: LABEL.feature,
        name: 'Feature',
        link: toDashboard('feature', 'Explore the feature', { click: 'feature', cell: true }),
      },
    ],
    figures: [
      {
        name: 'Calls',
        expr: inRange(HOURLY.callEnds, {
          selector: `${SCOPE},${LABEL.status}=~"unpriced|partial"`,
          by: [LABEL.model, LABEL.status, LABEL.costReason, LABEL.feature],
        }),
        unit: UNIT.count,
        bar: true,
      },
    ],
  },
  {
    title: 'Which calls have no full price, and why?',
    formula: 'Calls that are `unpriced` or `partial` within the range, by `costspan_cost_reason`.',
    caveat: `\`call_failed\` cost nothing. ${RANGE_CAVEAT}`,
    todo: '`unknown_model`: a line in your price file (docs/pricing.md). `usage_missing`: the answer said no usage.',
    unit: UNIT.count,
    noValue: 'Every call has a price',
    links,
    width: 12,
  },
)

/** Not by `increaseOf`, which takes 20 s for all series of a large company (measured). */
const hourOf = (selector: string): string =>
  recent({ ...HOURLY.cost, labels: [LABEL.service] }, selector)
const NOBODYS = `${SCOPE},${matching({ [LABEL.feature]: UNATTRIBUTED })}`

export const unattributedByService = ranked(
  {
    labels: [{ label: LABEL.service, name: 'Service' }],
    figures: [
      { name: 'Spend', expr: hourOf(SCOPE), unit: UNIT.usd },
      {
        name: 'Nobody’s',
        expr: `(${hourOf(NOBODYS)}) or 0 * sum by (${LABEL.service}) (last_over_time(${prometheusName(METRIC_COST)}${braced(SCOPE)}[1h]))`,
        unit: UNIT.usd,
      },
    ],
    rankedBy: 'Nobody’s',
  },
  {
    title: 'Which services spend without a feature?',
    formula: 'What each service spent within the last hour, and how much of it has no feature.',
    caveat:
      'the last hour, whatever the time range: recorded hours don’t know services. A process that restarted counts since then.',
    todo: 'give its calls a feature: docs/attribution.md.',
    unit: UNIT.usd,
    noValue: NO_CALLS,
    links,
    width: 6,
  },
)

export const bookByService = ranked(
  {
    labels: [{ label: LABEL.service, name: 'Service' }],
    figures: [
      {
        name: 'Age',
        expr: `(time() - min by (${LABEL.service}) (${BOOK})) / 86400`,
        unit: UNIT.days,
      },
      {
        name: 'Processes',
        expr: `count by (${LABEL.service}) (${BOOK})`,
        unit: UNIT.count,
      },
    ],
  },
  {
    title: 'Which services have old prices?',
    formula: 'Days since the date of the oldest price book of each service’s processes.',
    caveat: 'only of processes with costspan that reported in the last 5 minutes.',
    todo: 'update costspan there: docs/pricing.md.',
    unit: UNIT.days,
    noValue: 'No process reports a price book',
    links,
    width: 6,
  },
)
