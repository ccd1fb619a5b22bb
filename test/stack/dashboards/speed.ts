/** How long a company waits for its month: each panel's queries together, as a browser sends them. */

import { evaluate, type Answer } from './evaluate.ts'
import type { Range } from './expand.ts'
import { prometheusTargets, type Dashboard, type Panel } from './model.ts'
import { fillVariables } from './variables.ts'

export interface Timing {
  readonly uid: string
  readonly title: string
  /** Milliseconds until the last of the panel's queries was answered: the first time, and the median of all. */
  readonly first: number
  readonly median: number
  readonly queries: number
  readonly samples: number
  readonly errors: readonly string[]
}

/** A panel has to be there within this. */
export const LIMIT_MS = 5_000

/** Panel by panel, as they come. */
export async function* timings(
  dashboard: Dashboard,
  prometheus: string,
  range: Range,
  rounds: number,
): AsyncGenerator<Timing> {
  const { values: variables } = await fillVariables(dashboard, prometheus, range)
  for (const [panel, targets] of prometheusTargets(dashboard)) {
    const times: number[] = []
    let answers: readonly Answer[] = []
    for (let round = 0; round < rounds; round += 1) {
      const began = performance.now()
      answers = await Promise.all(
        targets.map((target) => evaluate(panel, target, { prometheus, range, variables })),
      )
      times.push(performance.now() - began)
    }
    yield timingOf(dashboard, panel, times, answers)
  }
}

function timingOf(
  { uid }: Dashboard,
  { title = '' }: Panel,
  times: readonly number[],
  answers: readonly Answer[],
): Timing {
  return {
    uid,
    title,
    first: times[0] ?? NaN,
    median: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN,
    queries: answers.length,
    samples: answers.reduce((sum, { samples }) => sum + samples, 0),
    errors: answers.flatMap(({ error }) => error ?? []),
  }
}

/** A selector of a range, its name and its matchers. */
const SELECTOR = /([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})?\[(\d+)s\]/g

/** Counters that a query reads over the whole range; recorded series have a colon in their names. */
export function countersOver(promql: string, range: Range): readonly string[] {
  const seconds = Math.round((range.to - range.from) / 1000)
  return [...promql.matchAll(SELECTOR)].flatMap(([, name = '', matchers = '', window]) => {
    const read = !name.includes(':') && !matchers.includes('job=~"none"')
    return read && Number(window) >= seconds ? [name] : []
  })
}
