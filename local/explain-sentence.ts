/** What changed, in words that a finance person can forward. */

import type { CallRow } from './row.ts'
import { modelOf, type CauseName } from './explain-causes.ts'

export interface Cause {
  readonly name: CauseName
  /** What it is, in a few words: `repeated attempts`, `longer history`. */
  readonly label: string
  /** Of the whole change, not of one unit. */
  readonly usd: number
}

interface Told {
  readonly feature: string
  readonly since: number
  readonly until?: number
  readonly unitType: string
  readonly before: { readonly usdPerUnit: number; readonly units: number; readonly usd: number }
  readonly after: { readonly usdPerUnit: number; readonly units: number; readonly usd: number }
  readonly causes: readonly Cause[]
  readonly totalUsd: number
  /** `support-triage v1 → v2`, where the prompt changed. */
  readonly promptChange?: string
  /** Milliseconds that the calls span: how exact a time has to be. */
  readonly span: number
}

/** Causes below this share of the change are left out of the sentence, not of the figures. */
const WORTH_TELLING = 0.02

export function sentenceOf(told: Told): string {
  const volume = told.causes.find((cause) => cause.name === 'volume')?.usd ?? 0
  const perUnit = told.totalUsd - volume
  if (Math.abs(perUnit) <= Math.abs(told.totalUsd) * WORTH_TELLING || told.before.units === 0) {
    return volumeSentence(told)
  }
  const { before, after, unitType, until } = told
  const decimals = decimalsFor(Math.max(before.usdPerUnit, after.usdPerUnit))
  const time = clock(told.span)
  const when =
    until === undefined ? `since ${time(told.since)}` : `from ${time(told.since)} to ${time(until)}`
  const verb = until === undefined ? 'costs' : 'cost'
  const head =
    `${told.feature} ${verb} ${dollars(after.usdPerUnit, decimals)} ${article(unitType)} ${when}, ` +
    `${comparison(before.usdPerUnit, after.usdPerUnit)} the ${dollars(before.usdPerUnit, decimals)} before`
  const listed = causesOf(told, perUnit, decimals)
  const all = `${dollars(Math.abs(perUnit), decimalsFor(Math.abs(perUnit)))} ${perUnit > 0 ? 'more' : 'less'}`
  return `${head}${listed}. In all ${all} on ${after.units} ${plural(unitType, after.units)}.`
}

function causesOf(told: Told, perUnit: number, decimals: number): string {
  const worth = told.causes.filter(
    (cause) => cause.name !== 'volume' && Math.abs(cause.usd) >= Math.abs(perUnit) * WORTH_TELLING,
  )
  const listed = worth.map(
    (cause) => `${signed(cause.usd / told.after.units, decimals)} ${cause.label}`,
  )
  // The label of the system prompt's cause names the change itself.
  const prompt = worth.some((cause) => cause.name === 'system') ? undefined : told.promptChange
  const also = prompt === undefined ? '' : ` (the prompt changed: ${prompt})`
  return listed.length === 0 ? also : `: ${listed.join(', ')}${also}`
}

function volumeSentence(told: Told): string {
  const { before, after, unitType, totalUsd } = told
  const decimals = decimalsFor(Math.abs(totalUsd))
  const change = `${dollars(Math.abs(totalUsd), decimals)} ${totalUsd >= 0 ? 'more' : 'less'}`
  const each = dollars(after.usdPerUnit, decimalsFor(after.usdPerUnit))
  const price =
    before.units === 0 ? `, at ${each} each` : after.units === 0 ? '' : `, at the same ${each} each`
  return (
    `${told.feature} cost ${change} since ${clock(told.span)(told.since)}: ` +
    `${after.units} ${plural(unitType, after.units)} instead of ${before.units}${price}.`
  )
}

/** Three significant digits, at least cents. */
function decimalsFor(usd: number): number {
  if (!(usd > 0)) return 2
  return Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(usd))))
}

function dollars(usd: number, decimals: number): string {
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })}`
}

function signed(usd: number, decimals: number): string {
  return `${usd < 0 ? '−' : '+'}${dollars(Math.abs(usd), decimals)}`
}

function comparison(before: number, after: number): string {
  const ratio = after / before
  if (ratio >= 2) return `${ratio.toFixed(1)} times`
  const percent = Math.round(Math.abs(ratio - 1) * 100)
  return `${percent}% ${ratio >= 1 ? 'more' : 'less'} than`
}

export const article = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`
const plural = (noun: string, count: number): string => (count === 1 ? noun : `${noun}s`)

/** Local time, as exact as the calls' span asks for. */
function clock(span: number): (at: number) => string {
  return (at) => {
    const date = new Date(at)
    const two = (number: number): string => String(number).padStart(2, '0')
    const time = `${two(date.getHours())}:${two(date.getMinutes())}`
    if (span < 3_600_000) return `${time}:${two(date.getSeconds())}`
    if (span < 72_000_000) return time
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
  }
}

export interface Sides {
  readonly before: readonly CallRow[]
  readonly after: readonly CallRow[]
  readonly unitType: string
  /** False where `input` stands for all input. */
  readonly inputParts: boolean
}

export function labelOf(name: CauseName, usd: number, sides: Sides): string {
  const more = usd > 0
  switch (name) {
    case 'volume':
      return `${more ? 'more' : 'fewer'} ${sides.unitType}s`
    case 'attempts':
      return `${more ? '' : 'fewer '}repeated attempts`
    case 'history':
      return `${more ? 'longer' : 'shorter'} history`
    case 'system': {
      const change = promptChange(sides)
      const words = `${more ? 'longer' : 'shorter'} system prompt`
      return change === undefined ? words : `${words} (${change})`
    }
    case 'input':
      return sides.inputParts
        ? `${more ? 'longer' : 'shorter'} questions and tools`
        : `${more ? 'more' : 'less'} input (its parts are not recorded)`
    case 'output':
      return `${more ? 'longer' : 'shorter'} answers`
    case 'cache':
      return `${more ? 'less' : 'more'} from the cache`
    case 'model':
      return `${more ? 'dearer' : 'cheaper'} models${modelChange(sides)}`
    case 'price':
      return `${more ? 'higher' : 'lower'} prices`
    case 'remainder':
      return 'other'
  }
}

/** Where the most used version of a prompt is another one now. */
export function promptChange(sides: Pick<Sides, 'before' | 'after'>): string | undefined {
  const prompt = (row: CallRow): string | undefined =>
    row.promptVersion === undefined
      ? undefined
      : `${row.promptName ?? 'prompt'} ${row.promptVersion}`
  const [from, to] = [commonest(sides.before, prompt), commonest(sides.after, prompt)]
  if (from === undefined || to === undefined || from === to) return undefined
  const name = from.slice(0, from.lastIndexOf(' '))
  return to.startsWith(`${name} `) ? `${from} → ${to.slice(name.length + 1)}` : `${from} → ${to}`
}

function modelChange(sides: Pick<Sides, 'before' | 'after'>): string {
  const [from, to] = [commonest(sides.before, modelOf), commonest(sides.after, modelOf)]
  return from === undefined || to === undefined || from === to ? '' : ` (${from} → ${to})`
}

function commonest(
  rows: readonly CallRow[],
  of: (row: CallRow) => string | undefined,
): string | undefined {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const key = of(row)
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].sort((x, y) => y[1] - x[1])[0]?.[0]
}
