/**
 * xAI. Answers state what was billed, in ticks of 1/10,000,000,000 USD, tools and discounts included. In chat completions
 * reasoning tokens stand beside `completion_tokens`, in Responses they are part of `output_tokens`.
 * Source: docs.x.ai/developers/cost-tracking; @ai-sdk/xai 3.0.138. Read 2026-11-26.
 */

import { at, count, type JsonObject } from '../../core/unknown.ts'
import type { Host } from '../host.ts'

const DIGITS = 10

export const xai: Host = {
  names: ['api.x.ai', '.api.x.ai'],
  provider: 'x_ai',
  takesStreamUsage: 'chat',
  usage: (usage) => ({ reasoningApart: isApart(usage), statedCost: fromTicks(usage) }),
}

/** Told by the total, so that it stays right if they are counted in one day. */
function isApart(usage: JsonObject): boolean {
  const reasoning = count(at(usage, 'completion_tokens_details', 'reasoning_tokens')) ?? 0
  const parts = [usage['prompt_tokens'], usage['completion_tokens'], reasoning].map(count)
  const sum = parts.reduce((all: number, part) => all + (part ?? 0), 0)
  return reasoning > 0 && sum === count(usage['total_tokens'])
}

function fromTicks(usage: JsonObject): string | undefined {
  const ticks = count(usage['cost_in_usd_ticks'])
  if (ticks === undefined) return undefined
  const text = String(ticks).padStart(DIGITS + 1, '0')
  return `${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`
}
