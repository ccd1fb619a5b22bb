/** `costspan whatif`: what past calls would have cost on another model, or at the rates of another day. */

import { readTrace, TraceProblem } from '../../demo/replay/trace.ts'
import { fromInclusive } from '../../instrumentation/core/inclusive-usage.ts'
import { price, type PastCall, type PriceBook } from '../../instrumentation/pricing/index.ts'
import { providerNamed } from '../../instrumentation/pricing/resolve.ts'
import { dollarColumn, grouped, whole } from '../../local/page/amounts.ts'
import { LocalProblem } from '../../local/problem.ts'
import type { CallRow } from '../../local/row.ts'
import { openStore } from '../../local/store.ts'
import { Failure, Misuse, type Command } from '../command.ts'
import { columns } from '../columns.ts'
import { instantOption, parseOptions, sinceOption } from '../options.ts'
import { bookFor } from '../price-book.ts'
import { whatIf, type Counted, type Swap, type WhatIf, type WhatIfRow } from '../whatif.ts'

/** What calls can be grouped by, and the field of a stored call. */
const GROUPS = {
  feature: 'feature',
  team: 'team',
  customer: 'customer',
  model: 'responseModel',
  promptName: 'promptName',
  promptVersion: 'promptVersion',
  provider: 'provider',
  service: 'service',
} as const satisfies Readonly<Record<string, keyof CallRow>>
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
    const book = bookFor('whatif', values.prices ?? [])
    const swaps = (values.model ?? []).map((text) => swapOf(text, book))
    const by = values.trace === undefined ? groupsOf(values.by ?? 'feature') : []
    const calls =
      values.db === undefined
        ? tracedCalls(values.trace ?? '', values.provider, swaps, book)
        : storedCalls(values.db, values.since, by)
    checkTargets(calls, swaps, book, at)
    const found = whatIf(calls, book, swaps, at)
    checkFound(found, swaps)
    if (values.json) process.stdout.write(`${JSON.stringify({ by, ...found }, null, 2)}\n`)
    else show(found, by)
    return await Promise.resolve(0)
  },
}

/** @throws Misuse */
function swapOf(text: string, book: PriceBook): Swap {
  const [from = '', to = '', ...more] = text.split('=')
  if (from === '' || to === '' || more.length > 0) {
    throw new Misuse(`--model ${text}: must be A=B, such as gpt-5.4=gpt-5.4-mini`)
  }
  const named = providerOf(to, book)
  return named === undefined ? { from, model: to } : { from, ...named }
}

/** `provider/model` where the first word is a provider of the book. */
function providerOf(
  text: string,
  book: PriceBook,
): { provider: string; model: string } | undefined {
  const slash = text.indexOf('/')
  const provider = slash < 1 ? '' : providerNamed(book.layers, text.slice(0, slash))
  const known = book.layers.some((layer) => layer.provider(provider) !== undefined)
  return known ? { provider, model: text.slice(slash + 1) } : undefined
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
        call: {
          provider: row.provider,
          models: [row.responseModel, row.requestModel].filter((model) => model !== undefined),
          ...usageOf(row),
          ...(row.priceContext === undefined ? {} : { context: row.priceContext }),
          at: row.startedAt,
        },
        usd: row.usd,
        key: by.map((name) => row[GROUPS[name]] ?? 'unattributed'),
      }))
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof LocalProblem) throw new Failure(`costspan whatif: ${error.message}`)
    throw error
  }
}

/** Calls that were kept before usage was have the conventions' totals. */
function usageOf(row: CallRow): Pick<PastCall, 'usage'> {
  if (row.usage !== undefined) return { usage: row.usage }
  if (row.inputTokens === undefined && row.outputTokens === undefined) return {}
  const read = fromInclusive({
    input: row.inputTokens,
    output: row.outputTokens,
    cacheRead: row.cacheReadTokens,
    cacheWrite: row.cacheWriteTokens,
    reasoning: row.reasoningTokens,
  })
  return 'usage' in read ? { usage: read.usage } : {}
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
      return { call, usd: cost.exact, key: [] }
    })
  } catch (error) {
    if (error instanceof TraceProblem) throw new Failure(`costspan whatif: ${error.message}`)
    throw error
  }
}

/** The provider that has a model of that name; where there are several, the one who makes it comes first. */
function sellerOf(model: string, book: PriceBook): string {
  const names = ['openai', 'anthropic', ...book.layers.flatMap((layer) => layer.providers)]
  const sells = (provider: string): boolean =>
    price(book, { provider, models: [model], usage: {}, at: Date.now() }).kind !== 'unpriced'
  return names.find(sells) ?? 'openai'
}

/** A model that no call could be priced as is a mistake in the option. @throws Misuse */
function checkTargets(
  calls: readonly Counted[],
  swaps: readonly Swap[],
  book: PriceBook,
  at: number | undefined,
): void {
  const providers = [...new Set(calls.map(({ call }) => call.provider))]
  for (const { from, provider, model } of swaps) {
    const asked = provider === undefined ? providers : [provider]
    const costs = asked.map((name) =>
      price(book, { provider: name, models: [model], usage: {}, at: at ?? Date.now() }),
    )
    const [first] = costs
    if (first === undefined || costs.some((cost) => cost.kind !== 'unpriced')) continue
    const why = first.kind === 'unpriced' ? (first.detail ?? first.reason) : ''
    throw new Misuse(`--model ${from}=${model}: ${why}. Allowed: a model, or provider/model`)
  }
}

/** @throws Failure where a swap met no call. */
function checkFound({ total, left }: WhatIf, swaps: readonly Swap[]): void {
  const calls = total.calls + Object.values(left).reduce((sum, count) => sum + count, 0)
  if (calls === 0) throw new Failure('costspan whatif: no calls in that time')
  if (swaps.length === 0 || total.changed > 0 || total.calls === 0) return
  const names = swaps.map(({ from }) => from).join(', ')
  throw new Failure(`costspan whatif: none of the ${whole(calls)} calls is of ${names}`)
}

function show({ rows, total, left, partial }: WhatIf, by: readonly GroupName[]): void {
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
  for (const [reason, calls] of Object.entries(left)) {
    process.stderr.write(`${whole(calls)} calls are in neither sum: ${reason}\n`)
  }
  if (partial > 0) process.stderr.write(`${whole(partial)} calls are lower bounds in 'then'\n`)
  if (total.changed > 0) {
    process.stderr.write("Tokens as they were; another model's tokenizer may count otherwise.\n")
  }
}

function signed(usd: number, amount: (usd: number) => string): string {
  return usd > 0 ? `+${amount(usd)}` : amount(usd)
}
