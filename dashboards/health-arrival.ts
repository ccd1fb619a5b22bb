/** Health: what is dropped, lost, queued, and how many series there are. */

import { METRIC_PRICE_BOOK_TIME, prometheusName } from '../instrumentation/semconv.ts'
import { toDashboard } from './destinations.ts'
import { BOOK, NO_CALLS, OURS, SCOPE } from './health-now.ts'
import { HOURLY } from './hourly.ts'
import { LABEL } from './labels.ts'
import { series, UNIT, type Question } from './panels.ts'
import { inRange, ratio } from './range.ts'
import { LOST, LOST_LABEL } from './rules/losses.ts'
import { ranked } from './tables.ts'

const NO_COLLECTOR = 'No metrics of a Collector: collector-config/collector.yaml sends its own'
const common: Pick<Question, 'links' | 'width'> = {
  links: [toDashboard('spend', 'Spend')],
  width: 12,
}

export const dropped = ranked(
  {
    labels: [
      { label: LABEL.service, name: 'Service' },
      { label: LABEL.signal, name: 'Signal' },
      { label: LABEL.reason, name: 'Why' },
    ],
    figures: [
      {
        name: 'Dropped',
        expr: inRange(HOURLY.dropped, {
          selector: SCOPE,
          by: [LABEL.service, LABEL.signal, LABEL.reason],
        }),
        unit: UNIT.count,
      },
    ],
  },
  {
    ...common,
    title: 'What do applications drop, and why?',
    formula: 'Growth of `costspan_dropped_total` within the range.',
    caveat: 'an application that can’t export at all can’t say so: see which services report.',
    todo: '`cardinality`: name fewer prompts or features. Else its exporter can’t keep up or is refused.',
    unit: UNIT.count,
    noValue: 'Nothing was dropped',
  },
)

export const collectorLosses = series(
  [{ expr: `sum by (${LOST_LABEL}) (${LOST})`, legend: `{{${LOST_LABEL}}}` }],
  {
    ...common,
    title: 'What does the Collector lose?',
    formula: 'Items in 5 minutes that were refused, found a queue full, or that no backend took.',
    caveat: 'what it lost before its metrics were made is in no figure.',
    todo: 'its memory limit, its queue, the backend behind it: docs/pipeline.md.',
    unit: UNIT.count,
    noValue: NO_COLLECTOR,
    steps: [[1, 'red']],
  },
)

/** Source: opentelemetry-collector, exporter helper's internal telemetry. */
const QUEUE = { size: 'otelcol_exporter_queue_size', capacity: 'otelcol_exporter_queue_capacity' }
const byQueue = 'by (exporter, data_type)'

export const queues = series(
  [
    {
      expr: ratio(`max ${byQueue} (${QUEUE.size})`, `max ${byQueue} (${QUEUE.capacity})`),
      legend: '{{exporter}} {{data_type}}',
    },
  ],
  {
    ...common,
    title: 'How full are the Collector’s queues?',
    formula: 'Batches that wait over what the queue takes, by exporter.',
    caveat: 'of several Collectors: the fullest.',
    todo: 'rising: the backend is slower than what comes. Full: data is lost.',
    unit: UNIT.share,
    upTo: 1,
    noValue: NO_COLLECTOR,
    steps: [
      [0.5, 'orange'],
      [0.9, 'red'],
    ],
  },
)

export const writers = series(
  [{ expr: `count by (${LABEL.service}) (${BOOK})`, legend: `{{${LABEL.service}}}` }],
  {
    ...common,
    title: 'Which services report?',
    formula: `Processes that export \`${prometheusName(METRIC_PRICE_BOOK_TIME)}\`, by service.`,
    caveat:
      'spans of other instrumentations are counted by the Collector, which is no process here.',
    todo: 'a service that ends here stands still, or its export does.',
    unit: UNIT.count,
    noValue: NO_CALLS,
  },
)

export const seriesByMetric = ranked(
  {
    labels: [{ label: '__name__', name: 'Metric' }],
    figures: [
      {
        name: 'Series',
        expr: `topk(20, count by (__name__) ({${OURS}}))`,
        unit: UNIT.count,
        bar: true,
      },
    ],
  },
  {
    ...common,
    title: 'Which metrics have most series?',
    formula: 'Series with a value in the last 5 minutes, by metric.',
    caveat: 'a histogram has one for each of its buckets.',
    todo: 'many prompts, features or models multiply; processes that restart often add up.',
    unit: UNIT.count,
    noValue: NO_CALLS,
    width: 24,
  },
)
