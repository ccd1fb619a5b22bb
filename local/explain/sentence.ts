/** What changed, in words that a finance person can forward. */

import type { Explanation } from './explanation.ts'

type Told = Omit<Explanation, 'sentence' | 'scale'> & {
  /** `support-triage v1 → v2`, where the prompt changed. */
  readonly promptChange?: string
  /** Milliseconds that the calls span: how exact a time has to be. */
  readonly span: number
}

/** Causes below this share of the change are left out of the sentence, not of the figures. */
const WORTH_TELLING = 0.02

export function sentenceOf(told: Told): string {
  const { before, after, unitType, causes, totalUsd } = told
  if (causes.length === 0) return steadySentence(told)
  const volume = causes.find((cause) => cause.name === 'volume')?.usd ?? 0
  const perUnit = totalUsd - volume
  if (Math.abs(perUnit) <= Math.abs(totalUsd) * WORTH_TELLING || before.units === 0) {
    return volumeSentence(told)
  }
  const decimals = decimalsFor(Math.max(before.usdPerUnit, after.usdPerUnit))
  const verb = isOver(told) ? 'cost' : 'costs'
  const head =
    `${told.feature} ${verb} ${dollars(after.usdPerUnit, decimals)} ${article(unitType)} ${when(told)}, ` +
    `${comparison(before.usdPerUnit, after.usdPerUnit)} the ${dollars(before.usdPerUnit, decimals)} ${before.name ?? 'before'}`
  const listed = causesOf(told, perUnit, decimals)
  const all = `${dollars(Math.abs(perUnit), decimalsFor(Math.abs(perUnit)))} ${perUnit > 0 ? 'more' : 'less'}`
  return `${head}${listed}. In all ${all} on ${after.units} ${plural(unitType, after.units)}${beside(told, decimals)}.`
}

function beside({ beside: costs = [], unitType }: Told, decimals: number): string {
  if (costs.length === 0) return ''
  const usd = costs.reduce((sum, { usdPerUnit }) => sum + usdPerUnit, 0)
  const names = costs.map(({ component }) => component).join(' and ')
  return `, beside the same ${dollars(usd, decimals)} ${article(unitType)} for ${names}`
}

const isOver = ({ until, after }: Told): boolean => until !== undefined || after.name !== undefined

/** `since 14:05`, `from 14:05 to 14:20`, or as the period is called. */
function when({ since, until, after, span }: Told): string {
  if (after.name !== undefined) return after.name
  const time = clock(span)
  return until === undefined ? `since ${time(since)}` : `from ${time(since)} to ${time(until)}`
}

function steadySentence(told: Told): string {
  const { after, unitType } = told
  const total = dollars(after.usd, decimalsFor(after.usd))
  return `${told.feature} cost the same ${when(told)}: ${total} on ${after.units} ${plural(unitType, after.units)}.`
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
  const than = before.name === undefined ? '' : ` than ${before.name}`
  return (
    `${told.feature} cost ${change} ${when(told)}${than}: ` +
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
