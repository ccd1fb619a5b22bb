/** What is written about attribution. What it means is for the attribution stage, which names mistakes by their place. */

import type { Attribution } from '../core/attribution.ts'
import { label } from '../core/label.ts'
import { at, isObject, text, type JsonObject } from '../core/unknown.ts'
import { onDemand } from '../on-demand.ts'
import type { SettingsFile, Written } from './file.ts'
import type { Environment } from './otel.ts'

export const ATTRIBUTION_KEYS = [
  'rules',
  'inbound',
  'outbound',
  'providerFields',
  'promptVersion',
  'require',
  'values',
  'hashUsers',
  'hashKey',
]

export interface AttributionWritten {
  /** Those of the file's settings that are in `ATTRIBUTION_KEYS`. */
  readonly settings: JsonObject
  readonly placeOf: (path: readonly (string | number)[]) => string
  /** `COSTSPAN_RULES`, or `rules` in the file: a path, or the list itself. */
  readonly rules: Written | undefined
  /** `COSTSPAN_HASH_KEY`, or `hashKey` in the file. A secret. */
  readonly hashKey: string | undefined
  /** `service.name` as the standard variables have it. */
  readonly service: string | undefined
}

const DEFAULT_KEYS = ['feature', 'team', 'customer', 'costCenter'] as const

const VARIABLES: Readonly<Record<string, string>> = {
  feature: 'COSTSPAN_FEATURE',
  team: 'COSTSPAN_TEAM',
  costCenter: 'COSTSPAN_COST_CENTER',
}

/** Attribution of every call that says nothing else. */
export function readDefaults(
  env: Environment,
  file: SettingsFile,
  problems: string[],
): Attribution {
  const written: unknown = file.value['attribution']
  const keys = isObject(written) ? Object.keys(written) : []
  for (const key of keys.filter((one) => !DEFAULT_KEYS.some((known) => known === one))) {
    const place = file.placeOf(['attribution', key])
    problems.push(`${place}: no attribution '${key}'. Allowed: ${DEFAULT_KEYS.join(', ')}`)
  }
  const said = DEFAULT_KEYS.flatMap((key) => {
    const value = label(env[VARIABLES[key] ?? '']) ?? label(at(written, key))
    return value === undefined ? [] : [[key, value] as const]
  })
  return Object.fromEntries(said)
}

export function readAttribution(
  env: Environment,
  file: SettingsFile,
  problems: string[],
): AttributionWritten {
  const entries = Object.entries(file.value).filter(([key]) => ATTRIBUTION_KEYS.includes(key))
  return {
    settings: Object.fromEntries(entries),
    placeOf: (path) => file.placeOf(path),
    rules: rulesOf(env, file, problems),
    hashKey: env['COSTSPAN_HASH_KEY'] || text(file.value['hashKey']),
    service: text(env['OTEL_SERVICE_NAME']) ?? serviceOf(env['OTEL_RESOURCE_ATTRIBUTES']),
  }
}

function rulesOf(env: Environment, file: SettingsFile, problems: string[]): Written | undefined {
  const path = env['COSTSPAN_RULES'] || file.value['rules']
  if (typeof path !== 'string') {
    if (path === undefined) return undefined
    return { value: path, placeOf: (where) => file.placeOf(['rules', ...where]) }
  }
  const { readWritten } = onDemand('config/file') as typeof import('./file.ts')
  return readWritten(path, (place, problem) => {
    problems.push(`rules ${place}: ${problem}. There are no rules then.`)
  })
}

/** Source: OpenTelemetry specification, "Resource SDK": `key=value` pairs, values percent-encoded. */
function serviceOf(attributes: string | undefined): string | undefined {
  const pair = /(?:^|,)\s*service\.name\s*=([^,]*)/.exec(attributes ?? '')?.[1]?.trim()
  if (pair === undefined) return undefined
  try {
    return text(decodeURIComponent(pair))
  } catch {
    return text(pair) // a stray percent sign: the name as it stands
  }
}
