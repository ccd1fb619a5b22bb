/** The instruments of the contract, on one meter. */

import type { Meter } from '@opentelemetry/api'
import * as names from '../semconv.ts'
import { createFamily, type Family } from './families.ts'
import type { HistogramFamily, HistogramMaker } from './histograms.ts'

/** Money is added in units of 1e-12 USD: exact in a double up to $9,007 a series, and to 16 digits beyond. */
export const PICOS_PER_USD = 1e12

export interface Instruments {
  readonly cost: Family
  readonly calls: Family
  readonly attempts: Family
  readonly savings: Family
  readonly contextTokens: Family
  readonly inputTokens: Family
  readonly outputTokens: Family
  readonly cacheReadTokens: Family
  readonly cacheWriteTokens: Family
  readonly reasoningTokens: Family
  readonly dropped: Family
  readonly operationCost: HistogramFamily
  readonly operationInputTokens: HistogramFamily
  readonly duration: HistogramFamily
  readonly timeToFirstChunk: HistogramFamily
}

/** @param bookTime Unix time of the price book in use, seconds. */
export function createInstruments(
  meter: Meter,
  histogram: HistogramMaker,
  bookTime: () => number | undefined,
): Instruments {
  const family = (metric: names.MetricDefinition, perUnit?: number): Family =>
    createFamily(meter, metric, perUnit)
  const book = meter.createObservableGauge(names.METRIC_PRICE_BOOK_TIME.name, {
    unit: names.METRIC_PRICE_BOOK_TIME.unit,
    description: names.METRIC_PRICE_BOOK_TIME.description,
  })
  book.addCallback((result) => {
    const time = bookTime()
    if (time !== undefined) result.observe(time)
  })
  return {
    cost: family(names.METRIC_COST, PICOS_PER_USD),
    calls: family(names.METRIC_CALLS),
    attempts: family(names.METRIC_ATTEMPTS),
    savings: family(names.METRIC_CACHE_SAVINGS, PICOS_PER_USD),
    contextTokens: family(names.METRIC_CONTEXT_TOKENS),
    inputTokens: family(names.METRIC_INPUT_TOKENS),
    outputTokens: family(names.METRIC_OUTPUT_TOKENS),
    cacheReadTokens: family(names.METRIC_CACHE_READ_TOKENS),
    cacheWriteTokens: family(names.METRIC_CACHE_WRITE_TOKENS),
    reasoningTokens: family(names.METRIC_REASONING_TOKENS),
    dropped: family(names.METRIC_DROPPED),
    operationCost: histogram(names.METRIC_OPERATION_COST),
    operationInputTokens: histogram(names.METRIC_OPERATION_INPUT_TOKENS),
    duration: histogram(names.METRIC_DURATION),
    timeToFirstChunk: histogram(names.METRIC_TIME_TO_FIRST_CHUNK),
  }
}
