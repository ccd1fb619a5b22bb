/**
 * `npm run bench:pricing`: costspan and @pydantic/genai-prices side by side on the price vectors, and the time that one
 * price takes in either: cold (the first of a process, with loading) and warm. Runs are interleaved; medians are shown.
 */

import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { calcPrice } from '@pydantic/genai-prices'
import { readQuestion } from '../../cli/price-question.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { price, type PriceRequest } from '../../instrumentation/pricing/index.ts'
import { golden, own, type Vector } from '../pricing/vectors.ts'

/** Their names of providers and counts; what they have no name for is not handed over. */
const PROVIDERS: Readonly<Record<string, string>> = { x_ai: 'x-ai', together: 'together' }
const COUNTS: Readonly<Record<string, string>> = {
  input: 'input_tokens',
  output: 'output_tokens',
  cache_read: 'cache_read_tokens',
  cache_write: 'cache_write_tokens',
  cache_write_5m: 'cache_write_5m_tokens',
  cache_write_1h: 'cache_write_1h_tokens',
  audio_in: 'input_audio_tokens',
  audio_cache_read: 'cache_audio_read_tokens',
  audio_out: 'output_audio_tokens',
  image_in: 'input_image_tokens',
  image_cache_read: 'cache_image_read_tokens',
  image_out: 'output_image_tokens',
  video_in: 'input_video_tokens',
  reasoning: 'output_reasoning_tokens',
  web_searches: 'web_searches',
  citation: 'output_citation_tokens',
  audio_seconds: 'audio_seconds',
}

interface Theirs {
  readonly usage: Readonly<Record<string, number>>
  readonly model: string
  readonly options: { readonly providerId: string; readonly timestamp: Date }
}

function theirQuestion({ provider, model, usage, at }: Vector): Theirs {
  const counts: Record<string, number> = {}
  for (const [name, count] of Object.entries(usage)) {
    const theirs = COUNTS[name]
    if (theirs !== undefined) counts[theirs] = count
  }
  const writes = (usage['cache_write_5m'] ?? 0) + (usage['cache_write_1h'] ?? 0)
  if (writes > 0) counts['cache_write_tokens'] ??= writes
  const providerId = PROVIDERS[provider] ?? provider
  return { usage: counts, model, options: { providerId, timestamp: new Date(at) } }
}

function theirPrice({ usage, model, options }: Theirs): number | null {
  try {
    return calcPrice(usage, model, options)?.total_price ?? null
  } catch {
    // Counts that contradict each other are an error there.
    return null
  }
}

function ourRequest(vector: Vector): PriceRequest {
  const question = readQuestion(vector)
  if ('problem' in question) throw new Error(`${vector.id}: ${question.problem}`)
  return question.request
}

function agrees(amount: number | null, vector: Vector): boolean {
  if (amount === null || vector.expected_usd === null) return amount === vector.expected_usd
  return Math.abs(amount - vector.expected_usd) < 1e-9
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** Microseconds a call, over all of the questions again and again. */
function timed<T>(questions: readonly T[], ask: (question: T) => unknown, rounds: number): number {
  const start = performance.now()
  for (let round = 0; round < rounds; round += 1) for (const question of questions) ask(question)
  return ((performance.now() - start) * 1_000) / (rounds * questions.length)
}

/** Milliseconds from nothing to the first price, in a process of its own, without that of Node. */
function cold(script: string): number {
  const args = ['--input-type=module', '--eval', script]
  return Number(
    execFileSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname }),
  )
}

const COLD = {
  costspan: `
    const start = performance.now()
    const { price } = await import('../../dist/instrumentation/pricing/index.js')
    const { bundledBook } = await import('../../dist/instrumentation/pricing/bundled.js')
    price(bundledBook(), { provider: 'openai', models: ['gpt-4o'], usage: { input: 1 }, at: 1.8e12 })
    console.log(performance.now() - start)`,
  theirs: `
    const start = performance.now()
    const { calcPrice } = await import('@pydantic/genai-prices')
    calcPrice({ input_tokens: 1 }, 'gpt-4o', { providerId: 'openai' })
    console.log(performance.now() - start)`,
}

interface Row {
  readonly provider: string
  readonly vectors: number
  readonly costspan: number
  readonly theirs: number
}

function agreement(vectors: readonly Vector[]): readonly Row[] {
  const providers = [...new Set(vectors.map(({ provider }) => provider))].sort()
  return providers.map((provider) => {
    const of = vectors.filter((vector) => vector.provider === provider)
    const ours = of.filter((vector) => {
      const cost = price(bundledBook(), ourRequest(vector))
      return agrees(cost.kind === 'unpriced' ? null : cost.amount, vector)
    })
    const theirs = of.filter((vector) => agrees(theirPrice(theirQuestion(vector)), vector))
    return { provider, vectors: of.length, costspan: ours.length, theirs: theirs.length }
  })
}

function timings(vectors: readonly Vector[], runs: number) {
  const ours = vectors.map(ourRequest)
  const theirs = vectors.map(theirQuestion)
  const book = bundledBook()
  const figures = { costspan: [] as number[], theirs: [] as number[] }
  const first = { costspan: [] as number[], theirs: [] as number[] }
  for (let run = 0; run < runs; run += 1) {
    figures.costspan.push(timed(ours, (request) => price(book, request), 2_000))
    figures.theirs.push(timed(theirs, theirPrice, 20))
    first.costspan.push(cold(COLD.costspan))
    first.theirs.push(cold(COLD.theirs))
  }
  return {
    warmMicroseconds: { costspan: median(figures.costspan), theirs: median(figures.theirs) },
    coldMilliseconds: { costspan: median(first.costspan), theirs: median(first.theirs) },
  }
}

function main(): void {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '7' } },
  })
  // They warn of names that they don't know, once a call.
  console.warn = () => undefined
  const all = [...golden, ...own.flatMap(([, vectors]) => vectors)]
  const result = {
    golden: agreement(golden),
    all: agreement(all),
    ...timings(golden, Number(values.runs)),
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    return
  }
  for (const [name, rows] of [
    ['golden vectors', result.golden],
    ['all vectors', result.all],
  ] as const) {
    const total = (key: 'vectors' | 'costspan' | 'theirs'): number =>
      rows.reduce((sum, row) => sum + row[key], 0)
    const last = {
      provider: 'all',
      vectors: total('vectors'),
      costspan: total('costspan'),
      theirs: total('theirs'),
    }
    console.log(
      `\n${name.padEnd(22)}${'vectors'.padStart(9)}${'costspan'.padStart(10)}  genai-prices`,
    )
    for (const row of [...rows, last]) {
      const cells = [String(row.vectors).padStart(9), String(row.costspan).padStart(10)]
      console.log(`  ${row.provider.padEnd(20)}${cells.join('')}${String(row.theirs).padStart(14)}`)
    }
  }
  const { warmMicroseconds: warm, coldMilliseconds: first } = result
  console.log(
    `\nwarm, a price:       ${warm.costspan.toFixed(2)} us   ${warm.theirs.toFixed(1)} us`,
  )
  console.log(
    `cold, with loading:  ${first.costspan.toFixed(1)} ms   ${first.theirs.toFixed(1)} ms`,
  )
}

main()
