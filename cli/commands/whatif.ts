/** `costspan whatif`: what past calls would have cost on another model, or at the rates of another day. */

import { readTrace, TraceProblem } from '../../demo/replay/trace.ts'
import { price, type PastCall, type PriceBook } from '../../instrumentation/pricing/index.ts'
import { dollarColumn, dollars, grouped, whole } from '../../local/page/amounts.ts'
import { pastCall } from '../../local/past-call.ts'
import { LocalProblem } from '../../local/problem.ts'
import { callsThat } from '../../local/report-text.ts'
import type { CallRow } from '../../local/row.ts'
import { openStore } from '../../local/store.ts'
import { Failure, Misuse, type Command } from '../command.ts'
import { columns } from '../../local/columns.ts'
import { instantOption, parseOptions, sinceOption } from '../options.ts'
import { bookFor } from '../price-book.ts'
import { checkSwap, providerOf, sellerOf } from '../whatif-models.ts'
import {
  swapFinder,
  whatIf,
  type Counted,
  type Swap,
  type WhatIf,
  type WhatIfRow,
} from '../whatif.ts'

/** What calls can be grouped by. */
const GROUPS = {
  feature: (row) => row.feature,
  team: (row) => row.team,
  customer: (row) => row.customer,
  // As `costspan report` groups: a swap names what was asked for.
  model: (row) => row.requestModel ?? row.responseModel,
  promptName: (row) => row.promptName,
  promptVersion: (row) => row.promptVersion,
  provider: (row) => row.provider,
  service: (row) => row.service,
} as const satisfies Readonly<Record<string, (row: CallRow) => string | undefined>>
type GroupName = keyof typeof GROUPS

const help = `
costspan whatif --model A=B [--model C=D ...] [--since 30d] [--by feature,...] --db FILE [--json]
costspan whatif --at DATE [--since 30d] --db FILE
costspan whatif --model A=B --trace FILE.csv

Prices past calls anew and prints now, then and the difference.

  --model A=B   calls of model A as if made to model B, or provider/B; may be repeated
  --at DATE     at the rates of this day or instant; default: of each call's own
  --since AGE   calls that started within this time: 90s, 15m, 1h, 7d, or an ISO date; default: all
  --by LIST     group by one or more of: ${Object.keys(GROUPS).join(', ')}; default feature
  --db FILE     a database of costspan local
  --trace FILE  token counts instead: CSV with the columns TIMESTAMP,ContextTokens,GeneratedTokens; A is what they cost now
  --provider P  of A in a trace, where its name does not tell: openai/gpt-5.4=gpt-5.4-mini does
  --prices FILE your own price file over the bundled prices; may be repeated; default $COSTSPAN_PRICES
  --json        JSON on stdout: rows and total, amounts as exact decimal strings
  --help        this text

Token counts stay as they were; another model's tokenizer may count otherwise.
`

export const whatif: Command = {
  name: 'whatif',
  summary: 'prices past calls as if on another model, or at other rates',
  help,
  async run(args) {
    const { values } = parseOptions('whatif', args, {
      model: { type: 'string', multiple: true },
      at: { type: 'string' },
      since: { type: 'string' },
      by: { type: 'string' },
      db: { type: 'string' },
      trace: { type: 'string' },
      provider: { type: 'string' },
      prices: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
    })
    if ((values.db === undefined) === (values.trace === undefined)) {
      throw new Misuse('costspan whatif: what to price is missing. Allowed: one of --db, --trace')
    }
    const at = values.at === undefined ? undefined : instantOption('at', values.at)
    if (values.model === undefined && at === undefined) {
      throw new Misuse('costspan whatif: nothing is changed. Allowed: --model A=B, --at DATE')
    }
    checkTogether(values)
    const book = await bookFor('whatif', values.prices ?? [])
    const swaps = (values.model ?? []).map((text) => readSwap(text, book))
    const twice = swaps.find(({ from }, n) => swaps.findIndex((one) => one.from === from) < n)
    if (twice !== undefined)
      throw new Misuse(`--model ${twice.from}=…: stands twice; allowed: once`)
    const by = values.trace === undefined ? groupsOf(values.by ?? 'feature') : []
    const calls =
      values.db === undefined
        ? tracedCalls(values.trace ?? '', values.provider, swaps, book)
        : storedCalls(values.db, values.since, by)
    if (calls.length === 0) throw new Failure('costspan whatif: no calls in that time')
    const swapOf = swapFinder(book, swaps)
    for (const swap of swaps) checkSwap(swap, calls, swapOf, book, at)
    const found = whatIf(calls, book, swapOf, at)
    if (values.json) process.stdout.write(`${JSON.stringify({ by, ...found }, null, 2)}\n`)
    else show(found, by, values.trace === undefined ? undefined : calls[0]?.call)
    return await Promise.resolve(0)
  },
}

/** Options of the one source mean nothing to the other. @throws Misuse */
function checkTogether(values: Readonly<Record<string, unknown>>): void {
  const [source, others] =
    values['trace'] === undefined ? ['--db', ['provider']] : ['--trace', ['since', 'by']]
  const wrong = others.find((name) => values[name] !== undefined)
  if (wrong !== undefined)
    throw new Misuse(`costspan whatif: not together with ${source}: --${wrong}`)
}

