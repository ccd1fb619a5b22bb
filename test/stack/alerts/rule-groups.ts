/** Rule files evaluated rule by rule at one moment, as a Prometheus evaluates a group. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Alert, Group, Recording } from '../../../dashboards/rules/rule.ts'

export type RuleGroup = Group & { readonly file: string }

export function readGroups(folder: string): readonly RuleGroup[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  return files.flatMap((file) => {
    const { groups } = parse(readFileSync(join(folder, file), 'utf8')) as { groups: Group[] }
    return groups.map((group) => ({ ...group, file }))
  })
}

export interface Evaluated {
  readonly rule: string
  readonly seconds: number
  /** Samples that were read: the same each time. */
  readonly samples: number
  readonly series: readonly EvaluatedSeries[]
}

export interface EvaluatedSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** @param at seconds since 1970 */
export async function evaluateRule(
  prometheus: string,
  rule: Recording | Alert,
  at: number,
): Promise<Evaluated> {
  const body = new URLSearchParams({ query: rule.expr, time: String(at), stats: 'all' })
  const began = performance.now()
  const response = await fetch(`${prometheus}/api/v1/query`, { method: 'POST', body })
  const answer = (await response.json()) as Answer
  const name = 'record' in rule ? rule.record : rule.alert
  if (answer.status !== 'success') throw new Error(`${name}: ${answer.error}`)
  const more = 'record' in rule ? rule.labels : undefined
  return {
    rule: name,
    seconds: (performance.now() - began) / 1000,
    samples: answer.data.stats.samples.totalQueryableSamples,
    series: answer.data.result.map(({ metric, value: [, value] }) => {
      const { __name__, ...labels } = metric
      return { labels: { ...labels, ...more }, value: Number(value) }
    }),
  }
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value: readonly [number, string]
    }[]
    readonly stats: { readonly samples: { readonly totalQueryableSamples: number } }
  }
}

const SELECTED = /costspan:[\w:]+/g

/** Recorded series that an expression reads. */
export const recordedIn = (expr: string): readonly string[] => expr.match(SELECTED) ?? []
