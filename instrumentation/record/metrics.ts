/** Records every call into the metrics of the contract: from the Call, never read back off a span. */

import type { Attributes } from '@opentelemetry/api'
import type { Call } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import { tokenTotals, type TokenTotals } from '../core/usage.ts'
import * as names from '../semconv.ts'
import { contextTokens, wasteOf } from './attributes.ts'
import { createLabelGuard, keyOf, type LabelGuard, type Labels } from './cardinality.ts'
import { createInstruments, PICOS_PER_USD, type Instruments } from './instruments.ts'
import { apiRecord } from './otel-globals.ts'

export interface Metrics {
  record(call: Call, cost: Cost): void
  /** Counts what was dropped or folded together. */
  dropped(signal: string, reason: string): void
}

export interface MetricsOptions {
  readonly version: string
  readonly customerOnMetrics: boolean
  /** Unix time of the price book in use, seconds. */
  readonly bookTime: () => number | undefined
}

export function createMetrics(options: MetricsOptions): Metrics {
  const current = perProvider(options)
  const labelGuard: LabelGuard = createLabelGuard(() => {
    metrics.dropped('metrics', 'cardinality')
  })
  const metrics: Metrics = {
    record(call, cost) {
      const instruments = current()
      if (instruments === undefined) return
      const { request, answer, attribution } = call
      const model = request.model ?? answer.model ?? 'unknown'
      const labels = labelGuard.admit(request.provider, model, attribution)
      const customer = options.customerOnMetrics ? attribution.customer : undefined
      const scope = createScope(labels, customer)
      recordCounts(instruments, scope, call, cost)
      recordMoney(instruments, scope, call, cost)
      recordTokens(instruments, scope, call)
      recordDistributions(instruments, labels, call, cost)
    },
    dropped(signal, reason) {
      current()?.dropped.add(`${signal}\u0000${reason}`, 1, () => ({
        [names.ATTR_SIGNAL]: signal,
        [names.ATTR_REASON]: reason,
      }))
    },
  }
  return metrics
}

/** Instruments of whichever meter provider is registered now: an application may bring its own at any time. */
function perProvider(options: MetricsOptions): () => Instruments | undefined {
  const known = new WeakMap<object, Instruments>()
  return () => {
    const provider = apiRecord().metrics
    if (provider === undefined) return undefined
    const existing = known.get(provider)
    if (existing !== undefined) return existing
    const meter = provider.getMeter(names.SCOPE_NAME, options.version)
    const created = createInstruments(meter, options.bookTime)
    known.set(provider, created)
    return created
  }
}

/** The common labels of one call (`A` of the contract), their key, and both with more added. */
interface Scope {
  readonly key: string
  readonly labels: Labels
  readonly attributes: () => Attributes
}

function createScope(labels: Labels, customer: string | undefined): Scope {
  return {
    key: customer === undefined ? keyOf(labels) : `${keyOf(labels)}\u0000${customer}`,
    labels,
    attributes: () => ({
      [names.ATTR_PROVIDER_NAME]: labels.provider,
      [names.ATTR_REQUEST_MODEL]: labels.model,
      [names.ATTR_FEATURE]: labels.feature,
      [names.ATTR_TEAM]: labels.team,
      [names.ATTR_PROMPT_NAME]: labels.promptName,
      [names.ATTR_PROMPT_VERSION]: labels.promptVersion,
      ...(customer !== undefined ? { [names.ATTR_CUSTOMER]: customer } : {}),
    }),
  }
}

function recordCounts(instruments: Instruments, scope: Scope, call: Call, cost: Cost): void {
  const waste = wasteOf(call)
  const reason = cost.kind === 'priced' ? '' : cost.reason
  const { operation } = call.request
  instruments.calls.add(
    `${scope.key}\u0000${operation}\u0000${call.end}\u0000${waste}\u0000${reason}`,
    1,
    () => ({
      ...scope.attributes(),
      [names.ATTR_OPERATION_NAME]: operation,
      [names.ATTR_CALL_END]: call.end,
      [names.ATTR_COST_STATUS]: cost.kind,
      [names.ATTR_WASTE]: waste,
      ...(reason !== '' ? { [names.ATTR_COST_REASON]: reason } : {}),
    }),
  )
  for (const attempt of call.failedAttempts) countAttempt(instruments, scope, attempt.statusCode)
  countAttempt(instruments, scope, call.statusCode ?? (call.end === 'failed' ? undefined : 200))
}

