/**
 * What a stable beginning of the prompt would have saved: an estimate.
 *
 * Calls of one prompt (feature, prompt name and version) to one model send the same tools and system prompt; its length
 * is taken to be that of the shortest among them. While no more than five minutes pass between two of them, the
 * provider could have read it from its cache. Counted is what each such call would have cost less at the cached rate, less
 * what the first of a run would have cost more where writing to the cache has a price. Calls that read nine tenths of it
 * from the cache missed nothing, and beginnings must be long enough to be cached at all.
 *
 * OpenAI caches prompts from 1,024 tokens and keeps them for five to ten minutes without use (platform.openai.com,
 * "Prompt caching"); Anthropic, where asked, from 1,024 to 4,096 by model and for five minutes after each use
 * (platform.claude.com, "Prompt caching"). Read 2026-11-25, as others quote them.
 */

import type { CacheMiss } from './answers.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { compactUsage, type Usage } from '../../instrumentation/core/usage.ts'
import type { PriceRequest } from '../../instrumentation/pricing/index.ts'
import { pastCall } from '../past-call.ts'
import type { CallRow } from '../row.ts'
import { moneyOf, toPico } from '../store/money.ts'

export type Price = (request: PriceRequest) => Cost

const LEAST_TOKENS = 1_024
const KEPT_MS = 300_000
/** So much of the beginning read from the cache is all of it: its length is an estimate. */
const HIT = 0.9

/** Largest first; what comes to nothing is left out. `calls` oldest first. */
export function cacheMisses(calls: readonly CallRow[], price: Price): readonly CacheMiss[] {
  const groups = new Map<string, CallRow[]>()
  for (const row of calls) {
    if (row.context === undefined || row.usage === undefined || row.usd === undefined) continue
    const key = JSON.stringify([
      row.feature,
      row.promptName,
      row.promptVersion,
      row.provider,
      row.responseModel ?? row.requestModel,
    ])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return [...groups.values()]
    .map((own) => missOf(own, price))
    .filter((miss) => miss !== undefined)
    .sort((x, y) => y.usd - x.usd)
}

function missOf(calls: readonly CallRow[], price: Price): CacheMiss | undefined {
  const [first] = calls
  const prefix = calls.reduce((least, row) => Math.min(least, prefixOf(row)), Infinity)
  if (first === undefined || calls.length < 2 || prefix < LEAST_TOKENS) return undefined
  let pico = 0n
  let missed = 0
  let warmUntil = -Infinity
  for (const row of calls) {
    const warm = row.startedAt <= warmUntil
    warmUntil = row.startedAt + KEPT_MS
    const saved = warm ? saving(row, readMoved(row, prefix), price) : -writing(row, prefix, price)
    pico += saved
    if (warm && saved > 0n) missed += 1
  }
  if (pico <= 0n) return undefined
  return {
    feature: first.feature ?? null,
    promptName: first.promptName ?? null,
    promptVersion: first.promptVersion ?? null,
    provider: first.provider,
    model: first.responseModel ?? first.requestModel ?? 'not stated',
    calls: missed,
    prefixTokens: prefix,
    ...moneyOf(pico),
  }
}

const prefixOf = ({ context }: CallRow): number => (context?.tools ?? 0) + (context?.system ?? 0)

const WRITES = [
  'cacheWrite',
  'cacheWrite5m',
  'cacheWrite30m',
  'cacheWrite1h',
  'cacheWrite12h',
] as const

/** The usage as if the beginning had been read from the cache: first what was written to it, then plain input. */
function readMoved(row: CallRow, prefix: number): Usage {
  const moved: Partial<Record<keyof Usage, number>> = { ...row.usage }
  const read = moved.cacheRead ?? 0
  let missing = read >= prefix * HIT ? 0 : prefix - read
  for (const meter of [...WRITES, 'input'] as const) {
    const taken = Math.min(missing, moved[meter] ?? 0)
    moved[meter] = (moved[meter] ?? 0) - taken
    moved.cacheRead = (moved.cacheRead ?? 0) + taken
    missing -= taken
  }
  return compactUsage(moved)
}

/** What writing the beginning to the cache would have cost more; nothing where it has no price of its own. */
function writing(row: CallRow, prefix: number, price: Price): bigint {
  const usage = row.usage ?? {}
  const there = WRITES.reduce((sum, meter) => sum + (usage[meter] ?? 0), usage.cacheRead ?? 0)
  const taken = Math.min(Math.max(0, prefix - there), usage.input ?? 0)
  if (taken === 0) return 0n
  const moved = compactUsage({
    ...usage,
    input: (usage.input ?? 0) - taken,
    cacheWrite5m: (usage.cacheWrite5m ?? 0) + taken,
  })
  return -saving(row, moved, price)
}

/** Of the same call with another usage; 0 where either has no whole price. */
function saving(row: CallRow, usage: Usage, price: Price): bigint {
  const { usageReason: _, ...call } = pastCall(row)
  const [now, then] = [price({ ...call }), price({ ...call, usage })]
  if (now.kind !== 'priced' || then.kind !== 'priced') return 0n
  return toPico(now.amount) - toPico(then.amount)
}
