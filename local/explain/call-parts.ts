/**
 * A call's cost taken apart by what its tokens were: the prompt's parts, and the answer. Whole pico-dollars (1e-12
 * USD), exact up to $9,000 a call.
 */

import type { CallRow } from '../row.ts'

/** `input` stands for all input of a call that does not say what it was made of. */
export const TOKEN_CLASSES = ['system', 'tools', 'history', 'rest', 'input', 'output'] as const
export type TokenClass = (typeof TOKEN_CLASSES)[number]

/** In the order in which providers cache a prompt: from its beginning, and tools come before everything. */
const PROMPT_CLASSES = ['tools', 'system', 'history', 'rest'] as const
export type PromptClass = (typeof PROMPT_CLASSES)[number]

export interface ClassCost {
  readonly name: TokenClass
  readonly tokens: number
  /** As if none of them had been cached. */
  readonly full: number
  readonly paid: number
}

/** How many more tokens a character of this part has than one of the whole: 1.25 is a quarter more. Default 1. */
export type Densities = Readonly<Partial<Record<PromptClass, number>>>

/**
 * @param rate uncached input, pico-dollars a token, for calls whose input was cached to the last token
 * @returns the token classes only: fees, media and what the span does not state are in none
 */
export function classCosts(
  row: CallRow,
  rate: number | undefined,
  densities: Densities = {},
): readonly ClassCost[] {
  const found: ClassCost[] = []
  const input = textInput(row)
  if (input !== undefined) found.push(...inputCosts(row, input, rate, densities))
  const tokens = textOutput(row)
  const paid = pico(row.parts.output)
  if (tokens > 0 && paid > 0) found.push({ name: 'output', tokens, full: paid, paid })
  return found
}

/** What uncached input cost a token of this call; undefined where all of it was cached. */
export function uncachedRate(row: CallRow): number | undefined {
  const zone = textInput(row)?.find(({ cached }) => !cached)
  return zone === undefined || zone.tokens === 0 || zone.pico === 0
    ? undefined
    : zone.pico / zone.tokens
}

/** Of a prompt, from its beginning. */
interface Zone {
  readonly cached: boolean
  readonly tokens: number
  readonly pico: number
}

/** Undefined without input, and where what it cost is not stated or can't be told from audio and images. */
function textInput(row: CallRow): readonly Zone[] | undefined {
  const { parts, usage } = row
  const counts =
    usage === undefined
      ? inclusiveCounts(row)
      : {
          read: sum(usage.cacheRead, usage.audioCacheRead, usage.imageCacheRead),
          write: sum(
            usage.cacheWrite,
            usage.cacheWrite5m,
            usage.cacheWrite30m,
            usage.cacheWrite1h,
            usage.cacheWrite12h,
          ),
          uncached: usage.input ?? 0,
        }
  if (counts === undefined) return undefined
  const zones = [
    { cached: true, tokens: counts.read, pico: pico(parts.cache_read) },
    { cached: true, tokens: counts.write, pico: pico(parts.cache_write) },
    { cached: false, tokens: counts.uncached, pico: pico(parts.input) },
  ]
  const stated = zones.some((zone) => zone.pico > 0) || row.usd === 0
  return stated && zones.some((zone) => zone.tokens > 0) ? zones : undefined
}

function inclusiveCounts(
  row: CallRow,
): { readonly read: number; readonly write: number; readonly uncached: number } | undefined {
  const { parts, inputTokens = 0, cacheReadTokens: read = 0, cacheWriteTokens: write = 0 } = row
  const media = [parts.audio_input, parts.image_input, parts.video_input]
  if (media.some((part) => part !== undefined)) return undefined
  const uncached = inputTokens - read - write
  return uncached < 0 ? undefined : { read, write, uncached }
}

function textOutput({ usage, outputTokens = 0 }: CallRow): number {
  if (usage === undefined) return outputTokens
  return sum(usage.output, usage.reasoning)
}

/** Each part of the prompt with the stretch of it that was cached, which is its beginning. */
function inputCosts(
  row: CallRow,
  zones: readonly Zone[],
  fallback: number | undefined,
  densities: Densities,
): readonly ClassCost[] {
  const all = zones.reduce((total, zone) => total + zone.tokens, 0)
  const paid = zones.reduce((total, zone) => total + zone.pico, 0)
  // Without any rate of uncached input, what was paid is all that is known.
  const rate = uncachedRate(row) ?? fallback ?? paid / all
  const shares = promptShares(row, all, densities)
  const found: ClassCost[] = []
  let [from, left] = [0, paid]
  for (const { name, tokens } of shares) {
    const isLast = found.length === shares.length - 1
    const own = isLast ? left : Math.round(paidBetween(zones, from, from + tokens))
    from += tokens
    left -= own
    found.push({ name, tokens, full: Math.round(tokens * rate), paid: own })
  }
  return found
}

function paidBetween(zones: readonly Zone[], from: number, to: number): number {
  let [start, total] = [0, 0]
  for (const { tokens, pico: cost } of zones) {
    const within = Math.min(to, start + tokens) - Math.max(from, start)
    if (within > 0) total += (cost / tokens) * within
    start += tokens
  }
  return total
}

interface Share {
  readonly name: TokenClass
  readonly tokens: number
}

/** Whole tokens that add up to `all`. */
function promptShares(row: CallRow, all: number, densities: Densities): readonly Share[] {
  const { context } = row
  if (row.operation === 'embeddings') return [{ name: 'rest', tokens: all }]
  let whole = 0
  if (context !== undefined) {
    for (const name of PROMPT_CLASSES) whole += context[name] * (densities[name] ?? 1)
  }
  if (context === undefined || whole === 0) return [{ name: 'input', tokens: all }]
  const shares: Share[] = []
  let [upTo, given] = [0, 0]
  for (const name of PROMPT_CLASSES) {
    if (context[name] === 0) continue
    upTo += context[name] * (densities[name] ?? 1)
    const tokens = Math.round((all * upTo) / whole) - given
    given += tokens
    shares.push({ name, tokens })
  }
  return shares
}

/** Fees of the call beside its tokens: web searches and their like. */
export const feesOf = ({ parts }: CallRow): number => pico(parts.tools)

export function mediaOf({ parts }: CallRow): number {
  return [
    parts.audio_input,
    parts.audio_output,
    parts.image_input,
    parts.image_output,
    parts.video_input,
    parts.video_output,
  ].reduce<number>((total, usd) => total + pico(usd), 0)
}

const pico = (usd: number | undefined): number => Math.round((usd ?? 0) * 1e12)

const sum = (...counts: readonly (number | undefined)[]): number =>
  counts.reduce<number>((total, count) => total + (count ?? 0), 0)
