/**
 * Gateways that state what a call cost in a header of the answer. They stand at anybody's address, so they are known by
 * the header.
 * LiteLLM: `x-litellm-response-cost`, USD (docs.litellm.ai/docs/proxy/response_headers, updated 2026-10-15). A streamed
 * answer's headers go out before there is a cost.
 */

import { dollars } from './host.ts'

const LITELLM_COST = 'x-litellm-response-cost'

/** Of a plain answer: USD as a decimal. */
export function statedByGateway(headers: { get(name: string): string | null }): string | undefined {
  const said = headers.get(LITELLM_COST)
  if (said === null) return undefined
  const amount = dollars(said)
  // LiteLLM takes a rate that it lacks for 0 (litellm_core_utils/llm_cost_calc/utils.py): that is not what the call cost.
  return Number(amount) === 0 ? undefined : amount
}
