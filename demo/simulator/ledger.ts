/**
 * What the simulator billed, request by request. It knows nothing of costspan: own rates, own arithmetic, own view of
 * attempts. What was generated is billed, also where the client hung up or the connection broke.
 */

import type { PromptParts, Protocol, SimulatorRequest } from './scenario.ts'
import { picoUsd, rateOf, usdText, type BilledUsage, type Rate, type RateTable } from './rates.ts'

/**
 * `completed`: sent whole. `disconnected`: the client hung up. `error_event`, `reset`: a planned fault in the answer.
 * `rejected`: an error status, nothing billed. `open`: still running.
 */
export type EntryEnd = 'open' | 'completed' | 'disconnected' | 'error_event' | 'reset' | 'rejected'

/** Tokens and what they cost; dollars are absent where the model has no rate. */
export interface Charge {
  readonly usage: BilledUsage
  /** 1e-12 USD. */
  readonly pico?: bigint
  /** What it was charged at. */
  readonly rate?: Rate
}

export interface LedgerEntry {
  readonly request: number
  readonly at: number
  readonly protocol: Protocol
  readonly provider: string
  readonly model: string
  readonly stream: boolean
  readonly attempt: number
  readonly repeat: number
  /** The first request with the same path and body. */
  readonly same: number
  /** What it was for, where the scenario knows. */
  readonly unit?: string
  readonly parts: PromptParts
  /** As the client sent them. */
  readonly retryCountHeader?: string
  readonly traceparent?: string
  readonly status: number
  readonly ended: EntryEnd
  /** Chunks of text that were sent; 0 for answers that are not streamed. */
  readonly chunksSent: number
  /** What is charged for this request. Absent where nothing is. */
  readonly billed?: Charge
  /** What the answer told the client of it; less than billed where a stream ended early or was not asked for usage. */
  readonly told?: Charge
}

export interface Sum {
  /** Requests with a charge. */
  readonly requests: number
  /** All input, cached included. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Exact decimal. Requests without a rate are not in it. */
  readonly usd: string
  readonly pico: bigint
  /** Requests with a charge whose model has no rate. */
  readonly unrated: number
}

export interface LedgerTotals {
  /** Requests as they arrived, errors and retries included. */
  readonly requests: number
  /** Logical calls: requests that are a first attempt. */
  readonly calls: number
  readonly rejected: number
  readonly billed: Sum
  readonly told: Sum
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[]
  totals(): LedgerTotals
}

export interface WritableLedger extends Ledger {
  open(request: SimulatorRequest): void
  charge(model: string, usage: BilledUsage): Charge
  change(request: number, change: Partial<LedgerEntry>): void
}

/** @param rates go before the simulator's own table */
export function createLedger(rates: RateTable = {}): WritableLedger {
  const entries: LedgerEntry[] = []
  const places = new Map<number, number>()
  return {
    entries,
    totals: () => totals(entries),
    charge: (model, usage) => charge(model, usage, rates),
    open(request) {
      const retryCountHeader = header(request, 'x-stainless-retry-count')
      const traceparent = header(request, 'traceparent')
      places.set(request.id, entries.length)
      entries.push({
        request: request.id,
        at: request.at,
        protocol: request.protocol,
        provider: request.provider,
        model: request.model,
        stream: request.stream,
        attempt: request.attempt,
        repeat: request.repeat,
        same: request.same,
        parts: request.parts,
        ...(retryCountHeader === undefined ? {} : { retryCountHeader }),
        ...(traceparent === undefined ? {} : { traceparent }),
        status: 200,
        ended: 'open',
        chunksSent: 0,
      })
    },
    change(request, change) {
      const place = places.get(request)
      const entry = place === undefined ? undefined : entries[place]
      if (place === undefined || entry === undefined) return
      entries[place] = { ...entry, ...change }
    },
  }
}

/** Tokens priced by the simulator's own table. */
export function charge(model: string, usage: BilledUsage, rates: RateTable = {}): Charge {
  const rate = rateOf(model, rates)
  const pico = rate === undefined ? undefined : picoUsd(rate, usage)
  return rate === undefined || pico === undefined ? { usage } : { usage, pico, rate }
}

function totals(entries: readonly LedgerEntry[]): LedgerTotals {
  return {
    requests: entries.length,
    calls: entries.filter((entry) => entry.attempt === 1).length,
    rejected: entries.filter((entry) => entry.ended === 'rejected').length,
    billed: sumOf(entries.map((entry) => entry.billed)),
    told: sumOf(entries.map((entry) => entry.told)),
  }
}

function sumOf(charges: readonly (Charge | undefined)[]): Sum {
  let [requests, inputTokens, outputTokens, unrated, pico] = [0, 0, 0, 0, 0n]
  for (const each of charges) {
    if (each === undefined) continue
    const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = each.usage
    requests += 1
    inputTokens += input + cacheRead + cacheWrite5m + cacheWrite1h
    outputTokens += output
    if (each.pico === undefined) unrated += 1
    else pico += each.pico
  }
  return { requests, inputTokens, outputTokens, usd: usdText(pico), pico, unrated }
}

function header(request: SimulatorRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}
