/** A cause in a few words: which way it went, and what is known of why. */

import type { CallRow } from '../row.ts'
import type { CauseName } from './accounts.ts'
import { isRepeat, modelOf } from './kinds.ts'
import type { Side } from './spend.ts'

export interface Sides {
  readonly before: Side
  readonly after: Side
  readonly unitType: string
}

export function labelOf(name: CauseName, pico: bigint, sides: Sides): string {
  const more = pico > 0n
  if (name.startsWith('component:')) {
    return `${more ? 'more for' : 'less for'} ${name.slice('component:'.length)}`
  }
  const said = name as Exclude<CauseName, `component:${string}`>
  switch (said) {
    case 'volume':
      return `${more ? 'more' : 'fewer'} ${sides.unitType}s`
    case 'attempts':
      return `${more ? '' : 'fewer '}repeated attempts`
    case 'system':
      return `${tokensChange('system', more, sides)}${bracketed(promptChange(sides))}`
    case 'tools':
      return tokensChange('tools', more, sides)
    case 'history':
      return `${more ? 'longer' : 'shorter'} history`
    case 'rest':
      return tokensChange('rest', more, sides)
    case 'input':
      return `${more ? 'more' : 'less'} input (its parts are not recorded)`
    case 'output':
      return tokensChange('output', more, sides)
    case 'cache':
      return `${more ? 'less' : 'more'} from the cache`
    case 'model':
      return `${more ? 'dearer' : 'cheaper'} models${bracketed(modelChange(sides))}`
    case 'price':
      return `${more ? 'higher' : 'lower'} prices${bracketed(tierChange(sides))}`
    case 'fees':
      return `${more ? 'more' : 'less'} for tool fees`
    case 'media':
      return `${more ? 'more' : 'less'} audio, images and video`
    case 'remainder':
      return 'other: amounts whose parts are not stated'
  }
}

type Counted = 'system' | 'tools' | 'rest' | 'output'

const WORDS: Readonly<Record<Counted, string>> = {
  system: 'system prompt',
  tools: 'tool definitions',
  rest: 'questions',
  output: 'answers',
}

/** Longer ones, or as long as before in more calls: whichever changed more. */
function tokensChange(name: Counted, more: boolean, { before, after, unitType }: Sides): string {
  const [was, is] = [perUnit(before, name), perUnit(after, name)]
  const calls = Math.log(is.calls / was.calls)
  const tokens = Math.log(is.tokens / was.tokens)
  if (Math.sign(calls) === Math.sign(tokens) && Math.abs(calls) > Math.abs(tokens) / 2) {
    const each = `${is.calls.toFixed(1)} calls a ${unitType} instead of ${was.calls.toFixed(1)}`
    return `${WORDS[name]} in ${more ? 'more' : 'fewer'} calls (${each})`
  }
  return `${more ? 'longer' : 'shorter'} ${WORDS[name]}`
}

function perUnit(
  { calls, units }: Side,
  name: Counted,
): { readonly calls: number; readonly tokens: number } {
  const first = calls.filter((row) => !isRepeat(row))
  const tokens = first.reduce((sum, row) => sum + tokensOf(row, name), 0)
  return { calls: first.length / Math.max(1, units), tokens: tokens / Math.max(1, units) }
}

function tokensOf({ context, inputTokens = 0, outputTokens = 0 }: CallRow, name: Counted): number {
  if (name === 'output') return outputTokens
  if (context === undefined) return name === 'rest' ? inputTokens : 0
  return context[name]
}

const bracketed = (text: string | undefined): string => (text === undefined ? '' : ` (${text})`)

/** Where the most used version of a prompt is another one now. */
export function promptChange(sides: Pick<Sides, 'before' | 'after'>): string | undefined {
  const prompt = (row: CallRow): string | undefined =>
    row.promptVersion === undefined
      ? undefined
      : `${row.promptName ?? 'prompt'} ${row.promptVersion}`
  const change = changed(sides, prompt)
  if (change === undefined) return undefined
  const { from, to } = change
  const name = from.slice(0, from.lastIndexOf(' '))
  return to.startsWith(`${name} `) ? `${from} → ${to.slice(name.length + 1)}` : `${from} → ${to}`
}

function modelChange(sides: Sides): string | undefined {
  const change = changed(sides, modelOf)
  return change && `${change.from} → ${change.to}`
}

function tierChange(sides: Sides): string | undefined {
  const change = changed(sides, (row) => row.priceContext?.serviceTier)
  return change && `service tier ${change.from} → ${change.to}`
}

function changed(
  { before, after }: Pick<Sides, 'before' | 'after'>,
  of: (row: CallRow) => string | undefined,
): { readonly from: string; readonly to: string } | undefined {
  const [from, to] = [commonest(before.calls, of), commonest(after.calls, of)]
  return from === undefined || to === undefined || from === to ? undefined : { from, to }
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
