/** A stored call as what is priced again. */

import type { CostReason } from '../instrumentation/core/cost.ts'
import { fromInclusive } from '../instrumentation/core/inclusive-usage.ts'
import type { PastCall } from '../instrumentation/pricing/index.ts'
import type { CallRow } from './row.ts'

export function pastCall(row: CallRow): PastCall {
  return {
    provider: row.provider,
    models: [row.responseModel, row.requestModel].filter((model) => model !== undefined),
    ...usageOf(row),
    ...(row.priceContext === undefined ? {} : { context: row.priceContext }),
    at: row.startedAt,
  }
}

/** Calls that came before the store kept usage have their inclusive counts only. */
function usageOf(row: CallRow): Pick<PastCall, 'usage' | 'usageReason'> {
  const reason = reasonOf(row)
  const stated = reason === undefined ? {} : { usageReason: reason }
  if (row.usage !== undefined) return { usage: row.usage, ...stated }
  const nothing = row.inputTokens === undefined && row.outputTokens === undefined
  if (nothing || reason === 'usage_inconsistent') return stated
  const read = fromInclusive({
    input: row.inputTokens,
    output: row.outputTokens,
    cacheRead: row.cacheReadTokens,
    cacheWrite: row.cacheWriteTokens,
    reasoning: row.reasoningTokens,
  })
  return 'problem' in read
    ? { usageReason: 'usage_inconsistent' }
    : { usage: read.usage, ...stated }
}

const USAGE_REASONS = [
  'usage_missing',
  'usage_incomplete',
  'usage_inconsistent',
  'call_failed',
] as const

/** What was missing of the usage stays missing. */
function reasonOf(row: CallRow): CostReason | undefined {
  const stated = USAGE_REASONS.find((reason) => reason === row.reason)
  if (stated !== undefined) return stated
  const { inputTokens, outputTokens, operation } = row
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  const whole =
    inputTokens !== undefined && (outputTokens !== undefined || operation === 'embeddings')
  return whole ? undefined : 'usage_incomplete'
}
