/** How long a company waits for its month: each panel's queries together, as a browser sends them. */

import { evaluate } from './evaluate.ts'
import type { Range } from './expand.ts'
import { prometheusTargets, type Dashboard } from './model.ts'
import { fillVariables } from './variables.ts'

export interface Timing {
  readonly uid: string
  readonly title: string
  /** Until the last of the panel's queries was answered. */
  readonly milliseconds: number
  /** Seconds of a processor that Prometheus took meanwhile. */
  readonly cpu: number
  readonly queries: number
  readonly samples: number
  readonly errors: readonly string[]
}

/** A panel has to be there within this. */
export const LIMIT_MS = 5_000

export interface Timed {
  readonly prometheus: string
  readonly range: Range
  /** Processor seconds that Prometheus has taken. */
  readonly cpu: () => number
}

/** Its variables, then each panel once, as they come. */
export async function* timings(
  dashboard: Dashboard,
  { prometheus, range, cpu }: Timed,
): AsyncGenerator<Timing> {
  const [opened, idle] = [performance.now(), cpu()]
  const { values: variables } = await fillVariables(dashboard, prometheus, range)
  yield {
    uid: dashboard.uid,
    title: 'Its variables',
    milliseconds: performance.now() - opened,
    cpu: cpu() - idle,
    queries: [...variables].length,
    samples: 0,
    errors: [],
  }
  for (const [{ title = '', ...panel }, targets] of prometheusTargets(dashboard)) {
    const [began, before] = [performance.now(), cpu()]
    const answers = await Promise.all(
      targets.map((target) => evaluate(panel, target, { prometheus, range, variables })),
    )
    yield {
      uid: dashboard.uid,
      title,
      milliseconds: performance.now() - began,
      cpu: cpu() - before,
      queries: answers.length,
      samples: answers.reduce((sum, { samples }) => sum + samples, 0),
      errors: answers.flatMap(({ error }) => error ?? []),
    }
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
