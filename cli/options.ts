/** Options of commands: `node:util` parses, this turns its errors into one clear line. */

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { baselineOf, usdOf } from '../local/query.ts'
import { Misuse } from './command.ts'
import { instantOf } from './price-question.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Parses the words of a command. Positional words are refused unless `positionals` is true.
 * @throws Misuse naming the option and what is allowed.
 */
export function parseOptions<T extends Options>(
  command: string,
  args: readonly string[],
  options: T,
  positionals = false,
): ReturnType<typeof parseArgs<{ options: T; strict: true; allowPositionals: boolean }>> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: positionals })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const allowed = Object.keys(options)
      .map((name) => `--${name}`)
      .join(', ')
    throw new Misuse(`costspan ${command}: ${firstSentence(said)} Allowed: ${allowed}`)
  }
}

/** `node:util` appends advice for programmers after the first sentence. */
function firstSentence(message: string): string {
  const end = message.indexOf('. ')
  return end === -1 ? `${message.replace(/\.$/, '')}.` : message.slice(0, end + 1)
}

/**
 * A whole number within bounds.
 * @throws Misuse naming option, value and bounds.
 */
export function wholeNumber(
  option: string,
  value: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (!(number >= bounds.min && number <= bounds.max)) {
    throw new Misuse(
      `--${option} ${value}: must be a whole number from ${bounds.min} to ${bounds.max}`,
    )
  }
  return number
}

const SIZES: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

/**
 * Bytes of a size such as `500MB`, at least 10 MB.
 * @throws Misuse naming what is allowed.
 */
export function sizeOption(option: string, text: string): number {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?) ?([kmgt]b)$/i.exec(text) ?? []
  const bytes = Number(amount) * (SIZES[unit.toLowerCase()] ?? NaN)
  if (bytes >= 1e7) return bytes
  throw new Misuse(`--${option} ${text}: must be a size of at least 10MB, such as 500MB or 2GB`)
}

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }

/** `--budget`. @throws Misuse */
export function budgetOption(text: string): number {
  const usd = usdOf(text)
  if (usd === undefined) throw new Misuse(`--budget ${text}: must be USD a month, such as 500`)
  return usd
}

/** `--baseline`: an outcome and what it costs otherwise. @throws Misuse */
export function baselineOption(text: string): readonly [string, number] {
  const baseline = baselineOf(text)
  if (baseline !== undefined) return baseline
  throw new Misuse(`--baseline ${text}: must be OUTCOME=USD, such as ticket.resolved=18`)
}

/** Milliseconds of an age such as `90s` or `7d`. */
export function ageOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  return amount === undefined || unit === undefined
    ? undefined
    : Number(amount) * (UNITS[unit] ?? 0)
}

/**
 * `--since`: epoch milliseconds of an age before now, or of an ISO date.
 * @throws Misuse naming what is allowed.
 */
export function sinceOption(text: string, now = Date.now()): number {
  const age = ageOf(text)
  if (age !== undefined) return now - age
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isFinite(date)) return date
  throw new Misuse(`--since ${text}: must be an age such as 90s, 15m, 1h, 7d, or an ISO date`)
}

/**
 * Epoch milliseconds of a day (its start, UTC) or an instant with its zone.
 * @throws Misuse naming what is allowed.
 */
export function instantOption(option: string, text: string): number {
  const at = instantOf(text)
  if (at !== undefined) return at
  throw new Misuse(`--${option} ${text}: must be a day or an instant, such as 2026-06-01T12:00:00Z`)
}
