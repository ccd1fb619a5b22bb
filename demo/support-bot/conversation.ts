/** One conversation of the support bot. */

import { recordCost, recordOutcome, withAttribution } from '../../instrumentation/index.ts'
import {
  BOT_FEATURE,
  BOT_MODEL,
  MAX_ATTEMPTS,
  PROMPT_NAME,
  isResolved,
  question,
  systemPrompt,
  TICKET_RESOLVED,
  ticketOf,
  unitOf,
  UNSURE,
  type Phase,
} from '../story/phases.ts'
import { proseOf } from '../simulator/tokens.ts'
import type { Clients } from './clients.ts'

const CUSTOMERS = ['acme', 'acme', 'globex', 'initech', 'acme', 'umbrella']

/** Four look-ups in the knowledge base, and a conversation's share of the API gateway's bill. */
const RETRIEVAL = {
  component: 'vector_db',
  amount: 0.0016,
  quantity: 4,
  source: 'price list of the vector database',
  origin: 'measured',
} as const
const GATEWAY = {
  component: 'gateway',
  amount: 0.0008,
  source: 'last invoice over its conversations',
  origin: 'allocated',
} as const

export async function conversation(
  { openai }: Clients,
  phase: Phase,
  index: number,
): Promise<string> {
  const customer = CUSTOMERS[index % CUSTOMERS.length] ?? 'acme'
  return withAttribution(
    {
      feature: BOT_FEATURE,
      team: 'support',
      customer,
      // Said, since requests carry earlier answers along: costspan would take them for the middle of a conversation.
      unit: {
        type: 'conversation',
        id: unitOf(phase.promptVersion, ticketOf(index)),
        start: true,
      },
      prompt: { name: PROMPT_NAME, version: phase.promptVersion },
    },
    async () => {
      recordCost(RETRIEVAL)
      recordCost(GATEWAY)
      let answer = ''
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const completion = await openai.chat.completions.create({
          model: BOT_MODEL,
          max_completion_tokens: 4_000,
          messages: [
            { role: 'system', content: systemPrompt(phase) },
            ...history(phase),
            { role: 'user', content: question(phase, index) },
          ],
        })
        answer = completion.choices[0]?.message.content ?? ''
        // The loop that nobody budgeted for: each asking again is a whole call, billed like the first.
        if (!answer.startsWith(UNSURE)) break
      }
      recordOutcome(TICKET_RESOLVED, {
        success: isResolved(index),
        // The job that closes tickets may run twice.
        idempotencyKey: `${phase.promptVersion}-${ticketOf(index)}`,
      })
      return answer
    },
  )
}

function history(
  phase: Phase,
): { readonly role: 'user' | 'assistant'; readonly content: string }[] {
  return phase.history.flatMap((exchange) => [
    { role: 'user' as const, content: proseOf(exchange.question) },
    { role: 'assistant' as const, content: proseOf(exchange.answer) },
  ])
}
