/** Records every call into the metrics of the contract: from the Call, never read back off a span. */

import type { Call } from '../core/call.ts'
import type { Cost, CostPart } from '../core/cost.ts'
import type { OtherCost } from '../core/recorded.ts'
import { inputTokens, tokenTotals, type TokenTotals } from '../core/usage.ts'
import * as names from '../semconv.ts'
import { CONTEXT_PARTS, contextTokens, wasteOf } from './attributes.ts'
import { boundedNames, createLabelGuard, type Labels } from './cardinality.ts'
import type { Cell } from './families.ts'
import { instrumentsOn, type HistogramMaker } from './histograms.ts'
import { createInstruments, PICOS_PER_USD, type Instruments } from './instruments.ts'
import { perMeterProvider } from './per-meter-provider.ts'
import { createSeries, type Series } from './series.ts'

export interface Metrics {
  record(call: Call, cost: Cost): void
  /** Adds a cost that is no call's to `costspan.cost`. */
  other(cost: Pick<OtherCost, 'component' | 'usd' | 'attribution'>): void
  /** Counts what was dropped or folded together. */
  dropped(signal: string, reason: string): void
}

export interface MetricsOptions {
  readonly version: string
  readonly customerOnMetrics: boolean
  /** Unix time of the price book in use, seconds. */
  readonly bookTime: () => number | undefined
  /** How histograms are made on a meter provider, where not as instruments of its meter. */
  readonly histogramsOn?: (provider: object) => HistogramMaker | undefined
}

/** Components beside the parts of calls, per process. */
const MAX_COMPONENTS = 100
/** Provider and model of a cost that has none: no label is ever missing. */
const NO_MODEL = 'none'

export function createMetrics(options: MetricsOptions): Metrics {
  const current = perMeterProvider(options.version, (meter, provider) => {
    const histogram = options.histogramsOn?.(provider) ?? instrumentsOn(meter)
    return createMetering(createInstruments(meter, histogram, options.bookTime))
  })
  const onFold = (): void => {
    metrics.dropped('metrics', 'cardinality')
  }
  const labelGuard = createLabelGuard(onFold)
  const componentName = boundedNames(onFold, MAX_COMPONENTS)
  const metrics: Metrics = {
    record(call, cost) {
      const meter = current()
      if (meter === undefined) return
      const { request, answer, attribution } = call
      const model = request.model ?? answer.model ?? 'unknown'
      const labels = labelGuard.admit(request.provider, model, attribution)
      const customer = options.customerOnMetrics ? attribution.customer : undefined
      const series = meter.seriesOf(labels, customer)
      recordCounts(series, call, cost)
      recordMoney(series, call, cost)
      recordTokens(series, call)
      recordDistributions(series, call, cost)
    },
    other({ component, usd, attribution }) {
      const meter = current()
      if (meter === undefined) return
      const labels = labelGuard.admit(NO_MODEL, NO_MODEL, attribution)
      const customer = options.customerOnMetrics ? attribution.customer : undefined
      const cell = meter.seriesOf(labels, customer).cost(componentName(component), 'none')
      cell.value += Math.round(usd * PICOS_PER_USD)
    },
    dropped(signal, reason) {
      const meter = current()
      if (meter !== undefined) meter.dropped(signal, reason).value += 1
    },
  }
  return metrics
}

/** Series on one meter provider. */
interface Metering {
  readonly seriesOf: (labels: Labels, customer: string | undefined) => Series
  readonly dropped: (signal: string, reason: string) => Cell
}

/** Customers with series of their own, where customer is a metric attribute; the rest share `other`. */
const MAX_CUSTOMERS = 300
/**
 * Label sets told apart by customer, in all: each customer with each label set would be 100,000 and more. Times what a
 * counter adds (components, waste) they stay below the 10,000 series of one instrument, beyond which the SDK loses values.
 */
const MAX_OF_CUSTOMERS = 1_000

