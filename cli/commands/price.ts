/** `costspan price`: what a usage costs, by flags or as NDJSON. */

import { createInterface } from 'node:readline'
import { price as priceOf } from '../../instrumentation/pricing/index.ts'
import type { PriceBook } from '../../instrumentation/pricing/index.ts'
import { Misuse, type Command, type ExitCode } from '../command.ts'
import { parseOptions, wholeNumber } from '../options.ts'
import { bookFor } from '../price-book.ts'
import { CONTEXT, COUNTS, instantOf, readQuestion, type Question } from '../price-question.ts'
import { resultOf, tableOf, type Result } from '../price-result.ts'

const countFlags = Object.keys(COUNTS).map((name) => name.replaceAll('_', '-'))

const help = `
costspan price --provider NAME --model NAME [counts] [--json]
costspan price --json < usages.ndjson

Prices a call's usage. Counts are inclusive, as providers and OpenTelemetry report them: --input and --output are
totals, the others are parts of them.

  --provider NAME      as in gen_ai.provider.name: openai, anthropic, …
  --model NAME         as the provider answered it
  --input N            all input tokens, cached ones included
  --output N           all output tokens, reasoning included
  --cache-read N       part of input; also --cache-write, or by lifetime --cache-write-5m, -30m, -1h, -12h
  --audio-in N         part of input; also --image-in, --video-in; their cached part --audio-cache-read, --image-cache-read
  --reasoning N        part of output; also --audio-out, --image-out, --video-out
  --web-searches N     calls of provider-run tools; also --file-searches, --x-searches, --rerank-searches, --code-sessions
  --images N           billed by the piece; also --pages, --characters, --video-seconds, --audio-seconds, --citation, --requests
  --service-tier NAME  as the provider answered it: default, batch, flex, priority, …
  --speed, --inference-geo, --region NAME
  --routing NAME       of a cloud: in_region, us, eu, global, datazone, …; Bedrock's names of models say it themselves
  --search-context-size, --image-size, --image-quality, --resolution NAME
  --at TIME            the instant of the call, 2026-06-01T12:00:00Z or 2026-06-01; default now
  --prices FILE        your own price file over the bundled prices; may be repeated; default $COSTSPAN_PRICES
  --json               one JSON object a line on stdout, instead of a table on stderr
  --help               this text

Without --provider, --model and counts it reads NDJSON on stdin, one usage a line:
  {"id":"a","provider":"openai","model":"gpt-4o","usage":{"input":1000,"cache_read":800,"output":100}}
beside usage: service_tier, speed, inference_geo, region, routing, search_context_size, image_size, image_quality,
resolution, at. A line that can't be read has status "error" in its
result, and the exit code is 1.
`

const contextFlags = Object.keys(CONTEXT).map((name) => name.replaceAll('_', '-'))

export const price: Command = {
  name: 'price',
  summary: 'prices usage given as flags or as NDJSON on stdin',
  help,
  async run(args) {
    const { values } = parseOptions('price', args, {
      provider: { type: 'string' },
      model: { type: 'string' },
      at: { type: 'string' },
      prices: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      ...stringOptions(contextFlags),
      ...stringOptions(countFlags),
    })
    const { json, prices, ...flags } = values
    const book = await bookFor('price', prices ?? [])
    const show = json ? showJson : showTable
    if (Object.keys(flags).length === 0) return await priceLines(book, show)
    const question = questionOf(flags)
    const cost = priceOf(book, question.request)
    show(resultOf(question, cost))
    return 0
  },
}

function stringOptions(names: readonly string[]): Record<string, { type: 'string' }> {
  return Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
}

/** @throws Misuse naming the flag and what is allowed. */
function questionOf(flags: Readonly<Record<string, string>>): Question {
  for (const name of ['provider', 'model'] as const) {
    if (!flags[name]) throw new Misuse(`costspan price: --${name} is missing; allowed: a name`)
  }
  if (flags['at'] !== undefined && instantOf(flags['at']) === undefined) {
    throw new Misuse(
      `--at ${flags['at']}: must be a day or an instant, such as 2026-06-01T12:00:00Z`,
    )
  }
  const usage: Record<string, number> = {}
  for (const flag of countFlags) {
    const value = flags[flag]
    if (value === undefined) continue
    const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER }
    usage[flag.replaceAll('-', '_')] = wholeNumber(flag, value, bounds)
  }
  const context = contextFlags.flatMap((flag) =>
    flags[flag] === undefined ? [] : [[flag.replaceAll('-', '_'), flags[flag]] as const],
  )
  const { provider, model, at } = flags
  const question = readQuestion({ provider, model, at, usage, ...Object.fromEntries(context) })
  if ('problem' in question) throw new Misuse(`costspan price: ${question.problem}`)
  return question
}

async function priceLines(book: PriceBook, show: (result: Result) => void): Promise<ExitCode> {
  if (process.stdin.isTTY) {
    throw new Misuse(
      'costspan price: nothing to price. Allowed: --provider, --model and counts, or NDJSON on stdin',
    )
  }
  let failed = false
  let number = 0
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    number += 1
    if (line.trim() === '') continue
    const question = parsed(line)
    if ('problem' in question) {
      failed = true
      show({ id: question.id, status: 'error', message: `line ${number}: ${question.problem}` })
    } else {
      show(resultOf(question, priceOf(book, question.request)))
    }
  }
  return failed ? 1 : 0
}

function parsed(line: string): ReturnType<typeof readQuestion> {
  try {
    return readQuestion(JSON.parse(line))
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'is not JSON; allowed: one object a line' }
    throw error
  }
}

function showJson(result: Result): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

function showTable(result: Result): void {
  process.stderr.write(`${tableOf(result)}\n`)
}
