/** An emitter of priced spans that sends each batch until it is acknowledged, and knows what was. */

import { setTimeout as sleep } from 'node:timers/promises'
import { pricedCall, sendSpans, type SpanToSend } from './spans.ts'

export interface Sent {
  readonly usd: number
  readonly count: number
}

export interface Load {
  acknowledged(): Sent
  /** Requests that were answered with something else than 200. */
  refused(): number
  /** Requests that have been under way for more than a second. */
  waiting(): number
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly lanes?: number
  /** Milliseconds between two batches of a lane. */
  readonly pauseMs?: number
  readonly timeoutMs?: number
}

const BATCH = 10

export function startLoad(otlp: string, options: LoadOptions = {}): Load {
  const { lanes = 4, pauseMs = 50, timeoutMs = 30_000 } = options
  const sent = { usd: 0, count: 0 }
  const since = new Map<number, number>()
  let [stopped, refused] = [false, 0]

  const attempt = async (batch: readonly SpanToSend[]): Promise<boolean> => {
    try {
      const { status } = await sendSpans(otlp, batch, timeoutMs)
      if (status !== 200) refused += 1
      return status === 200
    } catch {
      // Nobody listens, or the answer was lost: the same spans again.
      return false
    }
  }
  const lane = async (number: number): Promise<void> => {
    for (let round = 0; !stopped; round += 1) {
      const batch = Array.from({ length: BATCH }, (_, index) => call(round, index))
      since.set(number, performance.now())
      while (!(await attempt(batch))) await sleep(200)
      since.delete(number)
      for (const span of batch) sent.usd += Number(span.attributes['gen_ai.usage.cost.amount'])
      sent.count += batch.length
      await sleep(pauseMs)
    }
  }
  const ended = Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  return {
    acknowledged: () => ({ ...sent }),
    refused: () => refused,
    waiting: () => [...since.values()].filter((from) => performance.now() - from > 1_000).length,
    async stop() {
      stopped = true
      await ended
    },
  }
}

/** Amounts of many sizes; a new feature for every ten batches. */
function call(round: number, index: number): SpanToSend {
  const amount = 0.001 * (1 + ((round + index) % 7))
  return pricedCall(amount, {
    'costspan.cost.input': amount / 4,
    'costspan.cost.output': amount - amount / 4,
    'costspan.feature': `elsewhere-${Math.floor(round / 10)}`,
  })
}