/** @throws Misuse */
function readSwap(text: string, book: PriceBook): Swap {
  const [from = '', to = '', ...more] = text.split('=')
  if (from === '' || to === '' || more.length > 0) {
    throw new Misuse(`--model ${text}: must be A=B, such as gpt-5.4=gpt-5.4-mini`)
  }
  const named = providerOf(to, book)
  return named === undefined ? { from, model: to } : { from, ...named }
}

/** @throws Misuse */
function groupsOf(text: string): readonly GroupName[] {
  const allowed = Object.keys(GROUPS) as GroupName[]
  return text.split(',').map((name) => {
    const known = allowed.find((item) => item.toLowerCase() === name.trim().toLowerCase())
    if (known !== undefined) return known
    throw new Misuse(`--by ${text}: no grouping '${name}'. Allowed: ${allowed.join(', ')}`)
  })
}

/** @throws Misuse, Failure */
function storedCalls(
  path: string,
  since: string | undefined,
  by: readonly GroupName[],
): readonly Counted[] {
  const from = since === undefined ? {} : { from: sinceOption(since) }
  try {
    const store = openStore({ path, readOnly: true })
    try {
      return store.rows(from).map((row) => ({
        call: pastCall(row),
        usd: row.usd,
        reason: row.reason === 'call_failed' ? 'call_failed' : undefined,
        partial: row.status === 'partial',
        key: by.map((name) => GROUPS[name](row) ?? 'unattributed'),
      }))
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof LocalProblem) throw new Failure(`costspan whatif: ${error.message}`)
    throw error
  }
}

/** @throws Misuse, Failure */
function tracedCalls(
  path: string,
  provider: string | undefined,
  swaps: readonly Swap[],
  book: PriceBook,
): readonly Counted[] {
  const [swap, second] = swaps
  if (swap === undefined || second !== undefined) {
    throw new Misuse('costspan whatif: --trace needs one --model A=B: A is what it costs now')
  }
  const named = providerOf(swap.from, book)
  const own = named ?? { provider: provider ?? sellerOf(swap.from, book), model: swap.from }
  const at = Date.now()
  try {
    return readTrace(path, Number.MAX_SAFE_INTEGER).map(({ inputTokens, outputTokens }) => {
      const usage = { input: inputTokens, output: outputTokens }
      const cost = price(book, { provider: own.provider, models: [own.model], usage, at })
      if (cost.kind === 'unpriced') {
        throw new Misuse(`--model ${swap.from}: ${cost.detail ?? cost.reason}`)
      }
      const call = { provider: own.provider, models: [own.model, swap.from], usage, at }
      return { call, usd: cost.exact, partial: cost.kind === 'partial', key: [] }
    })
  } catch (error) {
    if (error instanceof TraceProblem) throw new Failure(`costspan whatif: ${error.message}`)
    throw error
  }
}

/** @param own whose model a trace's calls are of: several may sell one of that name, at prices of their own */
function show(
  { rows, total, left, leftNow, partial }: WhatIf,
  by: readonly GroupName[],
  own: PastCall | undefined,
): void {
  const lines = by.length === 0 ? [] : rows
  const amount = dollarColumn([Number(total.now), Number(total.then)])
  const cells = (row: WhatIfRow, key: readonly string[]): readonly string[] => [
    ...key,
    whole(row.calls),
    whole(row.changed),
    amount(Number(row.now)),
    amount(Number(row.then)),
    signed(Number(row.difference), amount),
    Number(row.now) === 0
      ? '-'
      : `${grouped((Number(row.difference) / Number(row.now)) * 100, 1)}%`,
  ]
  const heads = [...by, 'calls', 'changed', 'now', 'then', 'difference', '']
  const last = cells(
    total,
    by.map((_, n) => (n === 0 ? 'total' : '')),
  )
  process.stdout.write(
    columns([heads, ...lines.map((row) => cells(row, row.key)), last], by.length),
  )
  if (own !== undefined) process.stderr.write(`Now: ${own.provider}/${own.models[0] ?? ''}\n`)
  const reasons = Object.entries(left)
  const out = reasons.reduce((sum, [, calls]) => sum + calls, 0)
  if (out > 0) {
    const why = reasons.map(([reason, calls]) => `${reason} ${whole(calls)}`).join(', ')
    const cost = Number(leftNow) === 0 ? '' : ` (they cost ${dollars(Number(leftNow))})`
    process.stderr.write(`${callsThat(out, 'are', 'is')} in neither sum${cost}: ${why}\n`)
  }
  if (partial > 0) {
    process.stderr.write(
      `${callsThat(partial, 'are', 'is')} priced in part, lower bounds, now or then\n`,
    )
  }
  if (total.changed > 0) {
    process.stderr.write("Tokens as they were; another model's tokenizer may count otherwise.\n")
  }
}

function signed(usd: number, amount: (usd: number) => string): string {
  return usd > 0 ? `+${amount(usd)}` : amount(usd)
}
