/**
 * What panels must say of long ranges: the recorded hours as they were written, and of the story, whose hour is not over
 * yet, the label sets that no hour has. Worked out here, in another way than by the queries.
 */

import { HOUR_RECORDED, HOURLY, type HourlyCounter } from '../../../dashboards/hourly.ts'
import { prometheusName } from '../../../instrumentation/semconv.ts'
import { hourSeries, type History, type HourSeries } from './history.ts'
import type { Range } from './expand.ts'
import { query } from '../support/prometheus.ts'

export type Labels = Readonly<Record<string, string>>
export type Where = (labels: Labels) => boolean

export interface Truth {
  /** Of the hours that end within the range. */
  hours(counter: HourlyCounter, range: Range, where?: Where): number
  /** Of these, and of what the story added to what has none. */
  sum(counter: HourlyCounter, range: Range, where?: Where): number
  /** How many hours were recorded. */
  recorded(range: Range): number
  /** Values of a label for which there is any. */
  values(counter: HourlyCounter, range: Range, label: string): ReadonlySet<string>
}

/** What the story's processes have counted, by the labels of recorded hours. @param to its end */
async function counted(
  prometheus: string,
  { metric, labels }: HourlyCounter,
  to: number,
): Promise<readonly (readonly [Labels, number])[]> {
  const own = `${prometheusName(metric)}{job="support-bot",instance!~"past-.*"}`
  const promql = `sum by (${labels.join(', ')}) (last_over_time(${own}[1h] @ ${to / 1000}))`
  const found = await query(prometheus, promql)
  return found.map(({ labels: each, value }) => [each, value] as const)
}

export async function readTruth(past: History, prometheus: string, story: Range): Promise<Truth> {
  const written = hourSeries(past)
  const told = new Map<HourlyCounter, readonly (readonly [Labels, number])[]>()
  for (const counter of Object.values(HOURLY)) {
    told.set(counter, await counted(prometheus, counter, story.to))
  }
  const ofCounter = ({ hourly }: HourlyCounter): readonly HourSeries[] =>
    written.filter(({ name }) => name === hourly)

  function parts(
    counter: HourlyCounter,
    { from, to }: Range,
  ): readonly (readonly [Labels, number])[] {
    const hours = ofCounter(counter).flatMap(({ labels, sum }) => {
      const value = sum(from, to)
      return value === undefined ? [] : [[labels, value] as const]
    })
    const key = (labels: Labels): string =>
      JSON.stringify(counter.labels.map((label) => labels[label] ?? ''))
    const known = new Set(hours.map(([labels]) => key(labels)))
    const rest = to < story.to ? [] : (told.get(counter) ?? [])
    return [...hours, ...rest.filter(([labels]) => !known.has(key(labels)))]
  }

  const total = (all: readonly (readonly [Labels, number])[], where?: Where): number =>
    all.filter(([labels]) => where?.(labels) !== false).reduce((sum, [, value]) => sum + value, 0)

  return {
    hours: (counter, { from, to }, where) =>
      total(
        ofCounter(counter).map(({ labels, sum }) => [labels, sum(from, to) ?? 0] as const),
        where,
      ),
    sum: (counter, range, where) => total(parts(counter, range), where),
    recorded: ({ from, to }) =>
      written.find(({ name }) => name === HOUR_RECORDED)?.sum(from, to) ?? 0,
    values: (counter, range, label) =>
      new Set(
        parts(counter, range)
          .filter(([, value]) => value > 0)
          .map(([labels]) => labels[label] ?? ''),
      ),
  }
}
