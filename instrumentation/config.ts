/**
 * The one file that reads the environment; what it is read into stands in `config/`. Environment beats file beats default; the
 * result is frozen. A bad value never stops the application: it is named in `problems`, one line each, and the
 * default stands in for it.
 */

import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Attribution } from './core/attribution.ts'
import type { Problem } from './core/cost-rule-reading.ts'
import type { CostRule } from './core/cost-rule.ts'
import { at, shown } from './core/unknown.ts'
import {
  ATTRIBUTION_KEYS,
  readAttribution,
  readDefaults,
  type AttributionWritten,
} from './config/attribution.ts'
import type { SettingsFile } from './config/file.ts'
import { readHosts } from './config/hosts.ts'
import { readOtelSettings, type Environment, type OtelSettings } from './config/otel.ts'
import { onDemand } from './on-demand.ts'

export type { OtelSettings } from './config/otel.ts'

export type StreamUsage = 'known' | 'on' | 'off'

export interface Config {
  /** `COSTSPAN_DISABLED`: nothing is hooked; `withAttribution` only runs its function. Default false. */
  readonly disabled: boolean
  /** `COSTSPAN_STREAM_USAGE`: ask chat streams for usage: at hosts known to take it (`known`, default), everywhere, nowhere. */
  readonly streamUsage: StreamUsage
  /** `hosts` of the file: whose forms hosts of one's own speak, by name. Default none. */
  readonly hosts: Readonly<Record<string, string>>
  /** `COSTSPAN_CONTEXT`: keep turn, context parts and repeats (roles, lengths and a hash, never text). Default true. */
  readonly context: boolean
  /** Attribution of every call that says nothing else: `attribution` of the file, `COSTSPAN_FEATURE`, `COSTSPAN_TEAM`, `COSTSPAN_COST_CENTER`. */
  readonly defaults: Attribution
  /** Rules, allow-lists, policy: as they are written. */
  readonly attribution: AttributionWritten
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
  /** `COSTSPAN_DOCTOR`: the folder to which `costspan doctor` has its processes tell what they see. */
  readonly doctor: string | undefined
  readonly otel: OtelSettings
  /** What was wrong, one line each: name, value, what is allowed, what is used instead. */
  readonly problems: readonly string[]
}

export function readConfig(env: Environment = process.env): Config {
  const problems: string[] = []
  const written = readFile(env['COSTSPAN_CONFIG'], problems)
  const file = written.value
  const pick = picker(env, written, problems)
  return Object.freeze({
    disabled: pick.flag('COSTSPAN_DISABLED', 'disabled', false),
    streamUsage: pick.choice('COSTSPAN_STREAM_USAGE', 'streamUsage', ['known', 'on', 'off']),
    hosts: readHosts(file['hosts'], (path, line) => {
      problems.push(`${written.placeOf(['hosts', ...path])}: ${line}`)
    }),
    context: pick.choice('COSTSPAN_CONTEXT', 'context', ['on', 'off']) === 'on',
    defaults: readDefaults(env, written, problems),
    attribution: readAttribution(env, written, problems),
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
      problems.push(`${written.placeOf(['costs', ...path])}: ${line}`)
    }),
    idleTimeoutMs: pick.milliseconds('idleTimeoutMs', 600_000),
    flushTimeoutMs: pick.milliseconds('flushTimeoutMs', 2_000),
    exitHandover: at(file, 'exitHandover') !== false,
    sdkDisabled: env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true',
    doctor: env['COSTSPAN_DOCTOR'] || undefined,
    otel: readOtelSettings(env),
    problems,
  })
}

const FILE_KEYS = [
  'disabled',
  'streamUsage',
  'hosts',
  'context',
  'prices',
  'pricesUrl',
  'pricesRefresh',
  'attribution',
  ...ATTRIBUTION_KEYS,
  'metrics',
  'costs',
  'idleTimeoutMs',
  'flushTimeoutMs',
  'exitHandover',
]

const NO_FILE: SettingsFile = { value: {}, placeOf: () => 'COSTSPAN_CONFIG' }

function readFile(path: string | undefined, problems: string[]): SettingsFile {
  if (!path) return NO_FILE
  const { readSettingsFile } = onDemand('config/file') as typeof import('./config/file.ts')
  return readSettingsFile(path, FILE_KEYS, problems) ?? NO_FILE
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

/** One setting at a time: environment beats file beats default; a bad value is named and the default stands in. */
interface Picker {
  flag(variable: string, key: string, fallback: boolean): boolean
  choice<T extends string>(variable: string, key: string, allowed: readonly [T, ...T[]]): T
  milliseconds(key: string, fallback: number): number
  hours(variable: string, key: string, fallback: number): number
}

function picker(env: Environment, file: SettingsFile, problems: string[]): Picker {
  /** The value, and where it is from; the environment first. */
  const found = (variable: string | undefined, key: string) => {
    const said = variable === undefined ? undefined : env[variable]?.trim()
    if (said) return { value: said, from: () => `${variable}=` }
    return { value: file.value[key], from: () => `${file.placeOf([key])}: ${key}=` }
  }
  const complain = (from: () => string, value: unknown, allowed: string, used: unknown): void => {
    problems.push(
      `${from()}${shown(value)} is not allowed; allowed: ${allowed}. Using ${String(used)}.`,
    )
  }
  return {
    flag(variable, key, fallback) {
      const { value, from } = found(variable, key)
      if (value === undefined) return fallback
      const word = shown(value).toLowerCase()
      if (word === 'true' || word === '1') return true
      if (word === 'false' || word === '0') return false
      complain(from, value, 'true, false, 1, 0', fallback)
      return fallback
    },
    choice(variable, key, allowed) {
      const { value, from } = found(variable, key)
      if (value === undefined) return allowed[0]
      const chosen = allowed.find((word) => word === value)
      if (chosen === undefined) complain(from, value, allowed.join(', '), allowed[0])
      return chosen ?? allowed[0]
    },
    hours(variable, key, fallback) {
      const { value, from } = found(variable, key)
      if (value === undefined) return fallback
      const hours = Number(value)
      // Below five minutes it would be a burden on who serves it; setTimeout has no room for a month.
      if (hours >= 1 / 12 && hours <= 500) return hours
      complain(from, value, 'hours from 0.084 to 500', fallback)
      return fallback
    },
    milliseconds(key, fallback) {
      const { value, from } = found(undefined, key)
      if (value === undefined) return fallback
      if (typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1) return value
      complain(from, value, 'milliseconds above 0', fallback)
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

/** Our environment, for a command that looks at how an application would be configured. */
export function environment(): Environment {
  return process.env
}
