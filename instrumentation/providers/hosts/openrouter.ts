/**
 * OpenRouter. `usage.cost` is what was charged, in credits of 1 USD. With a key of one's own at the host that answers,
 * that is OpenRouter's fee, and the host's own charge comes on top.
 * Source: openrouter.ai/docs/use-cases/usage-accounting; types of @openrouter/sdk 1.3.19, `ChatUsage`, `CostDetails`.
 * Read 2026-11-26.
 */

import { at, type JsonObject } from '../../core/unknown.ts'
import { dollars, type Host } from '../host.ts'

export const openrouter: Host = {
  names: ['openrouter.ai'],
  provider: 'openrouter',
  takesStreamUsage: 'chat',
  usage: (usage) => ({ statedCost: charged(usage) }),
}

function charged(usage: JsonObject): string | undefined {
  const own = dollars(usage['cost'])
  if (usage['is_byok'] !== true || own === undefined) return own
  const upstream = dollars(at(usage, 'cost_details', 'upstream_inference_cost'))
  return upstream === undefined ? undefined : dollars(Number(own) + Number(upstream))
}
