/** What the provider does in the story: answers that fail the bot's check, cached prompts, rate limits, slow streams. */

import { at } from '../../instrumentation/core/unknown.ts'
import type { Plan, SimulatorRequest } from '../simulator/scenario.ts'
import { answerFor, PHASES, PROMPT_NAME, unitOf } from './phases.ts'

/** Tokens of doc-summary's instructions, which it caches. */
export const SUMMARY_INSTRUCTIONS = 4_000
/** Every so many drafts the provider says 429 once. */
const LIMITED_EVERY = 6

/** A scenario for one run: it counts drafts and knows whether the summary's instructions are cached. */
export function storyScenario(): (request: SimulatorRequest) => Plan | undefined {
  let cached = false
  let drafts = 0
  return (request) => {
    const bot = supportBot(request)
    if (bot !== undefined) return bot
    switch (request.protocol) {
      case 'messages': {
        const plan = cached
          ? { cacheReadTokens: SUMMARY_INSTRUCTIONS }
          : { cacheWrite5mTokens: SUMMARY_INSTRUCTIONS }
        cached = true
        return { ...plan, outputTokens: 300, delayMs: 150, chunkDelayMs: 10 }
      }
      case 'responses': {
        if (request.attempt === 1) drafts += 1
        if (request.attempt === 1 && drafts % LIMITED_EVERY === 0) {
          return { fault: { kind: 'status', status: 429, retryAfterMs: 250 } }
        }
        return { outputTokens: 500, reasoningTokens: 120, delayMs: 100, chunkDelayMs: 10 }
      }
      case 'embeddings':
        return { delayMs: 30 }
      case 'chat_completions':
        return { outputTokens: 80, delayMs: 80 }
      default:
        return undefined
    }
  }
}

/** By the words of the request itself: ticket, and version of the prompt. */
function supportBot(request: SimulatorRequest): Plan | undefined {
  const [ticket] = /(?<=Ticket )\d+/.exec(request.raw) ?? []
  const [version] = new RegExp(`(?<=Prompt ${PROMPT_NAME} )v\\d+`).exec(request.raw) ?? []
  const phase = PHASES.find((each) => each.promptVersion === version)
  const isChat = at(request.body, 'messages') !== undefined
  if (!isChat || ticket === undefined || phase === undefined) return undefined
  const answer = answerFor(phase, ticket, request.repeat)
  return {
    unit: unitOf(phase.promptVersion, ticket),
    outputTokens: answer.tokens,
    text: answer.text,
    delayMs: 60 + (Number(ticket) % 7) * 10,
  }
}
