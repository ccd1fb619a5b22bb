/**
 * A change of spend between two sets of calls, taken apart into dollars by cause. Accounting call by call, not a
 * splitting of factors: every dollar of the change is in exactly one cause.
 *
 * With A before and B after, U units and per-unit means:
 * - volume: (units of B - units of A) x A's cost per unit. Everything below is B's units x a difference per unit.
 * - attempts: what everything after the first attempt cost.
 * - system, history, input, output: on first attempts, the difference in tokens per unit at B's uncached rates.
 * - cache: what cached input cost more or less than at the uncached rate.
 * - price: A's tokens at B's rates of the same model, less what they cost; model: the rest of that difference.
 * - remainder: what has no tokens (tool fees) or whose parts the span does not state.
 */

import type { CallRow } from './row.ts'
import type { Side } from './explain-units.ts'

export type CauseName =
  | 'volume'
  | 'attempts'
  | 'history'
  | 'system'
  /** The rest of the input: questions and tools; all input where the calls do not say what it was made of. */
  | 'input'
  | 'output'
  | 'cache'
  | 'model'
  | 'price'
  | 'remainder'

export type Amounts = Readonly<Partial<Record<CauseName, number>>>

export interface Accounts {
  /** USD by cause, whole nano-dollars; together exactly `totalUsd`. Causes of zero are absent. */
  readonly amounts: Amounts
  readonly totalUsd: number
  /** False where calls lack the parts of their input, so that `input` stands for all of it. */
  readonly inputParts: boolean
}

/** Nano-dollars: small enough for any price list, and sums up to $9,000,000 are whole numbers. */
const NANO = 1e9

/** `scale`: how many times A is counted, to compare windows of different length. */
export function accountFor(before: Side, after: Side, scale: number): Accounts {
  const units = before.units * scale
  const total = after.usd - before.usd * scale
  const inputParts = [...before.rows, ...after.rows].every(
    (row) => row.context !== undefined || (row.inputTokens ?? 0) === 0,
  )
  if (before.units === 0 || after.units === 0) {
    return { ...exact({ volume: total }, total), inputParts }
  }
  const volume = (after.units - units) * (before.usd / before.units)
  const a = ledgerOf(before, inputParts)
  const b = ledgerOf(after, inputParts)
  const perUnit = (of: (ledger: Ledger) => number): number =>
    after.units * (of(b) / after.units - of(a) / before.units)
  const amounts: Partial<Record<CauseName, number>> = {
    volume,
    attempts: perUnit((ledger) => ledger.repeated),
    cache: perUnit((ledger) => ledger.cache),
    model: 0,
    price: 0,
  }
  for (const name of TOKEN_CLASSES) {
    const effect = classEffect(a.classes[name], b.classes[name], before.units, after.units)
    amounts[name] = effect.tokens
    amounts.model = (amounts.model ?? 0) + effect.model
    amounts.price = (amounts.price ?? 0) + effect.price
  }
  return { ...exact(amounts, total), inputParts }
}

/** Whole nano-dollars that add up: what rounding leaves goes to the remainder, or to the largest where it is only that. */
function exact(
  amounts: Partial<Record<CauseName, number>>,
  total: number,
): Pick<Accounts, 'amounts' | 'totalUsd'> {
  const nano = (usd: number): number => Math.round(usd * NANO)
  const whole = new Map(
    (Object.entries(amounts) as [CauseName, number][]).map(([name, usd]) => [name, nano(usd)]),
  )
  const left = nano(total) - [...whole.values()].reduce((sum, each) => sum + each, 0)
  const largest = [...whole].sort((x, y) => Math.abs(y[1]) - Math.abs(x[1]))[0]
  if (Math.abs(left) <= whole.size && largest !== undefined) {
    whole.set(largest[0], largest[1] + left)
  } else {
    whole.set('remainder', left)
  }
  const named = [...whole].filter(([, each]) => each !== 0).map(([name, n]) => [name, n / NANO])
  return { amounts: Object.fromEntries(named) as Amounts, totalUsd: nano(total) / NANO }
}

const TOKEN_CLASSES = ['system', 'history', 'input', 'output'] as const
type TokenClass = (typeof TOKEN_CLASSES)[number]

interface ClassTotal {
  tokens: number
  /** At the uncached rate. */
  usd: number
}

/** By model. */
type ClassTotals = Map<string, ClassTotal>

interface Ledger {
  repeated: number
  cache: number
  readonly classes: Readonly<Record<TokenClass, ClassTotals>>
}

