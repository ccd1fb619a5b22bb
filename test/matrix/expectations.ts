/** What must hold for one case: the application saw what it sees bare, and the record says what the provider booked. */

import { expect } from 'vitest'
import { PICO_PER_USD, type BilledUsage } from '../../demo/simulator/rates.ts'
import type { LedgerEntry } from '../../demo/simulator/ledger.ts'
import type { SunkSpan } from '../support/otlp-sink.ts'
import { expectedEnds, type Case, type Client } from './cases.ts'
import type { Run } from './matrix.ts'

/** Chunks that may be on their way when somebody hangs up: timing, bare as well. */
const IN_FLIGHT = 12
/** The engine collects when it likes; the run asks it every 40 ms, in which 20 chunks are sent. Two of these rounds. */
const UNTIL_COLLECTED = 40

export function expectUnnoticed(one: Case, bare: Run, observed: Run): void {
  const seen = observed.seen.get(one.name)
  expect(seen).toBeDefined()
  expect(seen).toEqual(bare.seen.get(one.name))
  expect(observed.ledger.get(one.name)?.length).toBe(bare.ledger.get(one.name)?.length)
}

/** How often a case is run again of which more was sent than bare. */
const RUNS_AGAIN = 3

/**
 * The provider sent no more than bare. How much is on its way when somebody hangs up is the machine's affair, and a busy
 * one takes its time: what an observer drains it drains every time, so the least of a few runs counts.
 */
export async function expectSentNoMore(
  one: Case,
  first: readonly [bare: Run, observed: Run],
  again: () => Promise<readonly [bare: Run, observed: Run]>,
): Promise<void> {
  const chunks = (run: Run): number =>
    (run.ledger.get(one.name) ?? []).reduce((sum, entry) => sum + entry.chunksSent, 0)
  const allowed = one.stop === 'unread' ? UNTIL_COLLECTED : IN_FLIGHT
  let [bare, observed] = first.map(chunks) as [number, number]
  for (let run = 0; run < RUNS_AGAIN && observed > bare + allowed; run += 1) {
    const [bareAgain, observedAgain] = await again()
    bare = Math.max(bare, chunks(bareAgain))
    observed = Math.min(observed, chunks(observedAgain))
  }
  expect(observed).toBeLessThanOrEqual(bare + allowed)
}

export function expectRecorded(client: Client, one: Case, { spans, ledger }: Run): void {
  const records = spans.filter(
    ({ attributes }) =>
      attributes['costspan.feature'] === one.name && attributes['costspan.call.end'] !== undefined,
  )
  expect(records.length).toBe(1)
  const [record] = records as [SunkSpan]
  const entries = ledger.get(one.name) ?? []
  expect(expectedEnds(client, one)).toContain(record.attributes['costspan.call.end'])
  expectParent(one, record, spans)
  expect(record.attributes['http.request.resend_count'] ?? 0).toBe(entries.length - 1)
  expect(record.events.filter(({ name }) => name === 'costspan.attempt.failed').length).toBe(
    entries.length - 1,
  )
  expectMoney(record, entries.at(-1))
}

/** The application's span is above the record, with nothing of another case between. */
function expectParent(one: Case, record: SunkSpan, spans: readonly SunkSpan[]): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  let span: SunkSpan | undefined = record
  while (span.parentSpanId !== undefined && span.parentSpanId !== '') {
    const parent: SunkSpan | undefined = byId.get(span.parentSpanId)
    // A framework's span that never ends (AI SDK after a break) is missing in between.
    if (parent === undefined) {
      expect(one.stop).toBeDefined()
      return
    }
    span = parent
  }
  expect(span.scope).toBe('application')
  expect(span.name).toBe(one.name)
}

function expectMoney({ attributes }: SunkSpan, entry: LedgerEntry | undefined): void {
  const amount = attributes['gen_ai.usage.cost.amount']
  const status = attributes['costspan.cost.status']
  if (attributes['costspan.call.end'] === 'completed') {
    expect(status).toBe('priced')
    expect(tokensOf(attributes)).toEqual(totals(entry?.billed?.usage))
    expect(entry?.billed?.pico).toBeDefined()
    expect(amount).toBeCloseTo(Number(entry?.billed?.pico) / Number(PICO_PER_USD), 12)
    return
  }
  expect(['unpriced', 'partial']).toContain(status)
  expect(attributes['costspan.cost.reason']).toMatch(/^[a-z_]+$/)
  if (status === 'unpriced') expect(amount).toBeUndefined()
  else {
    // Of an interrupted answer what was told is a lower bound of what is billed.
    const billed = Number(entry?.billed?.pico) / Number(PICO_PER_USD)
    expect(amount).toBeLessThanOrEqual(billed + 1e-12)
    expect(attributes['gen_ai.usage.input_tokens']).toBe(totals(entry?.billed?.usage).input)
  }
}

function tokensOf(attributes: SunkSpan['attributes']): object {
  return {
    input: attributes['gen_ai.usage.input_tokens'],
    output: attributes['gen_ai.usage.output_tokens'],
  }
}

function totals(usage: BilledUsage | undefined): {
  readonly input: number
  readonly output: number
} {
  if (usage === undefined) return { input: NaN, output: NaN }
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  return { input: input + cacheRead + cacheWrite5m + cacheWrite1h, output }
}
