/** One conversation of the support bot. */

import { withAttribution } from '../../instrumentation/index.ts'
import {
  BOT_MODEL,
  MAX_ATTEMPTS,
  PROMPT_NAME,
  question,
  systemPrompt,
  ticketOf,
  unitOf,
  UNSURE,
  type Phase,
} from '../story/phases.ts'
import { proseOf } from '../simulator/tokens.ts'
import type { Clients } from './clients.ts'

const CUSTOMERS = ['acme', 'acme', 'globex', 'initech', 'acme', 'umbrella']

export async function conversation(
  { openai }: Clients,
  phase: Phase,
  index: number,
): Promise<string> {
  const customer = CUSTOMERS[index % CUSTOMERS.length] ?? 'acme'
  return withAttribution(
    {
      feature: 'support-bot',
      team: 'support',
      customer,
      unit: { type: 'conversation', id: unitOf(phase.promptVersion, ticketOf(index)) },
      prompt: { name: PROMPT_NAME, version: phase.promptVersion },
    },
    async () => {
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