function ledgerOf(side: Side, inputParts: boolean): Ledger {
  const ledger: Ledger = {
    repeated: 0,
    cache: 0,
    classes: { system: new Map(), history: new Map(), input: new Map(), output: new Map() },
  }
  const rates = uncachedRates(side.rows)
  for (const row of side.rows) {
    if (isRepeat(row)) ledger.repeated += row.usd ?? 0
    else enter(ledger, row, rates.get(modelOf(row)), inputParts)
  }
  return ledger
}

/** Everything after the first attempt of a turn. */
function isRepeat(row: CallRow): boolean {
  return (row.repeat ?? 1) >= 2 || row.waste === 'repeat' || row.waste === 'retry'
}

function enter(
  ledger: Ledger,
  row: CallRow,
  modelRate: number | undefined,
  inputParts: boolean,
): void {
  const { parts } = row
  const model = modelOf(row)
  const output = row.outputTokens ?? 0
  if (output > 0 && parts.output !== undefined) {
    add(ledger.classes.output, model, output, parts.output)
  }
  const input = row.inputTokens ?? 0
  const rate = uncachedRate(row) ?? modelRate
  if (input === 0 || rate === undefined || hasMedia(row)) return
  const paid = (parts.input ?? 0) + (parts.cache_read ?? 0) + (parts.cache_write ?? 0)
  // A span that states no parts of its cost: all of it is remainder.
  if (paid === 0) return
  ledger.cache += paid - input * rate
  const { system, history, tools, rest } =
    inputParts && row.context !== undefined
      ? row.context
      : { system: 0, history: 0, tools: 0, rest: input }
  const sum = system + history + tools + rest
  const scale = sum > 0 ? input / sum : 0
  const enterPart = (name: TokenClass, tokens: number): void => {
    if (tokens > 0) add(ledger.classes[name], model, tokens, tokens * rate)
  }
  enterPart('system', system * scale)
  enterPart('history', history * scale)
  enterPart('input', sum > 0 ? (tools + rest) * scale : input)
}

/** Audio and images are counted in the input and priced apart; the span does not say enough to separate them. */
function hasMedia(row: CallRow): boolean {
  return row.parts.audio_input !== undefined || row.parts.image_input !== undefined
}

function uncachedRate(row: CallRow): number | undefined {
  const tokens = (row.inputTokens ?? 0) - (row.cacheReadTokens ?? 0) - (row.cacheWriteTokens ?? 0)
  if (row.parts.input === undefined || tokens <= 0 || hasMedia(row)) return undefined
  return row.parts.input / tokens
}

/** For calls whose input was cached to the last token. */
function uncachedRates(rows: readonly CallRow[]): ReadonlyMap<string, number> {
  const rates = new Map<string, number>()
  for (const row of rows) {
    const rate = uncachedRate(row)
    if (rate !== undefined) rates.set(modelOf(row), rate)
  }
  return rates
}

export function modelOf(row: CallRow): string {
  return row.responseModel ?? row.requestModel ?? 'unknown model'
}

function add(totals: ClassTotals, model: string, tokens: number, usd: number): void {
  const total = totals.get(model) ?? { tokens: 0, usd: 0 }
  total.tokens += tokens
  total.usd += usd
  totals.set(model, total)
}

interface ClassEffect {
  readonly tokens: number
  readonly model: number
  readonly price: number
}

function classEffect(a: ClassTotals, b: ClassTotals, unitsA: number, unitsB: number): ClassEffect {
  const sumA = sumOf(a)
  const sumB = sumOf(b)
  const rateA = sumA.tokens > 0 ? sumA.usd / sumA.tokens : 0
  const rateB = sumB.tokens > 0 ? sumB.usd / sumB.tokens : rateA
  const tokensA = sumA.tokens / unitsA
  const tokens = unitsB * (sumB.tokens / unitsB - tokensA) * rateB
  const dearer = unitsB * tokensA * (rateB - rateA)
  let price = 0
  for (const [model, inA] of a) {
    const inB = b.get(model)
    if (inB === undefined || inA.tokens === 0) continue
    price += (unitsB / unitsA) * inA.tokens * (inB.usd / inB.tokens - inA.usd / inA.tokens)
  }
  // One model on both sides leaves no mix; what rounding says otherwise is not a cause.
  const mixed = a.size > 1 || b.size > 1 || [...a.keys()].some((model) => !b.has(model))
  return mixed && sumB.tokens > 0
    ? { tokens, price, model: dearer - price }
    : { tokens, price: dearer, model: 0 }
}

function sumOf(totals: ClassTotals): ClassTotal {
  const sum = { tokens: 0, usd: 0 }
  for (const each of totals.values()) {
    sum.tokens += each.tokens
    sum.usd += each.usd
  }
  return sum
}
