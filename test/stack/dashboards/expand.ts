/**
 * Variables and macros as Grafana puts them into a query of Prometheus. Source: Grafana 12.4, `packages/grafana-prometheus`
 * (`interpolateQueryExpr`), `packages/grafana-data` (`variableRegex`, `roundInterval`) and `pkg/promlib/models/query.go`.
 */

export interface VariableValue {
  readonly values: readonly string[]
  /** Of several values, or of All: escaped for a regular expression and joined. */
  readonly many: boolean
  /** As it stands, in place of the values. */
  readonly all?: string
}

export interface Range {
  /** Milliseconds since 1970, as is `to`. */
  readonly from: number
  readonly to: number
}

export interface Step {
  readonly seconds: number
  /** `$__rate_interval`, seconds. */
  readonly rate: number
}

export type Variables = ReadonlyMap<string, VariableValue>

/** `$name`, `[[name:format]]`, `${name.field:format}`. */
const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}/g

/** The data source's `timeInterval` in what is provisioned. */
const SCRAPE_SECONDS = 15
/** Prometheus refuses more points of a series. */
const MOST_POINTS = 11_000

/** @throws Error where a variable is not defined: Grafana would send its name to Prometheus. */
export function expand(text: string, variables: Variables, range: Range, step: Step): string {
  const macros = macrosOf(range, step)
  return text.replaceAll(VARIABLE, (match, ...groups: (string | undefined)[]) => {
    const name = groups[0] ?? groups[1] ?? groups[3] ?? ''
    const format = groups[2] ?? groups[4]
    const macro = macros[name]
    if (macro !== undefined) return macro
    const value = variables.get(name)
    if (value === undefined) throw new Error(`${match} is no variable of the dashboard`)
    return formatted(value, format)
  })
}

function macrosOf({ from, to }: Range, { seconds, rate }: Step): Readonly<Record<string, string>> {
  const range = Math.round((to - from) / 1000)
  return {
    __interval: `${seconds}s`,
    __interval_ms: `${seconds * 1000}`,
    __rate_interval: `${rate}s`,
    __rate_interval_ms: `${rate * 1000}`,
    __range: `${range}s`,
    __range_s: `${range}`,
    __range_ms: `${range * 1000}`,
    __from: `${from}`,
    __to: `${to}`,
  }
}

function formatted({ values, many, all }: VariableValue, format: string | undefined): string {
  if (all !== undefined) return all
  const [first = ''] = values
  switch (format) {
    case undefined:
      return many ? alternatives(values.map(regexText)) : quotedText(first)
    case 'regex':
      return alternatives(values.map((value) => value.replaceAll(/[/\\^$*+?.()|[\]{}]/g, '\\$&')))
    case 'raw':
    case 'text':
      return values.join(',')
    case 'csv':
      return values.join(',')
    case 'pipe':
      return values.join('|')
    case 'doublequote':
      return values.map((value) => JSON.stringify(value)).join(',')
    default:
      throw new Error(`the format ${format} is not known here`)
  }
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `(${values.join('|')})`
}

/** `prometheusRegularEscape`: for a value in quotes. */
function quotedText(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll("'", "\\\\'")
}

/** `prometheusSpecialRegexEscape`: for a regular expression in quotes. */
function regexText(value: string): string {
  return value.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]'+?.()|]/g, '\\\\$&')
}

/** @param least the target's or panel's least step, of `15s` or the like */
export function stepOf({ from, to }: Range, points: number, least?: string): Step {
  const minimum = least === undefined ? SCRAPE_SECONDS : secondsOf(least)
  const rounded = roundInterval((to - from) / points) / 1000
  const safe = Math.ceil((to - from) / 1000 / MOST_POINTS)
  const seconds = Math.max(rounded, minimum, safe)
  return { seconds, rate: Math.max(seconds + minimum, 4 * minimum) }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

export function secondsOf(duration: string): number {
  const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(duration) ?? []
  if (count === undefined) throw new Error(`'${duration}' is no duration; allowed: 15s, 5m, 1h`)
  return Number(count) * UNITS[unit]!
}

/** Below the first, the second: milliseconds. */
const ROUNDED: readonly (readonly [number, number])[] = [
  [1_500, 1_000],
  [3_500, 2_000],
  [7_500, 5_000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
]

function roundInterval(milliseconds: number): number {
  return ROUNDED.find(([below]) => milliseconds < below)?.[1] ?? 604_800_000
}
