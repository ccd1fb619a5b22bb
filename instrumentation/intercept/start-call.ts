/** Begins the record of a call, whichever way its request was seen. */

import type { Config } from '../config.ts'
import type { Attributor } from '../attribution/attributor.ts'
import type { Attribution } from '../core/attribution.ts'
import type { AttributionRequiredError } from '../core/attribution-required.ts'
import type { CallRequest } from '../core/call.ts'
import { guard } from '../guard.ts'
import type { Outbound } from '../propagation/outbound.ts'
import type { ClaimedRequest } from './claim.ts'
import { now } from './clock.ts'
import type { OpenCall, OpenCalls } from './open-call.ts'
import type { Recorder } from './recorder.ts'
import { createRepeats } from './repeats.ts'

export interface Observation {
  readonly config: Config
  readonly recorder: Recorder
  readonly calls: OpenCalls
  readonly attribute: Attributor
  /** The error where a call must not be sent, by what it says; absent where nothing is demanded. */
  readonly check?: ((attribution: Attribution) => AttributionRequiredError | undefined) | undefined
  readonly outbound: Outbound
  /** Told of each request that is taken for a call, where somebody wants to know. Never throws. */
  readonly claimed?: ((request: ClaimedRequest) => void) | undefined
  /** What the attempts of one call have in common, by identity: the AI SDK's step, else the active span. */
  readonly group: () => object | undefined
}

/** Starts the record of a claimed request in the current context; the error where it must not be sent. */
export type StartCall = (claimed: ClaimedRequest) => OpenCall | AttributionRequiredError

export function createStart(observation: Observation): StartCall {
  const { config, recorder, calls, group, attribute, check } = observation
  const repeats = createRepeats()
  return (claimed) => {
    observation.claimed?.(claimed)
    const { provider, facts, body } = claimed
    const question = { provider, model: facts.model, stated: facts.attribution, body }
    const attribution = guard('attributing a call', () => attribute(question)) ?? config.defaults
    const refusal = check?.(attribution)
    if (refusal !== undefined) return refusal
    const { unit } = attribution
    const counted = config.context && unit !== undefined && claimed.body !== undefined
    const times = counted ? repeats.count(unit, claimed.target.href, claimed.body) : 1
    const request = callRequest(claimed, config, times)
    const startedAt = now()
    const call: OpenCall = {
      request,
      attribution,
      startedAt,
      parent: group(),
      recording: recorder.start(request, attribution, startedAt),
      failedAttempts: [],
      place: -1,
      active: false,
      lastActivity: startedAt,
      current: undefined,
      waiting: undefined,
    }
    calls.add(call)
    return call
  }
}

function callRequest(claimed: ClaimedRequest, config: Config, times: number): CallRequest {
  const { protocol, facts, target } = claimed
  return {
    operation: facts.operation ?? protocol.operation,
    provider: claimed.provider,
    stream: facts.stream,
    serverAddress: target.hostname,
    serverPort: target.port,
    apiType: protocol.apiType,
    model: facts.model,
    maxTokens: facts.maxTokens,
    context: config.context ? facts.context : undefined,
    repeat: times > 1 ? times : undefined,
  }
}
