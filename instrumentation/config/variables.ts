/**
 * The variables that mean something, and what each may be: for `costspan doctor`, which names what is misspelt. Nothing of
 * it runs in an application.
 */

import type { Environment } from './otel.ts'

/** Names what is allowed where a value is not; nothing where it is. */
type Check = (value: string) => string | undefined

const anything: Check = () => undefined

const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value) ? undefined : allowed.join(', ')

const listOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    value
      .split(',')
      .map((word) => word.trim())
      .every((word) => word === '' || allowed.includes(word))
      ? undefined
      : `a list of ${allowed.join(', ')}`

const number: Check = (value) => {
  const is = Number.isFinite(Number(value)) && Number(value) >= 0
  return is ? undefined : 'a number from 0'
}

const share: Check = (value) =>
  (number(value) ?? Number(value) > 1) ? 'a number from 0 to 1' : undefined

const url: Check = (value) => {
  const protocol = URL.canParse(value) ? new URL(value).protocol : undefined
  return protocol === 'http:' || protocol === 'https:'
    ? undefined
    : 'an address such as http://localhost:4318'
}

const pairs: Check = (value) =>
  value.split(',').every((pair) => pair.trim() === '' || pair.indexOf('=') > 0)
    ? undefined
    : 'pairs such as key=value,other=value'

/** What `readConfig` checks itself and tells of. */
const OWN = [
  'COSTSPAN_CONFIG',
  'COSTSPAN_CONTEXT',
  'COSTSPAN_COST_CENTER',
  'COSTSPAN_DISABLED',
  'COSTSPAN_FEATURE',
  'COSTSPAN_HASH_KEY',
  'COSTSPAN_PRICES',
  'COSTSPAN_PRICES_REFRESH',
  'COSTSPAN_PRICES_URL',
  'COSTSPAN_RULES',
  'COSTSPAN_STREAM_USAGE',
  'COSTSPAN_TEAM',
]

/** Set by `costspan doctor` for its processes, and by nobody else. */
const INTERNAL = 'COSTSPAN_DOCTOR'

/** Source: OpenTelemetry specification, "SDK environment variables" and "OTLP exporter configuration", as far as they hold here. */
const STANDARD: Readonly<Record<string, Check>> = {
  OTEL_SDK_DISABLED: oneOf('true', 'false'),
  OTEL_SERVICE_NAME: anything,
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_PROPAGATORS: listOf('tracecontext', 'baggage', 'b3', 'b3multi', 'none'),
  OTEL_TRACES_SAMPLER: oneOf(
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ),
  OTEL_TRACES_SAMPLER_ARG: share,
  OTEL_TRACES_EXPORTER: listOf('otlp', 'console', 'none'),
  OTEL_METRICS_EXPORTER: listOf('otlp', 'console', 'prometheus', 'none'),
  OTEL_LOGS_EXPORTER: listOf('otlp', 'console', 'none'),
  OTEL_METRIC_EXPORT_INTERVAL: number,
  OTEL_METRIC_EXPORT_TIMEOUT: number,
  OTEL_EXPORTER_PROMETHEUS_HOST: anything,
  OTEL_EXPORTER_PROMETHEUS_PORT: number,
  ...Object.fromEntries(['', 'TRACES_', 'METRICS_', 'LOGS_'].flatMap(otlp)),
  ...Object.fromEntries(['BSP', 'BLRP'].flatMap(batch)),
  ...Object.fromEntries(
    [
      'ATTRIBUTE_COUNT_LIMIT',
      'ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'SPAN_ATTRIBUTE_COUNT_LIMIT',
      'SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'SPAN_EVENT_COUNT_LIMIT',
      'SPAN_LINK_COUNT_LIMIT',
      'LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
      'LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ].map((name) => [`OTEL_${name}`, number]),
  ),
}

function otlp(signal: string): readonly (readonly [string, Check])[] {
  const name = (what: string): string => `OTEL_EXPORTER_OTLP_${signal}${what}`
  return [
    [name('ENDPOINT'), url],
    [name('PROTOCOL'), oneOf('http/protobuf', 'http/json', 'grpc')],
    [name('HEADERS'), pairs],
    [name('COMPRESSION'), oneOf('gzip', 'none')],
    [name('TIMEOUT'), number],
    [name('CERTIFICATE'), anything],
    [name('CLIENT_CERTIFICATE'), anything],
    [name('CLIENT_KEY'), anything],
    [name('INSECURE'), oneOf('true', 'false')],
    ...(signal === 'METRICS_' ? ([[name('TEMPORALITY_PREFERENCE'), anything]] as const) : []),
  ]
}

function batch(which: string): readonly (readonly [string, Check])[] {
  const names = ['SCHEDULE_DELAY', 'EXPORT_TIMEOUT', 'MAX_QUEUE_SIZE', 'MAX_EXPORT_BATCH_SIZE']
  return names.map((name) => [`OTEL_${which}_${name}`, number])
}

export interface Variables {
  /** Names of those that are set and mean something. */
  readonly set: readonly string[]
  /** Names that mean nothing here. */
  readonly unknown: readonly string[]
  /** One line each: name, value, what is allowed. Headers and keys are not shown. */
  readonly problems: readonly string[]
}

/** All that are known: to find what a misspelt one was meant to be. */
export const KNOWN_VARIABLES: readonly string[] = [...OWN, ...Object.keys(STANDARD)]

export function readVariables(env: Environment): Variables {
  const given = Object.entries(env).flatMap(([name, value]) => {
    const said = value?.trim() ?? ''
    return /^(?:OTEL|COSTSPAN)_/.test(name) && said !== '' && name !== INTERNAL
      ? [[name, said] as const]
      : []
  })
  const problems = given.flatMap(([name, value]) => {
    const allowed = Object.hasOwn(STANDARD, name) ? STANDARD[name]?.(value) : undefined
    if (allowed === undefined) return []
    const shown = name.endsWith('HEADERS') ? '' : `=${value.slice(0, 60)}`
    return [`${name}${shown} is not allowed; allowed: ${allowed}`]
  })
  const names = given.map(([name]) => name).toSorted()
  return {
    set: names.filter((name) => KNOWN_VARIABLES.includes(name)),
    unknown: names.filter((name) => !KNOWN_VARIABLES.includes(name)),
    problems,
  }
}
