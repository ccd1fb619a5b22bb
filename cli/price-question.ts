/** A usage to be priced, as `costspan price` reads it: one JSON object. */

import type { PriceContext } from '../instrumentation/core/call.ts'
import { fromInclusive, type InclusiveCounts } from '../instrumentation/core/inclusive-usage.ts'
import { isObject, text, type JsonObject } from '../instrumentation/core/unknown.ts'
import { FIELDS } from '../instrumentation/pricing/context.ts'
import type { PriceRequest } from '../instrumentation/pricing/index.ts'

/** The counts by their names in JSON; flags have hyphens instead. */
export const COUNTS = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  cache_write_5m: 'cacheWrite5m',
  cache_write_30m: 'cacheWrite30m',
  cache_write_1h: 'cacheWrite1h',
  cache_write_12h: 'cacheWrite12h',
  reasoning: 'reasoning',
  audio_in: 'audioInput',
  audio_cache_read: 'audioCacheRead',
  audio_out: 'audioOutput',
  image_in: 'imageInput',
  image_cache_read: 'imageCacheRead',
  image_out: 'imageOutput',
  video_in: 'videoInput',
  video_out: 'videoOutput',
  web_searches: 'webSearches',
  file_searches: 'fileSearches',
  x_searches: 'xSearches',
  rerank_searches: 'rerankSearches',
  requests: 'requests',
  citation: 'citations',
  code_sessions: 'codeSessions',
  pages: 'pages',
  images: 'images',
  video_seconds: 'videoSeconds',
  characters: 'characters',
  audio_seconds: 'audioSeconds',
} as const satisfies Readonly<Record<string, keyof InclusiveCounts>>

/** Rejected prediction tokens are in output already; accepted, and not counted again. */
const COUNTED_ELSEWHERE = ['rejected_prediction']

export interface Question {
  readonly id?: string | number | undefined
  readonly request: PriceRequest
}

interface Unreadable {
  readonly id?: string | number | undefined
  readonly problem: string
}

/** `problem` says which value is wrong and what is allowed. */
export function readQuestion(value: unknown): Question | Unreadable {
  if (!isObject(value)) return { problem: 'is not a JSON object' }
  const id =
    typeof value['id'] === 'string' || typeof value['id'] === 'number' ? value['id'] : undefined
  const provider = text(value['provider'])
  const model = text(value['model'])
  if (provider === undefined) return { id, problem: `'provider' is missing; allowed: a name` }
  if (model === undefined) return { id, problem: `'model' is missing; allowed: a name` }
  const at = value['at'] === undefined ? Date.now() : instantOf(value['at'])
  if (at === undefined) {
    return { id, problem: `'at' is not an instant; allowed: 2026-06-01T12:00:00Z or 2026-06-01` }
  }
  const context = contextOf(value)
  if ('problem' in context) return { id, ...context }
  const counts = countsOf(value['usage'])
  if ('problem' in counts) return { id, ...counts }
  const read = fromInclusive(counts)
  if ('problem' in read) return { id, problem: `usage: ${inJsonNames(read.problem)}` }
  return { id, request: { provider, models: [model], usage: read.usage, context, at } }
}

function inJsonNames(problem: string): string {
  return problem.replace(/[a-z]+[A-Z]\w*/g, (name) => {
    const known = Object.entries(COUNTS).find(([, count]) => count === name)
    return known === undefined ? name : known[0]
  })
}

/** Epoch milliseconds of a day (its start, UTC) or an instant with its zone. */
export function instantOf(value: unknown): number | undefined {
  const form = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/
  const at = typeof value === 'string' && form.test(value) ? Date.parse(value) : NaN
  return Number.isFinite(at) ? at : undefined
}

function countsOf(usage: unknown): InclusiveCounts | { readonly problem: string } {
  if (!isObject(usage)) return { problem: `'usage' is missing; allowed: an object of counts` }
  const counts: { -readonly [K in keyof InclusiveCounts]: InclusiveCounts[K] } = {}
  for (const [name, value] of Object.entries(usage)) {
    if (COUNTED_ELSEWHERE.includes(name)) continue
    const allowed = Object.keys(COUNTS) as (keyof typeof COUNTS)[]
    const known = allowed.find((item) => item === name)
    if (known === undefined) {
      return { problem: `usage.${name} is not known; allowed: ${allowed.join(', ')}` }
    }
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      return { problem: `usage.${name} is not a count; allowed: a whole number of at least 0` }
    }
    counts[COUNTS[known]] = value
  }
  return counts
}

const { tier, ...otherFields } = FIELDS

/** What the price depends on beside the counts, by its name in JSON; flags have hyphens instead. */
export const CONTEXT = { service_tier: tier, ...otherFields }

function contextOf(value: JsonObject): PriceContext | { readonly problem: string } {
  const context: { -readonly [K in keyof PriceContext]: PriceContext[K] } = {}
  for (const [name, field] of Object.entries(CONTEXT) as [string, keyof PriceContext][]) {
    if (value[name] === undefined || value[name] === null) continue
    const stated = text(value[name])
    if (stated === undefined) return { problem: `'${name}' is not a text` }
    context[field] = stated
  }
  return context
}
