/** What the Collector says that it lost, by its own counters. */

import { labelled, type Recording } from './rule.ts'

/** Items lost in 5 minutes, by Collector and what was lost. */
export const LOST = 'costspan:collector_lost:5m'
export const LOST_LABEL = 'costspan_lost'

/** Source: opentelemetry-collector, documentation of receiver, processor and exporter helpers' internal telemetry. */
const COUNTERS: readonly (readonly [counter: string, text: string])[] = [
  ['otelcol_receiver_refused_spans', 'spans that were refused on arrival'],
  ['otelcol_receiver_refused_metric_points', 'metric points that were refused on arrival'],
  ['otelcol_receiver_refused_log_records', 'log records that were refused on arrival'],
  ['otelcol_exporter_send_failed_spans', 'spans that no backend took'],
  ['otelcol_exporter_send_failed_metric_points', 'metric points that no backend took'],
  ['otelcol_exporter_send_failed_log_records', 'log records that no backend took'],
  ['otelcol_exporter_enqueue_failed_spans', 'spans that found the queue full'],
  ['otelcol_exporter_enqueue_failed_metric_points', 'metric points that found the queue full'],
  ['otelcol_exporter_enqueue_failed_log_records', 'log records that found the queue full'],
]
/** Deltas that could not be added to their series: dollars of the Collector's own metrics. */
const DELTAS = 'otelcol_deltatocumulative_datapoints'

/** Pushed by OTLP a counter ends in `_total`; scraped from the Collector it does so from version 0.120 on. */
function lost(counter: string, matcher: string): string {
  const increase = (name: string): string =>
    `sum by (job, instance) (increase(${name}${matcher}[5m]))`
  return `(${increase(`${counter}_total`)} or ${increase(counter)})`
}

export const lossRules: readonly Recording[] = [
  {
    record: LOST,
    expr: [
      ...COUNTERS.map(([counter, text]) => labelled(lost(counter, ''), LOST_LABEL, text)),
      labelled(lost(DELTAS, '{error!=""}'), LOST_LABEL, 'delta points that fit no series'),
    ].join('\n  or '),
  },
]
