/**
 * The one file that reads the environment and the configuration file. Environment beats file beats default; the
 * result is frozen. A bad value never stops the application: it is named in `problems`, one line each, and the
 * default stands in for it.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Attribution } from './core/attribution.ts'
import type { Problem } from './core/cost-rule-reading.ts'
import type { CostRule } from './core/cost-rule.ts'
import { at, isObject, type JsonObject } from './core/unknown.ts'
import { onDemand } from './on-demand.ts'
import { readOtelSettings, type Environment, type OtelSettings } from './otel-settings.ts'

export type { OtelSettings } from './otel-settings.ts'

export type StreamUsage = 'known' | 'on' | 'off'

export interface Config {
  /** `COSTSPAN_DISABLED`: nothing is hooked; `withAttribution` only runs its function. Default false. */
  readonly disabled: boolean
  /** `COSTSPAN_STREAM_USAGE`: ask chat streams for usage: at hosts known to take it (`known`, default), everywhere, nowhere. */
  readonly streamUsage: StreamUsage
  /** `COSTSPAN_CONTEXT`: keep turn, context parts and repeats (roles, lengths and a hash, never text). Default true. */
  readonly context: boolean
  /** Attribution of every call that says nothing else: `COSTSPAN_FEATURE`, `COSTSPAN_TEAM`, `COSTSPAN_COST_CENTER`. */
  readonly defaults: Attribution
  /** `COSTSPAN_PRICES`: path of the user's price file. */
  readonly priceFile: string | undefined
  /** `COSTSPAN_PRICES_URL`: where newer list prices are fetched from, a URL or a path; absent: nothing is fetched. */
  readonly pricesUrl: string | undefined
  /** `COSTSPAN_PRICES_REFRESH`: hours between looks. Milliseconds here, default a day. */
  readonly pricesRefreshMs: number
  /** Where the last good refreshed prices are kept: in the user's cache folder. */
  readonly pricesCache: string
  /** `metrics.customer` of the file: customer becomes a metric attribute. Default false. */
  readonly customerOnMetrics: boolean
  /** `costs` of the file: prices of spans that are no calls. */
  readonly costs: readonly CostRule[]
  /** A stream that nobody has read for this long has ended as `aborted`. Milliseconds, default 600,000. */
  readonly idleTimeoutMs: number
  /** The longest that process end waits for the last export. Milliseconds, default 2,000. */
  readonly flushTimeoutMs: number
  /** At `process.exit`, hand what is unsent to a short-lived child process. Default true. */
  readonly exitHandover: boolean
  /** `OTEL_SDK_DISABLED`: calls pass untouched, as the OpenTelemetry specification wants it. */
  readonly sdkDisabled: boolean
  readonly otel: OtelSettings
  /** What was wrong, one line each: name, value, what is allowed, what is used instead. */
  readonly problems: readonly string[]
}

export function readConfig(env: Environment = process.env): Config {
  const problems: string[] = []
  const { settings: file, place } = readConfigFile(env['COSTSPAN_CONFIG'], problems)
  const pick = picker(env, file, problems)
  const feature = env['COSTSPAN_FEATURE'] ?? textAt(file, 'attribution', 'feature')
  const team = env['COSTSPAN_TEAM'] ?? textAt(file, 'attribution', 'team')
  const costCenter = env['COSTSPAN_COST_CENTER'] ?? textAt(file, 'attribution', 'costCenter')
  return Object.freeze({
    disabled: pick.flag('COSTSPAN_DISABLED', 'disabled', false),
    streamUsage: pick.choice('COSTSPAN_STREAM_USAGE', 'streamUsage', ['known', 'on', 'off']),
    context: pick.choice('COSTSPAN_CONTEXT', 'context', ['on', 'off']) === 'on',
    defaults: {
      ...(feature ? { feature } : {}),
      ...(team ? { team } : {}),
      ...(costCenter ? { costCenter } : {}),
    },
    priceFile: env['COSTSPAN_PRICES'] || textAt(file, 'prices'),
    pricesUrl: env['COSTSPAN_PRICES_URL']?.trim() || textAt(file, 'pricesUrl'),
    pricesRefreshMs: pick.hours('COSTSPAN_PRICES_REFRESH', 'pricesRefresh', 24) * 3_600_000,
    pricesCache: join(
      env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
      'costspan',
      'prices.json',
    ),
    customerOnMetrics: at(file, 'metrics', 'customer') === true,
    costs: readCosts(file['costs'], (path, line) => {
      problems.push(`${place(['costs', ...path])}: ${line}`)
    }),
    idleTimeoutMs: pick.milliseconds('idleTimeoutMs', 600_000),
    flushTimeoutMs: pick.milliseconds('flushTimeoutMs', 2_000),
    exitHandover: at(file, 'exitHandover') !== false,
    sdkDisabled: env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true',
    otel: readOtelSettings(env),
    problems,
  })
}

