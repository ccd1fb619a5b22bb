/**
 * What a change of cost is made of, by the ledger: the definitions of docs/reports.md, booked from what was billed, with
 * the simulator's own rates and tokens. Nothing of costspan is used: this is what its explanation is checked against.
 *
 * All figures are USD of the later side: its units, times a difference per unit.
 */

import type { Charge, LedgerEntry } from './ledger.ts'
import type { Rate } from './rates.ts'
import type { PromptParts } from './scenario.ts'

/** USD by cause: `volume`, `attempts`, `system`, `history`, `output`, `cache`, `model`, `price`, … Causes of 0 are there too. */
export type BookedCauses = Readonly<Record<string, number>>

type Billed = LedgerEntry & { readonly billed: Charge & { readonly rate: Rate } }

/** Entries whose scenario named no unit are left out, and so is what was not billed or has no rate. */
export function bookCauses(
  before: readonly LedgerEntry[],
  after: readonly LedgerEntry[],
  scale = 1,
): BookedCauses {
  const [a, b] = [accountOf(before), accountOf(after)]
  const booked: Record<string, number> = {
    volume: (b.units - a.units * scale) * (a.usd / a.units),
    attempts: b.again - (a.again / a.units) * b.units,
    cache: 0,
    model: 0,
    price: 0,
  }
  const add = (cause: string, usd: number): void => {
    booked[cause] = (booked[cause] ?? 0) + usd
  }
  for (const key of new Set([...a.lines.keys(), ...b.lines.keys()])) {
    const part = key.split('/')[1] ?? key
    const [was, is] = [a.lines.get(key) ?? [], b.lines.get(key) ?? []]
    const grow = b.units / a.units
    const tokens = total(is, 'tokens')
    if (tokens === 0 || total(was, 'tokens') === 0) {
      add(part, total(is, 'paid') - total(was, 'paid') * grow)
      continue
    }
    /** A's tokens of this part, in as many units as B has. */
    const kept = total(was, 'tokens') * grow
    const uncached = total(is, 'full') / tokens
    const saved = (lines: readonly Line[]): number =>
      1 - total(lines, 'paid') / total(lines, 'full')
    add(part, (tokens - kept) * (total(is, 'paid') / tokens))
    add('cache', kept * uncached * (saved(was) - saved(is)))
    const dearer = kept * uncached - total(was, 'full') * grow
    const same = dearerSameModel(was, is) * grow
    add('price', same * (1 - saved(was)))
    add('model', (dearer - same) * (1 - saved(was)))
  }
  return booked
}

function dearerSameModel(was: readonly Line[], is: readonly Line[]): number {
  let usd = 0
  for (const model of new Set(was.map((line) => line.model))) {
    const [old, now] = [was, is].map((lines) => lines.filter((line) => line.model === model))
    const tokens = total(now ?? [], 'tokens')
    if (tokens === 0) continue
    usd +=
      total(old ?? [], 'tokens') * (total(now ?? [], 'full') / tokens) - total(old ?? [], 'full')
  }
  return usd
}

interface Line {
  readonly model: string
  readonly tokens: number
  /** USD as if nothing had been cached. */
  readonly full: number
  readonly paid: number
}

interface Account {
  readonly units: number
  readonly usd: number
  /** USD of everything after the first billed request of its kind in a unit. */
  readonly again: number
  /** By protocol and part: `chat_completions/system`. */
  readonly lines: ReadonlyMap<string, readonly Line[]>
}

function accountOf(entries: readonly LedgerEntry[]): Account {
  const billed = entries.filter(isBilled).sort((x, y) => x.request - y.request)
  const seen = new Set<string>()
  const lines = new Map<string, Line[]>()
  let [usd, again] = [0, 0]
  for (const entry of billed) {
    const cost = Number(entry.billed.pico ?? 0n) / 1e12
    usd += cost
    const question = `${String(entry.unit)} ${entry.same}`
    if (seen.has(question)) {
      again += cost
      continue
    }
    seen.add(question)
    for (const [part, line] of linesOf(entry)) {
      const key = `${entry.protocol}/${part}`
      lines.set(key, [...(lines.get(key) ?? []), line])
    }
  }
  return { units: new Set(billed.map((entry) => entry.unit)).size, usd, again, lines }
}

function isBilled(entry: LedgerEntry): entry is Billed {
  return entry.unit !== undefined && entry.billed?.rate !== undefined
}

/** Providers cache a prompt from its beginning. */
const ORDER: readonly (keyof PromptParts)[] = ['tools', 'system', 'history', 'rest']

function linesOf({ model, parts, billed }: Billed): readonly (readonly [string, Line])[] {
  const { usage, rate } = billed
  const perToken = (perMillion: string | undefined): number => Number(perMillion ?? 0) / 1e6
  const [input, read] = [perToken(rate.input), perToken(rate.cacheRead)]
  const write5m = usage.cacheRead + usage.cacheWrite5m
  const write1h = write5m + usage.cacheWrite1h
  let begun = 0
  const found: (readonly [string, Line])[] = []
  for (const part of ORDER) {
    const [from, to] = [begun, begun + parts[part]]
    begun = to
    const below = (end: number): number => Math.max(0, Math.min(to, end) - from)
    const paid =
      below(usage.cacheRead) * read +
      (below(write5m) - below(usage.cacheRead)) * perToken(rate.cacheWrite5m) +
      (below(write1h) - below(write5m)) * perToken(rate.cacheWrite1h) +
      (parts[part] - below(write1h)) * input
    found.push([part, { model, tokens: parts[part], full: parts[part] * input, paid }])
  }
  const output = usage.output * perToken(rate.output)
  found.push(['output', { model, tokens: usage.output, full: output, paid: output }])
  return found
}

function total(lines: readonly Line[], of: 'tokens' | 'full' | 'paid'): number {
  return lines.reduce((sum, line) => sum + line[of], 0)
}