function createMetering(instruments: Instruments): Metering {
  const plain = new Map<Labels, Series>()
  const byCustomer = new Map<string, Map<Labels, Series>>()
  const drops = new Map<string, Cell>()
  let toldApart = 0
  const ofCustomer = (customer: string | undefined): Map<Labels, Series> => {
    if (customer === undefined) return plain
    const known = byCustomer.get(customer)
    if (known !== undefined) return known
    if (byCustomer.size >= MAX_CUSTOMERS && customer !== 'other') return ofCustomer('other')
    const created = new Map<Labels, Series>()
    byCustomer.set(customer, created)
    return created
  }
  return {
    seriesOf(labels, customer) {
      const known = ofCustomer(customer).get(labels)
      if (known !== undefined) return known
      const full = customer !== undefined && toldApart >= MAX_OF_CUSTOMERS
      const bounded = ofCustomer(full ? 'other' : customer)
      const shared = bounded.get(labels)
      if (shared !== undefined) return shared
      const name = bounded === byCustomer.get('other') ? 'other' : customer
      if (name !== undefined) toldApart += 1
      const created = createSeries(instruments, labels, name)
      bounded.set(labels, created)
      return created
    },
    dropped(signal, reason) {
      const key = `${signal} ${reason}`
      const attributes = { [names.ATTR_SIGNAL]: signal, [names.ATTR_REASON]: reason }
      const cell = drops.get(key) ?? instruments.dropped(attributes)
      drops.set(key, cell)
      return cell
    },
  }
}

function recordCounts(series: Series, call: Call, cost: Cost): void {
  const reason = cost.kind === 'priced' ? '' : cost.reason
  const { operation } = call.request
  series.call({
    operation,
    end: call.end,
    status: cost.kind,
    reason,
    waste: wasteOf(call),
  }).value += 1
  for (const attempt of call.failedAttempts) series.attempt(attempt.statusCode).value += 1
  const last = call.statusCode ?? (call.end === 'failed' ? undefined : 200)
  series.attempt(last).value += 1
}

function recordMoney(series: Series, call: Call, cost: Cost): void {
  if (cost.kind === 'unpriced') return
  const waste = wasteOf(call)
  for (const component in cost.parts) {
    const usd = cost.parts[component as CostPart] ?? 0
    if (usd !== 0) series.cost(component, waste).value += Math.round(usd * PICOS_PER_USD)
  }
  if (cost.cacheSavings !== undefined && cost.cacheSavings > 0) {
    series.savings.value += Math.round(cost.cacheSavings * PICOS_PER_USD)
  }
}

function recordTokens(series: Series, call: Call): void {
  const { usage } = call.answer
  const totals = usage === undefined ? NO_TOKENS : tokenTotals(usage)
  const cells = series.tokens(modalityOf(totals))
  cells.input.value += totals.input
  cells.output.value += totals.output
  cells.cacheRead.value += totals.cacheRead
  cells.cacheWrite.value += totals.cacheWrite
  cells.reasoning.value += totals.reasoning
  const context = contextTokens(call.request.context, usage)
  if (context === undefined) return
  for (const part of CONTEXT_PARTS) {
    if (context[part] > 0) series.context(part).value += context[part]
  }
}

const NO_TOKENS: TokenTotals = tokenTotals({})

/** A call's counters carry one modality: where a provider mixes them in one total, it is not known. */
function modalityOf(totals: TokenTotals): string {
  const mixed = totals.audioInput + totals.audioOutput + totals.imageInput + totals.imageOutput
  return mixed > 0 ? 'unknown' : 'text'
}

function recordDistributions(series: Series, call: Call, cost: Cost): void {
  if (cost.kind !== 'unpriced') series.operationCost.record(cost.amount)
  const { usage } = call.answer
  if (usage !== undefined) series.operationInputTokens.record(inputTokens(usage))
  const timed = series.timed(call.errorType ?? '')
  timed.duration.record((call.endedAt - call.startedAt) / 1000)
  if (call.firstChunkAt !== undefined) {
    timed.timeToFirstChunk.record((call.firstChunkAt - call.startedAt) / 1000)
  }
}