const FILE_KEYS = [
  'disabled',
  'streamUsage',
  'context',
  'prices',
  'pricesUrl',
  'pricesRefresh',
  'attribution',
  'metrics',
  'costs',
  'idleTimeoutMs',
  'flushTimeoutMs',
  'exitHandover',
]

interface ConfigFile {
  readonly settings: JsonObject
  /** `COSTSPAN_CONFIG`, the file and the line of what stands at this path: where a problem is. */
  readonly place: (path: readonly (string | number)[]) => string
}

function readConfigFile(path: string | undefined, problems: string[]): ConfigFile {
  const named = `COSTSPAN_CONFIG ${String(path)}`
  if (!path) return { settings: {}, place: () => named }
  try {
    const { settings, lineOf } = parseYaml(readFileSync(path, 'utf8'))
    if (!isObject(settings)) throw new Error('must be a map of settings')
    const unknown = Object.keys(settings).filter((key) => !FILE_KEYS.includes(key))
    for (const key of unknown) {
      problems.push(`${named}: no setting '${key}'. Allowed: ${FILE_KEYS.join(', ')}`)
    }
    return { settings, place: (where) => `${named} line ${lineOf(where)}` }
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    problems.push(`${named}: ${why}. Using the defaults.`)
    return { settings: {}, place: () => named }
  }
}

/** YAML or JSON (which is YAML). The parser is loaded only where a file is read: start-up is on a budget. */
function parseYaml(source: string): {
  readonly settings: unknown
  /** The line of what stands at a path, or of what is nearest above it. */
  readonly lineOf: (path: readonly (string | number)[]) => number
} {
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(source, { lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined) throw error
  const lineOf = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true)
    if (yaml.isNode(node) && node.range != null) return lines.linePos(node.range[0]).line
    return path.length === 0 ? 1 : lineOf(path.slice(0, -1))
  }
  return { settings: document.toJS(), lineOf }
}

function readCosts(value: unknown, problem: Problem): readonly CostRule[] {
  if (value === undefined) return []
  type Reading = typeof import('./core/cost-rule-reading.ts')
  return (onDemand('core/cost-rule-reading') as Reading).readCostRules(value, problem)
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

interface Picker {
  flag(variable: string, key: string, fallback: boolean): boolean
  choice<T extends string>(variable: string, key: string, allowed: readonly [T, ...T[]]): T
  milliseconds(key: string, fallback: number): number
  hours(variable: string, key: string, fallback: number): number
}

function picker(env: Environment, file: JsonObject, problems: string[]): Picker {
  const complain = (where: string, value: unknown, allowed: string, used: unknown): void => {
    problems.push(
      `${where}=${String(value)} is not allowed; allowed: ${allowed}. Using ${String(used)}.`,
    )
  }
  return {
    flag(variable, key, fallback) {
      const value = env[variable]?.trim().toLowerCase() || file[key]
      if (value === undefined) return fallback
      if (value === true || value === 'true' || value === '1') return true
      if (value === false || value === 'false' || value === '0') return false
      complain(variable, value, 'true, false, 1, 0', fallback)
      return fallback
    },
    choice(variable, key, allowed) {
      const value = env[variable]?.trim() || file[key]
      if (value === undefined) return allowed[0]
      const found = allowed.find((word) => word === value)
      if (found === undefined) complain(variable, value, allowed.join(', '), allowed[0])
      return found ?? allowed[0]
    },
    hours(variable, key, fallback) {
      const value = env[variable]?.trim() || file[key]
      if (value === undefined) return fallback
      const hours = Number(value)
      // Below five minutes it would be a burden on who serves it; setTimeout has no room for a month.
      if (hours >= 1 / 12 && hours <= 500) return hours
      complain(variable, value, 'hours from 0.084 to 500', fallback)
      return fallback
    },
    milliseconds(key, fallback) {
      const value = file[key]
      if (value === undefined) return fallback
      if (typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1) return value
      complain(`COSTSPAN_CONFIG ${key}`, value, 'milliseconds above 0', fallback)
      return fallback
    },
  }
}

/** A copy of our environment for a child process, without what configures telemetry unless it is asked for. */
export function inheritedEnv(
  options: { readonly telemetry?: boolean } = {},
): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue
    if (options.telemetry !== true && /^(OTEL_|COSTSPAN_)/.test(name)) continue
    result[name] = value
  }
  return result
}
