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
  const models: string[] = []
  if (answer.model !== undefined) models.push(answer.model)
  if (request.model !== undefined) models.push(request.model)
  return price(book(), {
    provider: request.provider,
    models,
    at: call.startedAt,
    usage: answer.usage,
    usageReason: answer.usageReason,
    context: answer.context,
    statedCost: answer.statedCost,
  })
}
