/** A plan made into an answer: text of the planned length and the usage that belongs to it. */

import type { Plan, SimulatorRequest } from './scenario.ts'
import { proseOf } from './tokens.ts'
import type { Answer } from './wire-format.ts'

const DEFAULT_OUTPUT = 64

export function answerOf(request: SimulatorRequest, plan: Plan): Answer {
  const output = plan.outputTokens ?? request.maxOutputTokens ?? DEFAULT_OUTPUT
  const reasoning = Math.min(plan.reasoningTokens ?? 0, output)
  const cacheRead = plan.cacheReadTokens ?? 0
  const cacheWrite5m = plan.cacheWrite5mTokens ?? 0
  const cacheWrite1h = plan.cacheWrite1hTokens ?? 0
  const input = request.inputTokens - cacheRead - cacheWrite5m - cacheWrite1h
  if (input < 0) {
    throw new Error(`a plan caches more than the ${request.inputTokens} tokens of the request`)
  }
  return {
    request,
    suffix: `sim${request.id.toString(36).padStart(8, '0')}`,
    created: Math.floor(request.at / 1000),
    text: proseOf(output - reasoning, plan.text),
    finish: plan.finish ?? 'stop',
    usage: {
      ...{ input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning },
      ...(request.searches === undefined ? {} : { searches: request.searches }),
    },
  }
}
