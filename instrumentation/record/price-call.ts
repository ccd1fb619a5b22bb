/** From a Call to its Cost: which names, which reason, which instant. */

import type { Call } from '../core/call.ts'
import type { Cost } from '../core/cost.ts'
import { price, type PriceBook } from '../pricing/index.ts'

/** The book in use; it may be replaced while the process runs. */
export type BookSource = () => PriceBook

export function priceCall(call: Call, book: BookSource): Cost {
  const { request, answer } = call
  if (call.end === 'failed' && answer.usage === undefined) {
    return { kind: 'unpriced', reason: 'call_failed' }
  }
  const models = [answer.model, request.model].filter((model) => model !== undefined)
  return price(book(), {
    provider: request.provider,
    models,
    at: call.startedAt,
    ...(answer.usage !== undefined ? { usage: answer.usage } : {}),
    ...(answer.usageReason !== undefined ? { usageReason: answer.usageReason } : {}),
    ...(answer.context !== undefined ? { context: answer.context } : {}),
    ...(answer.statedCost !== undefined ? { statedCost: answer.statedCost } : {}),
  })
}
