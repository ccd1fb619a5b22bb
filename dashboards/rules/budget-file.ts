/** collector-config/budgets.yaml: the one file that users edit. */

import { isObject, shown } from '../../instrumentation/core/unknown.ts'
import {
  FileProblem,
  parseYaml,
  type Path,
  type YamlFile,
} from '../../instrumentation/yaml-file.ts'
import { LABEL } from '../labels.ts'

export const PERIODS = { day: 1, week: 7, month: 30 } as const
export type Period = keyof typeof PERIODS

const SCOPES = {
  environment: LABEL.environment,
  team: LABEL.team,
  feature: LABEL.feature,
  prompt: LABEL.promptName,
  model: LABEL.model,
} as const

export const SCOPE_LABELS: readonly string[] = Object.values(SCOPES)

export interface Budget {
  readonly name: string
  readonly usd: number
  readonly per: Period
  /** By Prometheus label. */
  readonly of: Readonly<Record<string, string>>
}

export interface BudgetFile {
  /** Without a slash at its end. */
  readonly grafana: string
  readonly budgets: readonly Budget[]
  /** USD a unit, of features that have no own. */
  readonly unitLimit: number | undefined
  readonly featureLimits: Readonly<Record<string, number>>
}

/**
 * Checks the text of the file; `name` is what messages call it.
 * @throws FileProblem in one line: file and line, what is wrong, what is allowed.
 */
export function parseBudgets(text: string, name: string): BudgetFile {
  const file = parseYaml(text, name)
  const top = map(file, [], file.value ?? {}, ['grafana', 'budgets', 'limits'])
  const limits = map(file, ['limits'], top['limits'] ?? {}, ['usd_per_unit', 'features'])
  const unitLimit = limits['usd_per_unit']
  return {
    grafana: address(file, top['grafana']),
    budgets: budgetsOf(file, top['budgets'] ?? []),
    unitLimit:
      unitLimit === undefined ? undefined : usd(file, ['limits', 'usd_per_unit'], unitLimit),
    featureLimits: featureLimits(file, limits['features'] ?? {}),
  }
}

const DEFAULT_GRAFANA = 'http://127.0.0.1:3000'

function address(file: YamlFile, value: unknown): string {
  if (value === undefined) return DEFAULT_GRAFANA
  const isAddress = typeof value === 'string' && /^https?:\/\/[^\s"{}]+$/.test(value)
  if (!isAddress) throw problem(file, ['grafana'], value, 'an http or https address')
  return value.replace(/\/+$/, '')
}

function budgetsOf(file: YamlFile, value: unknown): readonly Budget[] {
  if (!Array.isArray(value)) throw problem(file, ['budgets'], value, 'a list of budgets')
  const budgets = value.map((each: unknown, index) => budgetOf(file, ['budgets', index], each))
  for (const [index, { name }] of budgets.entries()) {
    if (budgets.findIndex((other) => other.name === name) === index) continue
    throw problem(file, ['budgets', index, 'name'], name, 'a name that no other budget has')
  }
  return budgets
}

function budgetOf(file: YamlFile, path: Path, value: unknown): Budget {
  const budget = map(file, path, value, ['name', 'usd', 'per', 'of'])
  const { name, per = 'month' } = budget
  if (!isLabel(name)) throw problem(file, [...path, 'name'], name, NAME)
  if (!isPeriod(per)) throw problem(file, [...path, 'per'], per, Object.keys(PERIODS).join(', '))
  return {
    name,
    usd: usd(file, [...path, 'usd'], budget['usd']),
    per,
    of: scope(file, [...path, 'of'], budget['of'] ?? {}),
  }
}

function scope(file: YamlFile, path: Path, value: unknown): Readonly<Record<string, string>> {
  const named = map(file, path, value, Object.keys(SCOPES))
  return Object.fromEntries(
    Object.entries(named).map(([key, of]) => {
      if (!isLabel(of)) throw problem(file, [...path, key], of, NAME)
      return [SCOPES[key as keyof typeof SCOPES], of]
    }),
  )
}

function featureLimits(file: YamlFile, value: unknown): Readonly<Record<string, number>> {
  const path = ['limits', 'features']
  if (!isObject(value)) throw problem(file, path, value, 'a map of feature to USD')
  return Object.fromEntries(
    Object.entries(value).map(([feature, limit]) => {
      if (!isLabel(feature)) throw problem(file, [...path, feature], feature, NAME)
      return [feature, usd(file, [...path, feature], limit)]
    }),
  )
}

function usd(file: YamlFile, path: Path, value: unknown): number {
  const isAmount = typeof value === 'number' && Number.isFinite(value) && value > 0
  if (!isAmount) throw problem(file, path, value, 'USD, a number above 0')
  return value
}

const NAME = 'a text of 1 to 200 characters in one line, without quotes, backslashes and braces'

/** It stands in PromQL and in alert texts, where `{{` would be a template. */
function isLabel(value: unknown): value is string {
  return typeof value === 'string' && /^[^"'`\\{}$\p{Cc}]{1,200}$/u.test(value)
}

function isPeriod(value: unknown): value is Period {
  return typeof value === 'string' && Object.hasOwn(PERIODS, value)
}

function map(
  file: YamlFile,
  path: Path,
  value: unknown,
  allowed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw problem(file, path, value, `a map with ${allowed.join(', ')}`)
  const unknown = Object.keys(value).find((key) => !allowed.includes(key))
  if (unknown === undefined) return value
  throw new FileProblem(
    file.placeOf([...path, unknown]),
    `unknown key '${unknown}'; allowed: ${allowed.join(', ')}`,
  )
}

function problem(file: YamlFile, path: Path, value: unknown, allowed: string): FileProblem {
  const what = path.filter((step) => typeof step === 'string').join('.')
  return new FileProblem(
    file.placeOf(path),
    `${what === '' ? 'the file' : what} is ${quoted(value)}; allowed: ${allowed}`,
  )
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : shown(value)
}
