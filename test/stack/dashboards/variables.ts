/** The variables of a dashboard, filled from Prometheus as when it is opened. */

import { expand, stepOf, type Range, type Variables, type VariableValue } from './expand.ts'
import { variablesOf, type Dashboard, type Variable } from './model.ts'

export interface Filled {
  readonly values: Variables
  /** What a variable that asks Prometheus lets one choose. */
  readonly choices: ReadonlyMap<string, readonly string[]>
}

/**
 * Each variable by what it begins with: All where it has that, its own value where it has one, else its first choice.
 * @param chosen values that somebody chose, by name
 */
export async function fillVariables(
  dashboard: Dashboard,
  prometheus: string,
  range: Range,
  chosen: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<Filled> {
  const values = new Map<string, VariableValue>()
  const choices = new Map<string, readonly string[]>()
  for (const variable of variablesOf(dashboard)) {
    const own =
      variable.type === 'query' ? await ask(variable, prometheus, range, values) : undefined
    if (own !== undefined) choices.set(variable.name, own)
    values.set(variable.name, valueOf(variable, own ?? [], chosen[variable.name]))
  }
  return { values, choices }
}

function valueOf(
  variable: Variable,
  own: readonly string[],
  chosen: string | readonly string[] | undefined,
): VariableValue {
  const many = variable.multi === true || variable.includeAll === true
  if (chosen !== undefined) return { values: [chosen].flat(), many }
  const current = [variable.current?.value ?? []].flat()
  const all = variable.includeAll === true && (current.length === 0 || current[0] === '$__all')
  if (all) {
    const { allValue } = variable
    return { values: own, many, ...(allValue === undefined ? {} : { all: allValue }) }
  }
  if (variable.type === 'query') return { values: own.slice(0, 1), many }
  return { values: current.length > 0 ? current : [queryOf(variable)], many }
}

function queryOf({ query }: Variable): string {
  return typeof query === 'string' ? query : (query?.query ?? '')
}

async function ask(
  variable: Variable,
  prometheus: string,
  range: Range,
  before: Variables,
): Promise<readonly string[]> {
  const text = expand(queryOf(variable), before, range, stepOf(range, 1_000))
  const [, series, label] = /^label_values\((?:(.+),\s*)?([a-zA-Z_]\w*)\)$/s.exec(text.trim()) ?? []
  const found =
    label === undefined
      ? await results(text, prometheus, range)
      : await labels(prometheus, label, series, range)
  return filtered(found, variable.regex).toSorted()
}

async function labels(
  prometheus: string,
  label: string,
  series: string | undefined,
  { from, to }: Range,
): Promise<readonly string[]> {
  const search = new URLSearchParams({ start: `${from / 1000}`, end: `${to / 1000}` })
  if (series !== undefined) search.append('match[]', series)
  return (await get(
    `${prometheus}/api/v1/label/${label}/values?${search.toString()}`,
  )) as readonly string[]
}

/** `query_result(…)`: each sample as `name{labels} value timestamp`, from which a regular expression picks. */
async function results(
  text: string,
  prometheus: string,
  { to }: Range,
): Promise<readonly string[]> {
  const [, promql] = /^query_result\((.+)\)$/s.exec(text.trim()) ?? []
  if (promql === undefined) throw new Error(`'${text}' is no query of a variable`)
  const search = new URLSearchParams({ query: promql, time: `${to / 1000}` })
  const { result } = (await get(`${prometheus}/api/v1/query?${search.toString()}`)) as {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value: readonly [number, string]
    }[]
  }
  return result.map(({ metric, value }) => {
    const { __name__: name = '', ...rest } = metric
    const pairs = Object.entries(rest).map(([key, each]) => `${key}=${JSON.stringify(each)}`)
    return `${name}{${pairs.join(',')}} ${value[1]} ${value[0] * 1000}`
  })
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url)
  const answer = (await response.json()) as { status: string; error?: string; data?: unknown }
  if (answer.status !== 'success') throw new Error(`${url}: ${answer.error}`)
  return answer.data
}

function filtered(found: readonly string[], regex: string | undefined): readonly string[] {
  if (regex === undefined || regex === '') return found
  const [, source = regex, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(regex) ?? []
  const pattern = new RegExp(source, flags.replace('g', ''))
  const picked = found.flatMap((each) => {
    const match = pattern.exec(each)
    return match === null ? [] : [match.groups?.['value'] ?? match[1] ?? match[0]]
  })
  return [...new Set(picked)]
}