function countAttempt(instruments: Instruments, scope: Scope, status: number | undefined): void {
  instruments.attempts.add(`${scope.key}\u0000${String(status)}`, 1, () => {
    const { [names.ATTR_TEAM]: _team, ...attributes } = scope.attributes()
    return status === undefined ? attributes : { ...attributes, [names.ATTR_HTTP_STATUS]: status }
  })
}

function recordMoney(instruments: Instruments, scope: Scope, call: Call, cost: Cost): void {
  if (cost.kind === 'unpriced') return
  const waste = wasteOf(call)
  for (const [component, usd] of Object.entries(cost.parts)) {
    if (usd === 0) continue
    instruments.cost.add(
      `${scope.key}\u0000${component}\u0000${waste}`,
      Math.round(usd * PICOS_PER_USD),
      () => ({
        ...scope.attributes(),
        [names.ATTR_COST_COMPONENT]: component,
        [names.ATTR_WASTE]: waste,
        [names.ATTR_COST_BY]: 'sdk',
      }),
    )
  }
  if (cost.cacheSavings !== undefined && cost.cacheSavings > 0) {
    instruments.savings.add(
      scope.key,
      Math.round(cost.cacheSavings * PICOS_PER_USD),
      scope.attributes,
    )
  }
}

function recordTokens(instruments: Instruments, scope: Scope, call: Call): void {
  const { usage } = call.answer
  const totals = usage === undefined ? NO_TOKENS : tokenTotals(usage)
  const families = [
    [instruments.inputTokens, totals.input],
    [instruments.outputTokens, totals.output],
    [instruments.cacheReadTokens, totals.cacheRead],
    [instruments.cacheWriteTokens, totals.cacheWrite],
    [instruments.reasoningTokens, totals.reasoning],
  ] as const
  const modality = modalityOf(totals)
  const attributes = (): Attributes => ({
    ...scope.attributes(),
    [names.ATTR_TOKEN_MODALITY]: modality,
  })
  const key = `${scope.key}\u0000${modality}`
  for (const [family, tokens] of families) family.add(key, tokens, attributes)
  const context = contextTokens(call.request.context, usage)
  if (context === undefined) return
  for (const [part, tokens] of Object.entries(context)) {
    instruments.contextTokens.add(`${scope.key}\u0000${part}`, tokens, () => ({
      [names.ATTR_FEATURE]: scope.labels.feature,
      [names.ATTR_PROMPT_NAME]: scope.labels.promptName,
      [names.ATTR_PROMPT_VERSION]: scope.labels.promptVersion,
      [names.ATTR_CONTEXT_PART]: part,
    }))
  }
}

const NO_TOKENS: TokenTotals = tokenTotals({})

/** A call's counters carry one modality: where a provider mixes them in one total, it is not known. */
function modalityOf(totals: TokenTotals): string {
  const mixed = totals.audioInput + totals.audioOutput + totals.imageInput + totals.imageOutput
  return mixed > 0 ? 'unknown' : 'text'
}

function recordDistributions(
  instruments: Instruments,
  labels: Labels,
  call: Call,
  cost: Cost,
): void {
  const common: Attributes = {
    [names.ATTR_PROVIDER_NAME]: labels.provider,
    [names.ATTR_REQUEST_MODEL]: labels.model,
    [names.ATTR_FEATURE]: labels.feature,
  }
  if (cost.kind !== 'unpriced') instruments.operationCost.record(cost.amount, common)
  const { usage } = call.answer
  if (usage !== undefined) {
    instruments.operationInputTokens.record(tokenTotals(usage).input, {
      [names.ATTR_FEATURE]: labels.feature,
      [names.ATTR_PROMPT_NAME]: labels.promptName,
      [names.ATTR_PROMPT_VERSION]: labels.promptVersion,
    })
  }
  const timed =
    call.errorType === undefined ? common : { ...common, [names.ATTR_ERROR_TYPE]: call.errorType }
  instruments.duration.record((call.endedAt - call.startedAt) / 1000, timed)
  if (call.firstChunkAt !== undefined) {
    instruments.timeToFirstChunk.record((call.firstChunkAt - call.startedAt) / 1000, timed)
  }
}
